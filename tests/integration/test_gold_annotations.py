"""Gold annotations as people write them, and a loop of a few lines that learns from them."""

import random

import numpy as np
import pytest

import kernel
from kernel.errors import DataError, KernelWarning
from kernel.tokens import Doc
from kernel.training import Example
from kernel.vocab import Vocab

TEXT = "Facebook released React in 2014"
OFFSETS = [(0, 8, "ORG"), (18, 23, "TECHNOLOGY"), (27, 31, "DATE")]
TAGS = ["U-ORG", "O", "U-TECHNOLOGY", "O", "U-DATE"]


@pytest.fixture(scope="module")
def nlp():
    return kernel.blank("en")


def found(example):
    return [(ent.start_char, ent.end_char, ent.label_) for ent in example.reference.ents]


@pytest.mark.parametrize(
    "entities", [OFFSETS, [list(each) for each in OFFSETS], TAGS, [tag.replace("U-", "B-") for tag in TAGS]]
)
def test_forms_of_entities_say_the_same(nlp, entities):
    example = Example.from_dict(nlp.make_doc(TEXT), {"entities": entities})
    assert found(example) == OFFSETS
    assert example.get_aligned_ner() == TAGS


def test_entities_of_several_words(nlp):
    for entities in ([(0, 12, "PERSON")], ["B-PERSON", "L-PERSON", "O"], ["B-PERSON", "I-PERSON", "O"]):
        example = Example.from_dict(nlp.make_doc("Ada Lovelace wrote"), {"entities": entities})
        assert found(example) == [(0, 12, "PERSON")]
        assert example.get_aligned_ner() == ["B-PERSON", "L-PERSON", "O"]


def test_what_is_not_annotated(nlp):
    example = Example.from_dict(nlp.make_doc("Ada Lovelace wrote"), {"entities": ["U-PERSON", None, "-"]})
    assert example.get_aligned_ner() == ["U-PERSON", None, None]
    assert Example.from_dict(nlp.make_doc("Ada wrote"), {}).get_aligned_ner() == [None, None]


def test_misaligned_offsets_warn_and_are_left_open(nlp):
    with pytest.warns(KernelWarning, match=r"PERSON 'Ada L' \(0-5\)"):
        example = Example.from_dict(nlp.make_doc("Ada Lovelace wrote"), {"entities": [(0, 5, "PERSON")]})
    assert example.get_aligned_ner() == [None, None, "O"]


@pytest.mark.parametrize(
    ("annotations", "message"),
    [
        ({"entities": [(0, 8, "ORG"), (4, 17, "X")]}, "overlap"),
        ({"entities": [(8, 0, "ORG")]}, "text of 31 characters"),
        ({"entities": ["U-ORG"]}, "5 words, but 1 entity tags"),
        ({"entities": ["B-ORG", "O", "O", "O", "U-DATE"]}, "ends without L-ORG"),
        ({"entitys": []}, "did you mean 'entities'"),
        ({"tags": ["N"]}, "5 words, but 1 tag"),
        ({"words": ["Facebook", "bought", "React", "in", "2014"]}, "text"),
    ],
)
def test_mistakes_are_named(nlp, annotations, message):
    with pytest.raises(DataError, match=message):
        example = Example.from_dict(nlp.make_doc(TEXT), annotations)
        _ = example.alignment


def test_annotations_of_other_words_are_aligned(nlp):
    example = Example.from_dict(
        nlp.make_doc("I don't know"),
        {"words": ["I", "don't", "know"], "tags": ["A", "B", "C"], "cats": {"X": 1.0}},
    )
    assert [token.text for token in example.x] == ["I", "do", "n't", "know"]
    assert example.get_aligned("TAG", as_string=True) == ["A", "B", "B", "C"]
    assert example.y.cats == {"X": 1.0}


def test_documents_made_of_arrays():
    vocab = Vocab()
    words, tags = ["I", "like", "stuff"], ["NOUN", "VERB", "NOUN"]
    numbers = np.array([vocab.strings.add(tag) for tag in tags], dtype="uint64")
    reference = Doc(vocab, words=words).from_array("TAG", numbers)
    assert Example(Doc(vocab, words=words), reference).get_aligned("TAG", as_string=True) == tags
    assert reference.to_array("TAG").tolist() == numbers.tolist()
    matrix = np.stack([numbers, numbers], axis=1)
    both = Doc(vocab, words=words).from_array(["TAG", "DEP"], matrix)
    assert [token.dep_ for token in both] == tags
    with pytest.raises(DataError):
        Doc(vocab, words=words).from_array("TAG", numbers[:2])


def test_update_without_an_optimizer_keeps_one_of_its_own(nlp):
    random.seed(0)
    np.random.seed(0)
    tagger = kernel.blank("en")
    embed = {
        "@architectures": "kernel.HashEmbedCNN.v2",
        "pretrained_vectors": None,
        "width": 16,
        "depth": 1,
        "embed_size": 200,
        "window_size": 1,
        "maxout_pieces": 2,
        "subword_features": True,
    }
    tagger.add_pipe("tagger", config={"model": {"@architectures": "kernel.Tagger.v2", "tok2vec": embed}})
    rows = [("I like stuff", "N V N"), ("You see things", "N V N"), ("Bob runs", "N V")]
    data = [Example.from_dict(tagger.make_doc(text), {"tags": tags.split()}) for text, tags in rows]
    tagger.initialize(lambda: data)
    for _ in range(60):
        random.shuffle(data)
        losses: dict[str, float] = {}
        for example in data:
            tagger.update([example], losses=losses)
    assert losses["tagger"] < 0.5
    assert next(token.tag_ for token in tagger("Bob sees stuff")) == "N"
