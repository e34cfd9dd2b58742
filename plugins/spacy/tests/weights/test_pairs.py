"""Our models beside theirs: the same layers in the same places, and weights that survive the way there and back.

`layers.json` has, by architecture, the layers of spaCy's models in the order of their files, with the shapes of parameters.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from kernel_spacy.weights import as_saved, counterpart, give, read_nodes, take, write_nodes
from kernel_spacy.weights.nodes import pack
from thinc.api import Maxout, Ragged, Relu, Softmax, chain, list2array, residual, with_array

from kernel import Config, registry
from kernel.config import resolve
from kernel.errors import DataError, Unsupported, UsageError
from kernel.numeric.ops import set_ops
from kernel.testing.gradients import randomise
from kernel.tokens import Doc, Span
from kernel.vocab import Vocab
from kernel.vocab.attrs import IDS
from kernel.vocab.vectors import Vectors

KNOWN = json.loads((Path(__file__).parent / "layers.json").read_text())
architectures = pytest.mark.parametrize("name", KNOWN)


@pytest.fixture(scope="module")
def docs():
    vocab = Vocab()
    words = [["This", "is", "text", ",", "see", "?"], ["Another", "one"]]
    vocab.vectors = Vectors(
        data=np.ones((5, 4), dtype="f"), keys=[vocab.strings.add(w) for w in words[0][:5]]
    )
    made = []
    for each in words:
        doc = Doc(vocab, words=each, sent_starts=[True, *[False] * (len(each) - 1)])
        doc.set_ents([Span(doc, 0, 1, label="X")])
        made.append(doc)
    return made


def built(name):
    config = Config().from_str(KNOWN[name]["config"])
    return set_ops(resolve(config["m"], config=config, path="m", registry=registry))


def input_of(name, docs):
    if name.startswith("spancat"):
        return docs, Ragged(np.array([[0, 1], [1, 2], [0, 1]], dtype="i"), np.array([2, 1], dtype="i"))
    if name == "mish":
        return [np.random.default_rng(5).normal(size=(n, 8)).astype("f") for n in (3, 1)]
    return docs


def trained(name, docs, seed=1):
    """A model with weights of its own."""
    model = built(name)
    if name != "listener":
        model.initialize(
            X=input_of(name, docs), Y=np.zeros((2, 3), dtype="f") if "ensemble" in name else None
        )
        randomise(model, seed)
    else:
        model.get_ref("softmax").initialize()
    return model


def kind(name):
    """What a composed layer is; the name of a plain one."""
    depth, found = 0, None
    for place, char in enumerate(name):
        depth += (char == "(") - (char == ")")
        if depth == 0 and found != ">>":
            found = ">>" if name.startswith(">>", place) else "|" if char == "|" else found
    if found:
        return found
    return f"{name.split('(')[0]}()" if "(" in name else name


@architectures
def test_the_layers_are_theirs(name, docs):
    saved = read_nodes(give(trained(name, docs), counterpart), "model")
    ours = [
        [kind(node.name), {key: list(value.shape) for key, value in node.params.items()}] for node in saved
    ]
    assert [row if row[1] else row[:1] for row in ours] == KNOWN[name]["layers"]


@architectures
def test_weights_survive_the_way_there_and_back(name, docs):
    model = trained(name, docs)
    data = give(model, counterpart)
    other = built(name)
    take(other, data, "model", counterpart)
    assert give(other, counterpart) == data
    if name == "listener" or model.name == "transition_model":
        return
    for node in other.walk():
        # What comes of rows of zeros between documents is another thing.
        node.attrs.pop("padded", None)
    theirs, ours = (m.predict(input_of(name, docs)) for m in (model, other))
    if isinstance(theirs, Ragged):
        theirs, ours = theirs.dataXd, ours.dataXd
    if isinstance(theirs, list):
        theirs, ours = np.concatenate(theirs), np.concatenate(ours)
    assert np.isfinite(theirs).all() and theirs.any()
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "name", ["tagger v2", "tbp v2 true", "tbp v2 false", "ensemble v2", "el v2", "spancat"]
)
def test_a_model_that_took_weights_can_go_on(name, docs):
    """It knows all that it has to know of its own shape: as much as one that was initialized."""
    model, other = trained(name, docs), built(name)
    take(other, give(model, counterpart), "model", counterpart)
    for ours, theirs in zip(model.walk(), other.walk(), strict=True):
        known = {dim for dim in ours.dim_names if theirs.maybe_get_dim(dim) is not None}
        assert all(ours.get_dim(dim) == theirs.get_dim(dim) for dim in known)
    assert other.get_dim("nO") == model.get_dim("nO")


def changed(data, change):
    nodes = read_nodes(data, "model")
    change(nodes)
    return write_nodes(nodes)


def set_param(place, name, value):
    def change(nodes):
        nodes[place].params[name] = value

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda nodes: nodes.pop(), "has 30 layers, and the config describes one of 31"),
        (set_param(5, "W", np.zeros((3, 9), "f")), r"layer 5 .*softmax.* W of shape \(3, 9\).* \(3, 8\)"),
        (set_param(5, "W", np.zeros((3,), "f")), r"W of shape \(3,\)"),
        (set_param(5, "W", None), "has no W in the file"),
        (set_param(5, "U", np.zeros(1, "f")), "in the place of"),
        (set_param(0, "W", np.zeros(1, "f")), "in the place of"),
        (lambda nodes: nodes.__setitem__(5, read_nodes(write_nodes(nodes), "x")[12]), "in the place of"),
    ],
)
def test_other_weights_are_refused_and_leave_the_model_alone(change, message, docs):
    data = changed(give(trained("tagger v2", docs), counterpart), change)
    model = trained("tagger v2", docs, seed=2)
    before = give(model, counterpart)
    with pytest.raises(DataError, match=message):
        take(model, data, "component 'tagger'", counterpart)
    assert give(model, counterpart) == before


def test_tables_that_were_hashed_otherwise_are_refused(docs):
    data = give(trained("tagger v2", docs), counterpart)
    nodes = read_nodes(data, "model")
    place = next(number for number, node in enumerate(nodes) if node.name == "hashembed")
    nodes[place].packed_attrs["seed"] = b"\x63"
    with pytest.raises(DataError, match="has seed 99 in the file, and 8 by the config"):
        take(built("tagger v2"), write_nodes(nodes), "component 'tagger'", counterpart)


def test_a_model_without_weights_has_none_to_give():
    with pytest.raises(UsageError, match="no weights yet"):
        give(built("tagger v2"), counterpart)


@pytest.mark.parametrize("found", [["SHAPE", "NORM"], [IDS["NORM"], IDS["PREFIX"]]])
def test_tables_of_other_attributes_are_told(docs, found):
    """The seeds of tables are numbered, whatever the attributes are."""
    model = built("tagger v2")
    nodes = read_nodes(give(trained("tagger v2", docs), counterpart), "model")
    [place] = [number for number, node in enumerate(nodes) if node.name == "extract_features"]
    assert nodes[place].attrs["columns"] == ["NORM", "SHAPE"]
    nodes[place].packed_attrs["columns"] = pack([IDS["NORM"], IDS["SHAPE"]])
    take(model, write_nodes(nodes), "model", counterpart)
    nodes[place].packed_attrs["columns"] = pack(found)
    with pytest.raises(DataError, match="has columns .* in the file, and .* by the config"):
        take(built("tagger v2"), write_nodes(nodes), "model", counterpart)


def own_model(hidden=4):
    """An architecture of a user's own: thinc's layers, some of which are not known by name."""
    return chain(
        with_array(chain(residual(Relu(6, 6)), Maxout(hidden, 6, nP=2), Softmax(None, hidden))), list2array()
    )


def test_layers_of_a_users_own_architecture_are_those_of_the_file():
    theirs, rows = own_model(), [np.random.default_rng(2).normal(size=(n, 6)).astype("f") for n in (3, 1)]
    theirs.initialize(X=rows, Y=np.zeros((4, 3), dtype="f"))
    randomise(theirs, np.random.default_rng(3))
    ours = own_model()
    take(ours, theirs.to_bytes(), "component 'x'", as_saved)
    assert (
        np.array_equal(ours.predict(rows), theirs.predict(rows))
        and ours.layers[0].layers[0].layers[2].get_dim("nO") == 3
    )


def test_sizes_of_own_layers_are_checked():
    theirs = own_model(hidden=5)
    theirs.initialize(X=[np.zeros((2, 6), dtype="f")], Y=np.zeros((2, 3), dtype="f"))
    with pytest.raises(DataError, match=r"\(maxout\) has .* by the config"):
        take(own_model(), theirs.to_bytes(), "component 'x'", as_saved)
    with pytest.raises(Unsupported, match="spaCy has no model"):
        give(own_model(), counterpart)
