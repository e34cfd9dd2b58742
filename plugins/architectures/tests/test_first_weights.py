"""The first weights of outputs: as the field has them, or drawn so that what is below learns from the first step."""

from __future__ import annotations

import inspect
from importlib.metadata import distribution

import numpy as np
import pytest
from kernel_architectures.tagger.tagger import build_tagger
from kernel_architectures.textcat.bow import build_bow
from kernel_architectures.textcat.cnn import build_cnn
from kernel_architectures.textcat.ensemble import build_ensemble
from kernel_architectures.textcat.reduce import build_reduce
from kernel_architectures.transition.transition_based_parser import build_transition_model
from kernel_architectures.transition.transition_based_parser_v1 import build_transition_model_v1
from kernel_architectures.transition.transition_based_parser_v3 import build_transition_model_v3
from thinc.api import Model, glorot_uniform_init

from kernel.errors import ConfigError
from kernel.numeric.ops import set_ops

WIDTH, OUTPUTS = 6, 4


def vectors():
    """Token vectors as they come, which say whether a gradient came back."""

    def forward(model, docs, is_train):
        def backprop(gradients):
            model.attrs["got"] = sum(float(np.abs(each).sum()) for each in gradients)
            return gradients

        return list(docs), backprop

    return Model("vectors", forward, dims={"nO": WIDTH}, attrs={"got": None})


def nothing():
    """A text classifier that says nothing: the one beside the network of an ensemble."""

    def forward(model, docs, is_train):
        return np.zeros((len(docs), OUTPUTS), dtype="float32"), lambda gradient: []

    return Model("nothing", forward, dims={"nO": OUTPUTS}, attrs={"multi_label": False})


STATES = {"state_type": "ner", "extra_state_tokens": False, "hidden_width": 5, "maxout_pieces": 2}
POOLED = {f"use_reduce_{name}": True for name in ("first", "last", "max", "mean")}
# Of each: what makes it without first weights, and the reference to the layer of its output.
BUILDERS = {
    "tagger": (lambda **given: build_tagger(vectors(), OUTPUTS, **given), "output_layer"),
    "reduce": (
        lambda **given: build_reduce(vectors(), True, **POOLED, nO=OUTPUTS, **given),
        "output_layer",
    ),
    "cnn": (lambda **given: build_cnn(vectors(), True, OUTPUTS, **given), "output_layer"),
    "ensemble": (lambda **given: build_ensemble(vectors(), nothing(), OUTPUTS, **given), "output_layer"),
    "transitions": (
        lambda **given: build_transition_model(vectors(), **STATES, use_upper=True, nO=OUTPUTS, **given),
        "upper",
    ),
    "transitions v1": (
        lambda **given: build_transition_model_v1(vectors(), **STATES, nO=OUTPUTS, **given),
        "upper",
    ),
    "transitions v3": (
        lambda **given: build_transition_model_v3(vectors(), **STATES, nO=OUTPUTS, **given),
        "upper",
    ),
}
DOCS = [np.linspace(-1, 1, n * WIDTH, dtype="float32").reshape(n, WIDTH) for n in (3, 5)]


def begun(name, **given):
    """A new model after one update, and its output layer."""
    build, output = BUILDERS[name]
    model = set_ops(build(**given))
    np.random.seed(0)
    model.initialize(DOCS, np.zeros((1, OUTPUTS), dtype="float32"))
    scores, backprop = model.begin_update(DOCS)
    if name.startswith("transitions"):
        found, learn = scores.begin_update(np.array([[0, 1, 2], [3, 4, 5]], dtype=np.int32))
        learn(found * 0 + np.arange(OUTPUTS, dtype="float32"))
        backprop(None)
    elif name == "tagger":
        backprop([each * 0 + np.arange(OUTPUTS, dtype="float32") for each in scores])
    else:
        backprop(scores * 0 + np.arange(OUTPUTS, dtype="float32"))
    return model, model.get_ref(output)


@pytest.mark.parametrize("name", BUILDERS)
def test_outputs_start_as_zeros_unless_they_are_told(name):
    model, output = begun(name)
    assert not output.get_param("W").any() and model.get_ref("tok2vec").attrs["got"] == 0.0


@pytest.mark.parametrize("name", BUILDERS)
def test_through_random_first_weights_a_gradient_comes_at_once(name):
    model, output = begun(name, init_W=glorot_uniform_init)
    W = output.get_param("W")
    assert len(np.unique(W)) == W.size and model.get_ref("tok2vec").attrs["got"] > 0.0


@pytest.mark.parametrize("name", ["reduce", "cnn", "transitions"])
def test_they_are_kept_when_outputs_are_added(name):
    def ones(ops, shape):
        return ops.alloc(shape, dtype="float32") + 1

    model, _ = begun(name, init_W=ones)
    model.attrs["resize_output"](model, OUTPUTS + 2)
    grown = model.get_ref(BUILDERS[name][1])
    assert grown.get_param("W")[:OUTPUTS].all() and not grown.get_param("W")[OUTPUTS:].any()
    # What begins anew begins as it was told.
    grown.initialize()
    assert (grown.get_param("W") == 1).all()


def test_classes_that_exclude_nothing_start_random_anyway():
    model = set_ops(build_cnn(vectors(), False, OUTPUTS))
    model.initialize(DOCS)
    assert model.get_ref("output_layer").get_param("W").any()


def test_first_weights_of_an_upper_layer_that_is_not_there_are_refused():
    with pytest.raises(ConfigError, match="init_W of TransitionBasedParser is for the upper layer") as caught:
        build_transition_model(vectors(), **STATES, use_upper=False, init_W=glorot_uniform_init)
    assert "Leave init_W out" in caught.value.hint


def test_every_model_of_a_task_takes_them():
    """What stands on token vectors of others and has outputs: a new one has the setting from its first day."""
    tasks = {}
    for point in distribution("kernel-nlp-architectures").entry_points:
        if point.group == "kernel_architectures":
            parameters = inspect.signature(point.load()).parameters
            # The vectors of a linker's contexts start at random anyway.
            if {"tok2vec", "nO"} <= set(parameters) and "EntityLinker" not in point.name:
                tasks[point.name] = parameters
    # Of several versions the latest counts: earlier ones have the arguments of the field.
    earlier = {name for name in tasks if f"{name[:-1]}{int(name[-1]) + 1}" in tasks}
    assert len(tasks.keys() - earlier) >= 5
    for name, parameters in tasks.items():
        assert name in earlier or parameters["init_W"].default is None, name


def test_a_bag_of_words_has_no_vectors_below():
    # Its rows stay zero until a feature meets them, which the optimizer counts on.
    assert "init_W" not in inspect.signature(build_bow).parameters
