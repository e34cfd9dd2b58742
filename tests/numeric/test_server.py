"""Versions of what nodes hold, and where their gradients are collected."""

import numpy as np
import pytest
from thinc.api import Adam, Linear, Model, Shim

from kernel.numeric.bytes import model_to_bytes
from kernel.numeric.ops import set_ops
from kernel.numeric.parameters import Parameters, paths, use_params
from kernel.numeric.server import gradient, read, touch, version, versioned

from .networks import X, backward, network, values


@pytest.mark.parametrize("bound", [False, True])
def test_versions_change_whenever_parameters_may_have(bound):
    model = versioned(network())
    parameters = Parameters({"ner": model}) if bound else None
    nodes = list(model.walk())
    seen = {version(nodes)}

    def is_new():
        fresh = version(nodes) not in seen
        seen.add(version(nodes))
        return fresh

    model.predict(X)
    for node in nodes:
        for name in node.param_names:
            read(node, name)
    seen.add(version(nodes))
    for node in nodes:
        for name in node.param_names:
            read(node, name)
    assert not is_new()
    linear = model.layers[1]
    linear.set_param("b", np.ones(2, "float32"))
    assert is_new()
    linear.get_param("b")[:] = 2
    assert is_new()
    model.from_bytes(model.to_bytes())
    assert is_new()
    with model.use_params({(linear.id, "b"): np.zeros(2, "float32")}):
        assert is_new()
    assert is_new()
    optimizer = Adam(0.1)
    backward(model)
    model.finish_update(optimizer)
    assert is_new()
    touch(model)
    assert is_new()
    model.initialize()
    assert is_new()
    if parameters is not None:
        backward(model)
        seen.add(version(nodes))
        parameters.step(optimizer)
        assert is_new()
        with parameters.use_params(optimizer.averages):
            assert is_new()
        assert is_new()
        linear.set_param("b", np.ones(2, "float32"))
        seen.add(version(nodes))
        parameters.sync()
        assert is_new()


@pytest.mark.parametrize("bound", [False, True])
def test_looking_at_parameters_leaves_their_version(bound):
    model = versioned(network())
    parameters = Parameters({"ner": model})
    optimizer = Adam(0.1, use_averages=True)
    backward(model)
    parameters.step(optimizer)
    if not bound:
        model = set_ops(model.copy())
    before = version(list(model.walk()))
    model_to_bytes(model)
    paths({"ner": model})
    parameters.averages(optimizer)
    parameters.sync()
    with use_params({"ner": model}, {}):
        pass
    # To the place where it is.
    set_ops(model)
    assert version(list(model.walk())) == before


def test_nodes_with_a_server_of_their_own_have_no_version():
    model = Linear(2, 2).initialize()
    assert version([model]) is None
    assert isinstance(versioned(model), Model) and version([model]) is not None


@pytest.mark.parametrize("prepare", [lambda m: m, versioned, lambda m: (Parameters({"a": m}), m)[1]])
def test_gradient_is_an_array_to_add_to(prepare):
    model = prepare(Linear(2, 2).initialize())
    total = gradient(model, "W")
    assert not total.any()
    total += 1
    model.inc_grad("W", np.full((2, 2), 2, "float32"))
    assert (gradient(model, "W") == 3).all()
    assert model.has_grad("W") and (model.get_grad("W") == 3).all()


class TorchLike(Shim):
    """A shim whose module keeps gradients of its own."""

    def __init__(self):
        super().__init__(self)
        self.gradient = 1.0

    def zero_grad(self):
        self.gradient = 0.0


def test_forgotten_gradients_are_forgotten_in_torch_modules_and_in_earlier_shards_too():
    model = network()
    model.shims.append(TorchLike())
    parameters = Parameters({"ner": model})
    before = values(model)
    for shard in range(3):
        backward(model)
        if shard < 2:
            parameters.collect(shard)
    parameters.zero_gradients()
    assert model.shims[0].gradient == 0.0 and parameters.touched == []
    model.shims.clear()
    parameters.step(Adam(0.01, L2=0.1))
    for one, two in zip(before, values(model), strict=True):
        np.testing.assert_array_equal(one, two)
