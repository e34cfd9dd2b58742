"""The first layer whose numbers are not finite is found, whatever made them so."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from kernel_runs.nonfinite import arrays, numbers_in, spoilt_weights, watched
from thinc.api import Linear, Model, Ragged, Relu, chain, fix_random_seed, with_array

from kernel.numeric.adapter import forward_of
from kernel.numeric.parameters import Parameters


def twist(forward: Callable[[Any], Any] | None = None, backward: Callable[[Any], Any] | None = None) -> Any:
    """A layer that changes what goes through it, in either direction."""

    def run(model: Any, X: Any, is_train: bool) -> Any:
        return (forward or np.copy)(X), (backward or np.copy)

    return Model("twist", run)


def network(middle: Any) -> Any:
    fix_random_seed(0)
    model = chain(Linear(3, 2), middle, Relu(2, 3))
    with np.errstate(all="ignore"):
        return model.initialize(X=np.ones((4, 2), dtype="f"))


def learn(model: Any, X: Any) -> list[str]:
    """What is found in one update of a component `net`."""
    with np.errstate(all="ignore"), watched({"net": model}) as findings:
        Y, backprop = model.begin_update(X)
        backprop(np.ones_like(Y))
    return list(map(str, findings))


ONES = np.ones((4, 2), dtype="f")


def test_nothing_is_found_where_all_is_finite_and_layers_are_as_before() -> None:
    model = network(twist())
    functions, before = list(map(forward_of, model.walk())), model.predict(ONES)
    assert learn(model, ONES) == []
    assert np.array_equal(before, model.predict(ONES))
    assert list(map(forward_of, model.walk())) == functions


def test_a_layer_that_gives_nan_is_the_first_and_its_input_is_told() -> None:
    def divide(X: Any) -> Any:
        made = X.copy()
        made[1] /= np.float32(0)
        made[2, 0] = np.nan
        return made

    found = learn(network(twist(divide)), ONES)
    assert found[0].startswith("the output of net/1 (twist): 12 numbers, 1 nan, 3 infinite, from ")
    assert "; its input: 12 numbers, from " in found[0]
    assert any("the input of net/2 (relu)" in text for text in found[1:])


def test_an_input_that_is_spoilt_is_called_so() -> None:
    spoilt = ONES.copy()
    spoilt[2, 1] = np.inf
    found = learn(network(twist()), spoilt)
    assert found[0].startswith("the input of net (linear>>twist>>relu): 8 numbers, 1 infinite, from 1 to 1")


def test_a_gradient_that_becomes_infinite_is_that_of_its_layer() -> None:
    found = learn(network(twist(backward=lambda d: d * np.float32(np.inf))), ONES)
    assert found[0].startswith("the gradient of the input of net/1 (twist): 12 numbers, ")
    assert found[1].startswith("the gradient that comes back to the output of net/0 (linear): ")


def test_the_gradient_of_the_loss_may_be_the_first() -> None:
    model = network(twist())
    with watched({"net": model}) as findings:
        Y, backprop = model.begin_update(ONES)
        backprop(np.full_like(Y, np.nan))
    assert str(findings[0]).startswith(
        "the gradient that comes back to the output of net (linear>>twist>>relu): 8 numbers, 8 nan"
    )


@pytest.mark.parametrize(("factor", "overflows"), [(0.5, False), (1, True)])
def test_the_gradient_of_weights_overflows(factor: float, overflows: bool) -> None:
    """4e38 is no number of 32 bits; each of the four that it is the sum of is one."""
    model = Linear(3, 2).initialize(X=ONES)
    with np.errstate(all="ignore"), watched({"net": model}) as findings:
        Y, backprop = model.begin_update(ONES * np.float32(1e38))
        backprop(np.full_like(Y, factor))
    start = "the gradient of the weights W of net (linear): 6 numbers, 6 infinite; its input: 8 numbers, from 1e+38"
    assert [str(finding).startswith(start) for finding in findings] == [True] * overflows


def test_weights_are_told_by_layer_and_name() -> None:
    model, other = network(twist()), network(twist())
    Parameters({"net": model, "other": other})
    assert spoilt_weights({"net": model, "other": other}) == []
    other.layers[2].get_param("b")[1] = np.nan
    model.layers[0].get_param("W")[:] = np.inf
    assert list(map(str, spoilt_weights({"net": model, "other": other}))) == [
        "the weights W of net/0 (linear): 6 numbers, 6 infinite",
        "the weights b of other/2 (relu): 2 numbers, 1 nan, from 0 to 0",
    ]


def test_what_computes_on_in_place_of_arrays_is_watched_too() -> None:
    class Scores:
        def begin_update(self, rows: Any) -> Any:
            return rows * np.float32(np.nan), lambda gradient: gradient

    model = Model("decoder", lambda model, X, is_train: (Scores(), lambda d: d))
    with watched({"ner": model}) as findings:
        scores, _ = model.begin_update(ONES)
        _, backprop = scores.begin_update(ONES)
        backprop(ONES)
    assert list(map(str, findings)) == ["the scores of ner (decoder): 8 numbers, 8 nan"]


def test_layers_are_as_before_after_an_error() -> None:
    def fail(X: Any) -> Any:
        raise ConnectionError("here")

    model = network(twist())
    model.layers[1] = twist(fail)
    functions = list(map(forward_of, model.walk()))
    with pytest.raises(ConnectionError, match="here"), watched({"net": model}):
        model.begin_update(ONES)
    assert list(map(forward_of, model.walk())) == functions


def test_numbers_lie_in_lists_ragged_arrays_and_tuples() -> None:
    ragged = Ragged(ONES * 3, np.array([4], dtype="i"))
    held = numbers_in(arrays([ONES, (ragged, {"key": -ONES}), "text", None, np.arange(9)]))
    assert (held.size, held.low, held.high) == (24, -1.0, 3.0)
    assert str(numbers_in([])) == "no numbers" and numbers_in([]).is_finite
    assert str(numbers_in([np.array([np.nan, np.inf, -np.inf])])) == "3 numbers, 1 nan, 2 infinite"


def test_lists_of_arrays_go_through_layers_that_take_them() -> None:
    model = with_array(network(twist(lambda X: X * np.float32(np.inf))))
    with np.errstate(all="ignore"), watched({"net": model}) as findings:
        model.begin_update([ONES, ONES])
    assert str(findings[0]).startswith("the output of net/0.1 (twist)")
