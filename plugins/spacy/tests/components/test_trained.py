"""Components with a model: what spaCy saves of them, taken by ours. The folders are written from what is known of the format."""

import json

import numpy as np
import pytest
import srsly
from kernel_spacy.components import CARRIERS, carrier
from kernel_spacy.weights import counterpart, give
from kernel_spacy.weights.nodes import read_nodes, write_nodes

import kernel
from kernel import Config, registry
from kernel.errors import DataError
from kernel.testing.gradients import randomise
from kernel.tokens import Doc, Span
from kernel.training import Example

TOK2VEC = """
[components.NAME.model.tok2vec]
@architectures = "spacy.Tok2Vec.v2"
[components.NAME.model.tok2vec.embed]
@architectures = "spacy.MultiHashEmbed.v2"
width = 8
attrs = ["NORM","SHAPE"]
rows = [50,60]
include_static_vectors = false
[components.NAME.model.tok2vec.encode]
@architectures = "spacy.MaxoutWindowEncoder.v2"
width = 8
window_size = 1
maxout_pieces = 2
depth = 2
"""
TRANSITIONS = """
[components.NAME.model]
@architectures = "spacy.TransitionBasedParser.v2"
state_type = "NAME"
extra_state_tokens = false
hidden_width = 8
maxout_pieces = 2
use_upper = true
nO = null
"""
TAGGER = '\n[components.NAME.model]\n@architectures = "spacy.Tagger.v2"\nnO = null\nnormalize = false\n'
TEXTCAT = """
[components.NAME.model]
@architectures = "spacy.TextCatReduce.v1"
exclusive_classes = true
use_reduce_first = false
use_reduce_last = false
use_reduce_max = false
use_reduce_mean = true
nO = null
"""
SPANCAT = """
[components.NAME.model]
@architectures = "spacy.SpanCategorizer.v1"
[components.NAME.model.reducer]
@layers = "spacy.mean_max_reducer.v1"
hidden_size = 6
[components.NAME.model.scorer]
@layers = "spacy.LinearLogistic.v1"
nO = null
nI = null
"""
MODELS = {
    "tagger": TAGGER,
    "morphologizer": TAGGER,
    "senter": TAGGER,
    "trainable_lemmatizer": TAGGER,
    "parser": TRANSITIONS,
    "ner": TRANSITIONS,
    "textcat": TEXTCAT,
    "spancat": SPANCAT,
}
WORDS = ["the", "cats", "saw", "Anna", "Smith", "in", "Paris", "."]
each = pytest.mark.parametrize("factory", MODELS)


def block(factory):
    return f'factory = "{factory}"\n' + (MODELS[factory] + TOK2VEC).replace("NAME", factory)


def example(nlp):
    made = []
    for _ in range(2):
        doc = Doc(
            nlp.vocab,
            words=WORDS,
            tags=["D", "N", "V", "N", "N", "P", "N", "."],
            pos=["DET", "NOUN", "VERB", "PROPN", "PROPN", "ADP", "PROPN", "PUNCT"],
            morphs=["", "Number=Plur", "Tense=Past", "", "", "", "", ""],
            lemmas=["the", "cat", "see", "Anna", "Smith", "in", "Paris", "."],
            heads=[1, 2, 2, 4, 2, 6, 2, 2],
            deps=["det", "nsubj", "ROOT", "compound", "obj", "case", "obl", "punct"],
        )
        doc.set_ents([Span(doc, 3, 5, label="PER"), Span(doc, 6, 7, label="LOC")])
        doc.spans["sc"] = [Span(doc, 0, 2, label="A"), Span(doc, 3, 5, label="B")]
        doc.cats = {"P": 1.0, "Q": 0.0}
        made.append(Example(Doc(nlp.vocab, words=WORDS), doc))
    return made


@pytest.fixture
def ours(tmp_path):
    """A pipeline of ours with one component of random weights, which computes as spaCy does."""

    def make(factory):
        text = f'[nlp]\nlang = "xx"\npipeline = ["{factory}"]\n\n[components.{factory}]\n{block(factory)}'
        config = Config().from_str(text.replace("spacy.", "kernel."))
        config["components"][factory].update(
            {"min_action_freq": 0}
            if factory == "parser"
            else {"min_tree_freq": 1}
            if "lemma" in factory
            else {}
        )
        nlp = registry.languages.get("xx").from_config(config)
        nlp.initialize(lambda: example(nlp))
        model = nlp.get_pipe(factory).model
        randomise(model, 3)
        for node in model.walk():
            if node.name == "maxout_window_encoder":
                node.attrs["padded"] = True
        return nlp

    return make


def write(nlp, folder, **changes):
    """The component's files as spaCy writes them."""
    [name] = nlp.component_names
    component, place = nlp.get_pipe(name), folder / name
    place.mkdir()
    cfg, labels = {}, list(component.labels)
    if name in ("tagger", "textcat", "spancat"):
        cfg["labels"] = labels
    if name == "morphologizer":
        data = component.label_data
        cfg.update(labels_morph=data["morph"], labels_pos=data["pos"])
    if name in ("parser", "ner"):
        cfg.update(moves=None, beam_width=1, beam_density=0.0, beam_update_prob=0.0, multitasks=[])
        (place / "moves").write_bytes(component.moves_to_bytes())
    if name == "trainable_lemmatizer":
        data = component.label_data
        strings = nlp.vocab.strings
        trees = [
            {
                key: strings.add(value) if isinstance(value, str) and value else value or 0
                for key, value in node.items()
            }
            for node in data["trees"]
        ]
        cfg["labels"] = data["labels"]
        (place / "trees").write_bytes(srsly.msgpack_dumps({"trees": trees}))
        known = json.loads((folder / "vocab" / "strings.json").read_text())
        texts = {value for node in data["trees"] for value in node.values() if isinstance(value, str)}
        (folder / "vocab" / "strings.json").write_text(json.dumps(sorted({*known, *texts} - {""})))
    (place / "cfg").write_text(json.dumps({**cfg, **changes}))
    (place / "model").write_bytes(give(component.model, counterpart))
    return place


def said(nlp):
    doc = nlp(Doc(nlp.vocab, words=WORDS[::-1] + WORDS))
    return {
        "tags": [(t.tag_, t.pos_, str(t.morph), t.lemma_, t.dep_, t.head.i, t.is_sent_start) for t in doc],
        "ents": [(e.start, e.end, e.label_) for e in doc.ents],
        "spans": {key: [(s.start, s.end, s.label_) for s in group] for key, group in doc.spans.items()},
        "cats": {label: round(score, 5) for label, score in doc.cats.items()},
    }


@each
def test_what_was_trained_says_the_same_here(factory, ours, spacy_folder):
    nlp, folder = ours(factory), spacy_folder(blocks={factory: block(factory)})
    write(nlp, folder)
    loaded = kernel.load(folder)
    assert said(loaded) == said(nlp)
    assert loaded.get_pipe(factory).labels == nlp.get_pipe(factory).labels
    # Saved as ours, it is still the same.
    loaded.to_disk(folder.parent / "again")
    assert said(kernel.load(folder.parent / "again")) == said(nlp)


@each
def test_it_can_be_trained_further(factory, ours, spacy_folder):
    nlp, folder = ours(factory), spacy_folder(blocks={factory: block(factory)})
    write(nlp, folder)
    loaded = kernel.load(folder)
    losses = []
    for each_nlp in (nlp, loaded):
        step = {}
        each_nlp.update(example(each_nlp), drop=0.0, losses=step)
        losses.append(step[factory])
    assert losses[0] > 0 and np.isclose(losses[0], losses[1], rtol=1e-4)


def test_what_was_saved_counts_not_the_config(ours, spacy_folder):
    nlp, folder = ours("tagger"), spacy_folder(blocks={"tagger": block("tagger")})
    write(nlp, folder, overwrite=True, neg_prefix="#", label_smoothing=0.25)
    cfg = kernel.load(folder).get_pipe("tagger").cfg
    assert (cfg["overwrite"], cfg["neg_prefix"], cfg["label_smoothing"]) == (True, "#", 0.25)


def test_actions_that_were_added_later_come_last(ours, spacy_folder):
    nlp, folder = ours("ner"), spacy_folder(blocks={"ner": block("ner")})
    component = nlp.get_pipe("ner")
    component.add_label("ANIMAL")
    randomise(component.model, 4)
    component.model.attrs["unseen_classes"] = set()
    place = write(nlp, folder)
    moves = json.loads(srsly.msgpack_loads((place / "moves").read_bytes())["moves"])
    assert moves["1"]["ANIMAL"] < 0
    loaded = kernel.load(folder)
    assert loaded.get_pipe("ner").moves.names == component.moves.names
    assert loaded.get_pipe("ner").moves.names[-4:] == ["B-ANIMAL", "I-ANIMAL", "L-ANIMAL", "U-ANIMAL"]
    assert said(loaded) == said(nlp)


def test_tasks_of_earlier_versions_are_told(ours, spacy_folder):
    nlp, folder = ours("ner"), spacy_folder(blocks={"ner": block("ner")})
    write(nlp, folder, multitasks=["dep"])
    with pytest.warns(kernel.errors.KernelWarning, match="other tasks beside its own"):
        kernel.load(folder)


def test_a_beam_is_told(ours, spacy_folder):
    nlp, folder = ours("ner"), spacy_folder(blocks={"ner": block("ner")})
    write(nlp, folder, beam_width=8)
    with pytest.warns(kernel.errors.KernelWarning, match="a beam of 8 analyses"):
        kernel.load(folder)


def spoil(path):
    nodes = read_nodes(path.read_bytes(), "")
    node, name = next(
        (node, name) for node in nodes for name, array in node.params.items() if array is not None
    )
    node.params[name] = np.full_like(node.params[name], np.nan)
    path.write_bytes(write_nodes(nodes))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda place: (place / "model").unlink(), "model"),
        (lambda place: (place / "model").write_bytes(b"junk"), "its model can't be read"),
        (lambda place: (place / "cfg").write_text("[1]"), "settings of component 'tagger' are no table"),
        (lambda place: (place / "cfg").write_text("{"), "cfg"),
        (lambda place: (place / "cfg").write_text('{"labels": [1, 2]}'), "no list of strings"),
        (lambda place: (place / "cfg").write_text('{"labels": ["A", "A"]}'), "not all different"),
        (
            lambda place: (place / "cfg").write_text('{"labels": ["A"]}'),
            "has 1 labels, and its weights are for 5",
        ),
        (
            lambda place: (place / "cfg").write_text('{"labels": []}'),
            "has no labels, and its weights are for 5",
        ),
        (lambda place: (place / "cfg").unlink(), "has no labels, and its weights are for 5"),
        (lambda place: spoil(place / "model"), "values that are no numbers"),
    ],
)
def test_damage_is_told(change, message, ours, spacy_folder):
    nlp, folder = ours("tagger"), spacy_folder(blocks={"tagger": block("tagger")})
    change(write(nlp, folder))
    with pytest.raises(DataError, match=message):
        kernel.load(folder)


def test_labels_that_say_something_else_than_they_do_are_refused(ours, spacy_folder):
    nlp, folder = ours("morphologizer"), spacy_folder(blocks={"morphologizer": block("morphologizer")})
    place = write(nlp, folder)
    cfg = json.loads((place / "cfg").read_text())
    cfg["labels_pos"] = dict.fromkeys(cfg["labels_pos"], 92)
    (place / "cfg").write_text(json.dumps(cfg))
    with pytest.raises(DataError, match="sets something else than it says"):
        kernel.load(folder)


def test_edit_trees_need_their_strings(ours, spacy_folder):
    factory = "trainable_lemmatizer"
    nlp, folder = ours(factory), spacy_folder(blocks={factory: block(factory)})
    write(nlp, folder)
    (folder / "vocab" / "strings.json").write_text("[]")
    with pytest.raises(DataError, match="which no string of the vocab has"):
        kernel.load(folder)


@pytest.mark.parametrize("factory", CARRIERS)
def test_every_carrier_is_there(factory):
    assert callable(carrier(factory))
