"""What the wrapper does beyond its suite: forms of parameters and inputs, sequences with padding, mistakes."""

from typing import Any

import numpy as np
import pytest

jax = pytest.importorskip("jax")

from jax import numpy as jnp
from kernel_jax.sequences import padded, rounded, unpadded
from kernel_jax.trees import named, shaped

from kernel import registry
from kernel.errors import UsageError
from kernel.numeric.random import seed_all


def build(*network: Any, **settings: Any) -> Any:
    return registry.get("layers", "kernel.JaxWrapper.v1")(network=network, **settings)


def floats(*shape: int) -> Any:
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def test_parameters_have_the_names_of_their_places() -> None:
    tree = {"layers": [{"W": floats(2)}, (floats(3), floats(1))], "b": floats(4)}
    names = named(tree)
    assert list(names) == ["layers/0/W", "layers/1/0", "layers/1/1", "b"]
    assert jax.tree_util.tree_structure(shaped(tree, names)) == jax.tree_util.tree_structure(tree)
    assert list(named(floats(2))) == ["parameters"]


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        (
            {"a": np.zeros(2, dtype="int32")},
            "parameter a of the network can't be learnt: it is an array of int32",
        ),
        ({"a": ["text"]}, "parameter a/0 of the network can't be learnt: it is a str"),
        ({"a/b": np.zeros(2)}, "has the key 'a/b'"),
    ],
)
def test_parameters_that_cannot_be_learnt_are_refused(tree: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        build(lambda parameters, X: X, tree)


def test_a_network_is_a_pair() -> None:
    with pytest.raises(UsageError, match=r"network must be a pair \(function, parameters\), not tuple"):
        build(lambda parameters, X: X)


def test_given_parameters_are_the_first_weights() -> None:
    W = floats(3, 2)
    model = build(lambda W, X: X @ W, W)
    model.initialize(X=floats(4, 3))
    assert np.array_equal(model.get_param("parameters"), W) and model.get_dim("nO") == 2


def test_made_parameters_follow_the_seed() -> None:
    made = []
    for seed in (1, 1, 2):
        model = build(lambda W, X: X @ W, lambda key: jax.random.normal(key, (3, 2)))
        seed_all(seed, "model")
        model.initialize()
        made.append(model.get_param("parameters").tolist())
    assert made[0] == made[1] != made[2]


def test_dicts_and_tuples_of_arrays_go_in_and_out() -> None:
    def run(scale: Any, X: Any) -> Any:
        rows, (numbers,) = X["rows"], X["more"]
        return {"sum": scale * rows.sum(axis=1), "picked": rows[numbers]}

    model = build(run, np.ones((), dtype="float32"))
    model.initialize()
    X = {"rows": floats(4, 3), "more": (np.array([2, 0]),)}
    output, backprop = model(X, True)
    assert np.allclose(output["sum"], X["rows"].sum(axis=1)) and np.array_equal(
        output["picked"], X["rows"][[2, 0]]
    )
    back = backprop({"sum": np.ones(4, dtype="float32"), "picked": np.zeros((2, 3), dtype="float32")})
    assert np.allclose(back["rows"], 1) and not back["more"][0].any()
    assert np.allclose(model.get_grad("parameters"), X["rows"].sum())


def test_there_is_no_gradient_of_a_prediction() -> None:
    model = build(lambda W, X: X @ W, floats(3, 2))
    model.initialize()
    with pytest.raises(UsageError, match="no gradient of a prediction"):
        model(floats(1, 3), False)[1](floats(1, 2))


def test_sizes_are_rounded_up_to_few() -> None:
    sizes = [rounded(size) for size in range(1, 2000)]
    assert all(size <= found < 1.5 * size + 1 for size, found in enumerate(sizes, 1))
    assert len(set(sizes)) == 22


@pytest.mark.parametrize("lengths", [(3, 1, 7), (1,), (0, 2, 0), (5,) * 9])
def test_padding_comes_off_again(lengths: tuple[int, ...]) -> None:
    arrays = [floats(length, 2) for length in lengths]
    rows, mask = padded(arrays)
    assert mask.sum() == sum(lengths) and not rows[~mask].any()
    for array, found in zip(arrays, unpadded(rows, mask, lengths), strict=True):
        assert np.array_equal(array, found)


def test_documents_without_tokens() -> None:
    model = build(lambda W, X, mask: X @ W, floats(3, 2), sequences=True)
    model.initialize(X=[floats(2, 3)])
    outputs, backprop = model([floats(0, 3), floats(0, 3)], True)
    assert [each.shape for each in outputs] == [(0, 2), (0, 2)]
    assert [each.shape for each in backprop(outputs)] == [(0, 3), (0, 3)]


def test_what_padding_computes_has_no_gradient() -> None:
    def run(W: Any, X: Any, mask: Any) -> Any:
        return jnp.where(mask[..., None], X @ W, 100.0 * W.sum())

    model, X = build(run, floats(3, 2), sequences=True), [floats(5, 3), floats(1, 3)]
    model.initialize(X=X)
    outputs, backprop = model(X, True)
    backprop([np.ones_like(output) for output in outputs])
    expected = np.concatenate(X).sum(axis=0)[:, None] * np.ones((1, 2))
    assert np.allclose(model.get_grad("parameters"), expected, rtol=1e-5)


def test_compiled_forms_do_not_grow_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    from kernel_jax import compiled

    calls = []

    def run(W: Any, X: Any) -> Any:
        calls.append(X.shape)
        return X @ W

    monkeypatch.setattr(compiled, "_MOST", 2)
    model = build(run, floats(3, 2))
    model.initialize()
    for rows in (1, 2, 1, 2, 3, 1):
        assert model.predict(floats(rows, 3)).shape == (rows, 2)
    assert [shape[0] for shape in calls] == [1, 2, 3, 1]
