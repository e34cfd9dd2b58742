"""Flat parameter buffers, and the versions of what nodes hold."""

import numpy as np
import pytest
from thinc.api import SGD, Adam, Linear, RAdam, chain

from kernel.numeric.ops import set_ops
from kernel.numeric.parameters import Parameters, paths, use_params
from kernel.numeric.server import read

from .networks import X, backward, network, values


def assert_same(model, other):
    for one, two in zip(values(model), values(other), strict=True):
        np.testing.assert_array_equal(one, two)


def test_paths_name_component_way_and_parameter():
    names = list(paths({"ner": network(), "solo": Linear(1, 1)}))
    assert names == [
        "ner/0.0:W",
        "ner/0.0:b",
        "ner/0.1:G",
        "ner/0.1:b",
        "ner/1:W",
        "ner/1:b",
        "solo:W",
        "solo:b",
    ]


def test_a_shared_node_has_one_path():
    shared = Linear(3, 3).initialize()
    both = Parameters(
        {"a": chain(shared, Linear(1, 3).initialize()), "b": chain(shared, Linear(2, 3).initialize())}
    )
    assert both.paths == ["a/0:W", "a/0:b", "a/1:W", "a/1:b", "b/1:W", "b/1:b"]


def test_weights_are_views_of_one_buffer_and_keep_their_values():
    model, plain = network(), network()
    parameters = Parameters({"ner": model})
    assert_same(model, plain)
    parameters.weights[:] = 7
    assert all((value == 7).all() for value in values(model))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Adam(0.01),
        lambda: Adam(0.01, L2=0.1, L2_is_weight_decay=False),
        lambda: RAdam(0.01),
        lambda: SGD(0.1),
    ],
)
def test_steps_do_what_finish_update_does(make):
    model, plain = network(), network()
    parameters, optimizer, other = Parameters({"ner": model}), make(), make()
    for _ in range(3):
        backward(model)
        backward(plain)
        parameters.step(optimizer)
        plain.finish_update(other)
        assert_same(model, plain)
        assert not parameters.gradients.any()


def test_hand_written_loops_may_use_finish_update_on_bound_models():
    model, plain = network(), network()
    parameters, optimizer, other = Parameters({"ner": model}), Adam(0.01), Adam(0.01)
    for _ in range(3):
        backward(model)
        backward(plain)
        model.finish_update(optimizer)
        plain.finish_update(other)
    assert_same(model, plain)
    backward(model)
    backward(plain)
    parameters.step(SGD(0.1))
    plain.finish_update(SGD(0.1))
    assert_same(model, plain)
    assert np.shares_memory(read(model.layers[1], "W"), parameters.weights)


def test_an_optimizer_may_return_new_arrays_and_leave_the_gradient():
    model, plain = network(), network()
    parameters = Parameters({"ner": model})
    backward(model)
    backward(plain)
    parameters.step(lambda key, weights, grad: (weights - grad, grad))
    for node, other in zip(model.walk(), plain.walk(), strict=True):
        for name in node.param_names:
            expected = other.get_param(name) - other.get_grad(name)
            np.testing.assert_array_equal(node.get_param(name), expected)
    assert not parameters.gradients.any()
    assert np.shares_memory(read(model.layers[1], "W"), parameters.weights)


def test_optimizer_state_is_kept_by_path():
    model = network()
    optimizer = Adam(0.01)
    parameters = Parameters({"ner": model})
    backward(model)
    parameters.step(optimizer)
    assert set(optimizer.mom1) == set(optimizer.averages) == set(parameters.paths)


def test_what_a_step_did_not_touch_stays():
    model, idle = network(), network(1)
    parameters = Parameters({"ner": model, "tagger": idle})
    before = values(idle)
    backward(idle)
    assert parameters.touched == [path for path in parameters.paths if path.startswith("tagger")]
    parameters.zero_gradients()
    assert parameters.touched == []
    backward(model)
    parameters.step(Adam(0.01, L2=0.1))
    for one, two in zip(before, values(idle), strict=True):
        np.testing.assert_array_equal(one, two)
    assert parameters.touched == []


def test_shards_are_summed_from_zero_in_their_order():
    def run(scales, collect):
        model = network()
        parameters = Parameters({"ner": model})
        for shard, scale in enumerate(scales):
            backward(model, scale)
            backward(model, scale / 3)
            if collect:
                parameters.collect(shard)
        parameters.step(SGD(0.1, grad_clip=0))
        return values(model)

    def by_hand(scales):
        totals = None
        for scale in scales:
            model = network()
            backward(model, scale)
            backward(model, scale / 3)
            shard = [node.get_grad(name).copy() for node in model.walk() for name in node.param_names]
            totals = shard if totals is None else [a + b for a, b in zip(totals, shard, strict=True)]
        return [w - np.float32(0.1) * g for w, g in zip(values(network()), totals, strict=True)]

    for scales in ([0.3], [0.3, 1.7], [0.3, 1.7, 0.01, 5.0]):
        for one, two in zip(run(scales, True), by_hand(scales), strict=True):
            np.testing.assert_allclose(one, two, rtol=1e-6, atol=1e-7)
    for one, two in zip(run([0.3], True), run([0.3], False), strict=True):
        np.testing.assert_array_equal(one, two)


def test_shards_do_not_leak_into_the_next_step():
    model, plain = network(), network()
    parameters = Parameters({"ner": model})
    for scales in ([1.0, 2.0, 3.0], [1.0], [0.5, 0.5]):
        for shard, scale in enumerate(scales):
            backward(model, scale)
            parameters.collect(shard)
        parameters.step(SGD(0.1, grad_clip=0))
        backward(plain, sum(scales))
        plain.finish_update(SGD(0.1, grad_clip=0))
    for one, two in zip(values(model), values(plain), strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-5, atol=1e-6)


def test_a_shard_that_touches_other_parameters_counts():
    one, two = network(), network(1)
    parameters = Parameters({"a": one, "b": two})
    before = values(one), values(two)
    backward(one)
    parameters.collect(0)
    parameters.collect(1)
    backward(two)
    parameters.collect(2)
    assert len(parameters.touched) == len(parameters.paths)
    parameters.step(SGD(0.1))
    for old, model in zip(before, (one, two), strict=True):
        assert any((a != b).any() for a, b in zip(old, values(model), strict=True))


def test_values_that_were_set_are_taken_back_into_the_buffer():
    model, plain = network(), network()
    parameters = Parameters({"ner": model})
    saved = network(5).to_bytes()
    for each in (model, plain):
        each.from_bytes(saved)
    assert_same(model, plain)
    backward(model)
    backward(plain)
    parameters.step(SGD(0.1))
    plain.finish_update(SGD(0.1))
    assert_same(model, plain)
    assert all(np.shares_memory(value, parameters.weights) for value in (read(model.layers[1], "W"),))


def test_resized_and_late_parameters_are_taken_in():
    model = chain(Linear(2, 4), Linear(None, 2))
    model.layers[0].initialize()
    parameters = Parameters({"ner": model})
    assert parameters.paths == ["ner/0:W", "ner/0:b"]
    output = model.layers[1]
    output.set_dim("nO", 2)
    output.initialize()
    output.set_param("W", np.ones((5, 2), "float32"))
    output.set_param("b", np.ones((5,), "float32"))
    backward(model)
    parameters.step(SGD(0.1))
    assert parameters.paths == ["ner/0:W", "ner/0:b", "ner/1:W", "ner/1:b"]
    assert (output.get_param("W") != 1).any() and output.get_param("W").shape == (5, 2)
    assert parameters.weights.size == 2 * 4 + 2 + 5 * 2 + 5


def growing():
    """A model whose output another class can be added to."""
    np.random.seed(0)
    return set_ops(chain(Linear(3, 4), Linear(2, 3)).initialize())


def grow(model, replace):
    """One more output, as for a new label: in the same layer or in a new one."""
    old = model.layers[1]
    layer = set_ops(Linear(3, 3).initialize()) if replace else old
    weights, bias = read(old, "W"), read(old, "b")
    layer.set_param("W", np.concatenate([weights, weights[:1] * 0]))
    layer.set_param("b", np.concatenate([bias, bias[:1] * 0]))
    model.layers[1] = layer


@pytest.mark.parametrize("replace", [False, True])
@pytest.mark.parametrize("make", [Adam, RAdam])
def test_a_new_label_starts_its_layer_anew_in_the_optimizer(make, replace):
    model = growing()
    parameters, optimizer = Parameters({"ner": model}), make(0.01, use_averages=True)
    for _ in range(3):
        backward(model)
        parameters.step(optimizer)
    grow(model, replace)
    with parameters.use_params(parameters.averages(optimizer)):
        assert model.predict(X).shape == (5, 3)
    before = values(model)
    backward(model)
    parameters.step(optimizer)
    assert all((old != new).any() for old, new in zip(before, values(model), strict=True))
    assert optimizer.nr_update["ner/1:W"] == 1 and optimizer.nr_update["ner/0:W"] == 4
    assert optimizer.averages["ner/1:W"].shape == (3, 3)


@pytest.mark.parametrize("replace", [False, True])
def test_a_label_that_comes_in_a_later_shard_loses_no_gradient_of_its_shard(replace):
    model, plain = growing(), growing()
    parameters = Parameters({"ner": model})
    backward(model)
    parameters.collect(0)
    for each in (model, plain):
        grow(each, replace)
        backward(each, 2.0)
    parameters.collect(1)
    backward(model, 3.0)
    parameters.collect(2)
    backward(plain, 3.0)
    parameters.step(SGD(0.1, grad_clip=0))
    plain.finish_update(SGD(0.1, grad_clip=0))
    np.testing.assert_allclose(read(model.layers[1], "W"), read(plain.layers[1], "W"), rtol=1e-5, atol=1e-6)


def test_a_model_can_be_bound_again_elsewhere():
    model = network()
    first = Parameters({"ner": model})
    backward(model)
    second = Parameters({"renamed": model})
    assert second.touched == second.paths
    second.step(SGD(0.1))
    assert first.weights is not second.weights
    assert np.shares_memory(read(model.layers[1], "W"), second.weights)


def test_copies_are_independent():
    model = network()
    parameters = Parameters({"ner": model})
    copied = model.copy()
    parameters.weights[:] = 0
    assert_same(copied, network())


def test_averages_can_be_used_for_a_while():
    model, plain = network(), network()
    parameters, optimizer, other = Parameters({"ner": model}), Adam(0.1), Adam(0.1)
    for _ in range(3):
        backward(model)
        backward(plain)
        parameters.step(optimizer)
        plain.finish_update(other)
    trained = model.predict(X)
    with plain.use_params(other.averages):
        expected = plain.predict(X)
    assert (expected != trained).any()
    for using in (
        parameters.use_params(optimizer.averages),
        parameters.use_params(parameters.averages(optimizer)),
        model.use_params(parameters.averages(optimizer)),
        use_params({"ner": model}, optimizer.averages),
    ):
        with using:
            np.testing.assert_array_equal(model.predict(X), expected)
        np.testing.assert_array_equal(model.predict(X), trained)
    backward(model)
    backward(plain)
    parameters.step(optimizer)
    plain.finish_update(other)
    assert_same(model, plain)


def test_parameters_come_back_after_an_error():
    model = network()
    parameters = Parameters({"ner": model})
    before = values(model)
    zeros = {path: read(*slot) * 0 for path, slot in paths({"ner": model}).items()}
    with pytest.raises(RuntimeError), parameters.use_params(zeros):
        assert not any(value.any() for value in values(model))
        raise RuntimeError
    for one, two in zip(before, values(model), strict=True):
        np.testing.assert_array_equal(one, two)
    with parameters.use_params(None):
        pass
    assert parameters.averages(SGD(0.1)) == {}


def test_double_precision_is_kept():
    model = network()
    for node in model.walk():
        for name in node.param_names:
            node.set_param(name, node.get_param(name).astype("float64"))
    parameters = Parameters({"ner": model})
    assert parameters.weights.dtype == parameters.gradients.dtype == np.float64
