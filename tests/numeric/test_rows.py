"""Steps on the rows of a table in use do what whole steps do."""

import numpy as np
import pytest
from thinc.api import Adam, Model, Optimizer, RAdam

from kernel.numeric.parameters import Parameters
from kernel.numeric.server import gradient, read, version

ROWS, WIDTH = 8192, 2
OPTIMIZERS = {
    "adam": lambda: Adam(0.01, L2=0.1, grad_clip=0.5),
    "averages": lambda: Optimizer(0.01, use_averages=True),
    "radam": lambda: RAdam(0.01),
    "plain": lambda: Optimizer(0.01, beta1=0.0, beta2=0.0, use_averages=False),
    "l2": lambda: Adam(0.01, L2=0.1, L2_is_weight_decay=False),
}


def table():
    model = Model("table", lambda model, X, is_train: (X, lambda d: d), params={"W": None, "b": None})
    model.set_param("W", np.zeros((ROWS, WIDTH), dtype="float32"))
    model.set_param("b", np.zeros(WIDTH, dtype="float32"))
    return model


def whole_step(optimizer):
    """The same optimizer for thinc's eyes, but as a plain function: it gets whole tables."""
    return lambda key, weights, gradient: optimizer(key, weights, gradient)


def batches(steps=12):
    generator = np.random.default_rng(0)
    for _ in range(steps):
        rows = generator.integers(0, 300, 40)
        yield rows, generator.standard_normal((40, WIDTH)).astype("float32")


def train(step, model, parameters, steps=12):
    for rows, values in batches(steps):
        np.add.at(gradient(model, "W"), rows, values)
        model.inc_grad("b", values.sum(axis=0))
        parameters.step(step)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_rows_in_use_are_stepped_as_in_the_whole_table(name):
    models = [table(), table()]
    optimizers = [OPTIMIZERS[name](), OPTIMIZERS[name]()]
    train(optimizers[0], models[0], Parameters({"x": models[0]}))
    train(whole_step(optimizers[1]), models[1], Parameters({"x": models[1]}))
    assert np.allclose(read(models[0], "W"), read(models[1], "W"), rtol=1e-5, atol=1e-7)
    assert np.allclose(read(models[0], "b"), read(models[1], "b"), rtol=1e-5, atol=1e-7)
    for state in ("mom1", "mom2", "averages"):
        ours, whole = getattr(optimizers[0], state), getattr(optimizers[1], state)
        assert (ours or {}).keys() == (whole or {}).keys()
        for key in ours or {}:
            assert ours[key].shape == whole[key].shape
            assert np.allclose(ours[key], whole[key], rtol=1e-5, atol=1e-8)
    assert not gradient(models[0], "W").any()


def test_only_rows_in_use_are_computed(monkeypatch):
    sizes = []
    monkeypatch.setattr(Optimizer, "_adam", _with_sizes(Optimizer._adam, sizes))
    model = table()
    train(Adam(0.01), model, Parameters({"x": model}))
    assert max(sizes) <= 300 * WIDTH


def _with_sizes(adam, sizes):
    def wrapped(self, ops, weights, *rest):
        sizes.append(weights.size)
        return adam(self, ops, weights, *rest)

    return wrapped


def test_weights_that_somebody_sets_are_noticed():
    models = [table(), table()]
    optimizers = [Adam(0.01, L2=0.1), Adam(0.01, L2=0.1)]
    for model, step in zip(models, (optimizers[0], whole_step(optimizers[1])), strict=True):
        parameters = Parameters({"x": model})
        train(step, model, parameters, 3)
        model.get_param("W")[5000] = 1.0
        train(step, model, parameters, 3)
        changed = model.get_param("W").copy()
        changed[6000] = 2.0
        model.set_param("W", changed)
        train(step, model, parameters, 3)
    assert np.allclose(read(models[0], "W"), read(models[1], "W"), rtol=1e-5, atol=1e-7)
    assert 0 < read(models[0], "W")[5000, 0] < 1


def test_a_table_that_fills_up_is_stepped_as_a_whole():
    models = [table(), table()]
    optimizers = [Adam(0.01), Adam(0.01)]
    generator = np.random.default_rng(0)
    values = generator.standard_normal((3, ROWS, WIDTH)).astype("float32")
    for model, step in zip(models, (optimizers[0], whole_step(optimizers[1])), strict=True):
        parameters = Parameters({"x": model})
        for size, part in zip((100, ROWS, 100), values, strict=True):
            gradient(model, "W")[:size] += part[:size]
            parameters.step(step)
    assert np.allclose(read(models[0], "W"), read(models[1], "W"), rtol=1e-5, atol=1e-7)


def test_another_optimizer_state_is_noticed():
    """As after a resume: the state comes from elsewhere, and may hold momentum for rows whose weights are zero."""
    models = [table(), table()]
    for model, wrap in zip(models, (lambda each: each, whole_step), strict=True):
        parameters = Parameters({"x": model})
        optimizer = Adam(0.01)
        train(wrap(optimizer), model, parameters, 2)
        for state in (optimizer.mom1, optimizer.mom2):
            state["x:W"] = state["x:W"].copy()
            state["x:W"][-1] = 1.0
        train(wrap(optimizer), model, parameters, 2)
    assert np.allclose(read(models[0], "W"), read(models[1], "W"), rtol=1e-5, atol=1e-7)
    assert read(models[0], "W")[-1, -1] != 0


@pytest.mark.parametrize("before", [0, 3], ids=["first step", "later step"])
@pytest.mark.parametrize("name", ["adam", "averages", "radam"])
def test_an_interrupted_step_leaves_the_state_of_whole_tables(name, before, monkeypatch):
    model, optimizer = table(), OPTIMIZERS[name]()
    parameters = Parameters({"x": model})
    train(optimizer, model, parameters, before)
    states = [state for state in (optimizer.mom1, optimizer.mom2, optimizer.averages) if state is not None]
    kept = [{key: values.copy() for key, values in state.items()} for state in states]
    weights, stamp = read(model, "W").copy(), version([model])

    def interrupted(compute):
        def wrapped(self, *args):
            compute(self, *args)
            raise KeyboardInterrupt

        return wrapped

    with monkeypatch.context() as patch:
        for method in ("_adam", "_radam"):
            patch.setattr(Optimizer, method, interrupted(getattr(Optimizer, method)))
        with pytest.raises(KeyboardInterrupt):
            train(optimizer, model, parameters, 1)
    assert (read(model, "W") == weights).all()
    assert version([model]) != stamp, "the step of another parameter may have been done"
    for state, values in zip(states, kept, strict=True):
        assert state.keys() == values.keys()
        assert all((state[key] == values[key]).all() for key in values)
    parameters.zero_gradients()
    train(optimizer, model, parameters, 1)
    assert {values.size for values in optimizer.mom1.values()} == {ROWS * WIDTH, WIDTH}
