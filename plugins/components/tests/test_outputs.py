"""Saved weights that belong to other labels than those that lie beside them."""

import json

import pytest
from kernel_components.arc_eager import Moves as ParserMoves
from kernel_components.biluo import Moves as EntityMoves

import kernel
from kernel.errors import DataError
from kernel.tokens import Doc
from kernel.training import Example

pytestmark = pytest.mark.needs("kernel-nlp-architectures")


def fewer_labels(data):
    return json.dumps({**json.loads(data), "labels": json.loads(data)["labels"][:-1]}).encode()


def no_labels(data):
    return json.dumps({**json.loads(data), "labels": []}).encode()


def no_moves(moves):
    return lambda data: moves({}).to_bytes()


def more_moves(moves):
    def changed(data):
        read = moves.from_bytes(data)
        read.add("other")
        return read.to_bytes()

    return changed


def fewer_trees(data):
    trees = json.loads(data)
    return json.dumps({**trees, "labels": trees["labels"][1:]}).encode()


@pytest.mark.parametrize(
    ("factory", "file", "change"),
    [
        ("tagger", "cfg", fewer_labels),
        ("tagger", "cfg", no_labels),
        ("morphologizer", "cfg", fewer_labels),
        ("textcat", "cfg", fewer_labels),
        ("textcat_multilabel", "cfg", no_labels),
        ("parser", "moves", no_moves(ParserMoves)),
        ("parser", "moves", more_moves(ParserMoves)),
        ("ner", "moves", no_moves(EntityMoves)),
        ("ner", "moves", more_moves(EntityMoves)),
        ("trainable_lemmatizer", "trees", fewer_trees),
        ("trainable_lemmatizer", "trees", lambda data: b'{"trees": [], "labels": []}'),
    ],
)
def test_it_is_told_when_they_are_loaded(factory, file, change, tmp_path):
    nlp = kernel.blank("xx")
    component = nlp.add_pipe(factory, config={"min_tree_freq": 1} if factory.startswith("train") else {})
    words = ["Dogs", "saw", "mice"]
    gold = Doc(
        nlp.vocab,
        words,
        tags=["A", "B", "A"],
        pos=["NOUN", "VERB", "NOUN"],
        lemmas=["dog", "see", "mouse"],
        heads=[1, 1, 1],
        deps=["nsubj", "ROOT", "obj"],
        ents=["B-A", "O", "B-B"],
    )
    gold.cats = {"A": 1.0, "B": 0.0}
    nlp.initialize(lambda: [Example(Doc(nlp.vocab, words), gold)])
    component.to_disk(tmp_path)
    component.from_disk(tmp_path)
    path = tmp_path / file
    path.write_bytes(change(path.read_bytes()))
    fresh = kernel.blank("xx").add_pipe(factory)
    with pytest.raises(
        DataError, match=rf"'{factory}': its labels need \d+ outputs?, but the saved weights have \d+"
    ):
        fresh.from_disk(tmp_path)
