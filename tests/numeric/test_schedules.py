"""Schedules as functions of the step."""

import itertools
import json
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from thinc.schedules import compounding, warmup_linear

from kernel import registry
from kernel.config import resolve
from kernel.errors import ConfigError
from kernel.numeric.random import seed_all
from kernel.numeric.schedules import by_step


@pytest.mark.parametrize("step", [0, 1, 1000])
def test_number_is_its_own_value(step: int) -> None:
    assert by_step(0.1)(step) == 0.1
    assert by_step(0)(step) == 0


def test_sequence_keeps_its_last_value() -> None:
    assert [by_step([3, 2, 1])(step) for step in range(5)] == [3, 2, 1, 1, 1]


def test_callable_gets_the_step() -> None:
    assert by_step(lambda step: step * 2)(4) == 8


def test_a_callable_that_counts_its_calls_is_called_once_a_step() -> None:
    calls: list[int] = []

    def count(step: int) -> float:
        calls.append(step)
        return len(calls)

    value = by_step(count)
    assert [value(step) for step in (0, 0, 1, 1, 2)] == [1, 1, 2, 2, 3]
    state = value.state()
    calls.clear()
    resumed = by_step(count)
    resumed.restore(state)
    assert calls == [0, 1, 2] and [resumed(2), resumed(3)] == [3, 4]


def counted() -> Iterator[float]:
    return itertools.count(1.0, 0.5)


@given(st.lists(st.integers(0, 60), min_size=1))
@pytest.mark.parametrize("make", [lambda: compounding(1.0, 10.0, 1.5), counted, lambda: iter([2.0, 7.0])])
def test_iterators_are_functions_of_the_step_whatever_was_asked_before(make: Any, steps: list[int]) -> None:
    values = list(itertools.islice(make(), 61))
    value = by_step(make())
    assert [value(step) for step in steps] == [values[min(step, len(values) - 1)] for step in steps]


def test_iterators_are_read_no_further_than_asked() -> None:
    source = iter(range(10))
    value = by_step(source)
    value(3), value(1), value(3)
    assert next(source) == 4


def test_generators_are_told_apart() -> None:
    first, second = by_step(warmup_linear(1.0, 10, 100)), by_step(warmup_linear(1.0, 10, 100))
    assert first(5) == second(5)
    assert second(6) > first(5)


@pytest.mark.parametrize("empty", [[], (value for value in ())])
def test_empty_schedule_is_an_error(empty: Any) -> None:
    with pytest.raises(ValueError, match="no values"):
        by_step(empty)(0)


def test_function_is_no_schedule_for_an_optimizer() -> None:
    with registry.restored():
        registry.schedules("test.function.v1", lambda: lambda step: 0.1)
        rate = {"@schedules": "test.function.v1"}
        with pytest.raises(ConfigError, match="returned an object of type function") as caught:
            resolve({"@optimizers": "Adam.v1", "learn_rate": rate}, path="optimizer")
    assert "thinc.api.Schedule" in str(caught.value)


def wandering() -> Iterator[float]:
    size = 5.0
    while True:
        size += np.random.choice([-1, 0, 1]) + random.random()
        yield size


class Wandering:
    """The same as an iterator with a state."""

    def __init__(self) -> None:
        self.size, self.asked = 5.0, 0

    def __iter__(self) -> Iterator[float]:
        return self

    def __next__(self) -> float:
        self.asked += 1
        self.size += np.random.choice([-1, 0, 1]) + random.random()
        return self.size

    def state(self) -> float:
        return self.size

    def restore(self, state: float) -> None:
        self.size = state


class Called(Wandering):
    """The same as a function of the step."""

    __iter__ = None  # type: ignore[assignment]

    def __call__(self, step: int) -> float:
        return next(self)


def without_state() -> Any:
    inner = Called()
    return lambda step: inner(step)


@given(st.integers(0, 30), st.integers(0, 30))
@pytest.mark.parametrize(
    "make",
    [lambda: 3, lambda: [3, 2, 1], lambda: compounding(1.0, 10.0, 1.5), wandering, Wandering, Called]
    + [without_state, lambda: lambda step: random.random()],
)
def test_a_schedule_goes_on_where_its_state_was_taken(make: Any, cut: int, more: int) -> None:
    def ask(value: Any, first: int, last: int) -> list[float]:
        found = []
        for step in range(first, last):
            found.append(value(step))
            # Something else draws, other things than before.
            np.random.random(), random.random()
        return found

    seed_all(3)
    straight = by_step(make())
    expected = ask(straight, 0, cut + more)
    seed_all(3)
    before, after = by_step(make()), by_step(make())
    found = ask(before, 0, cut)
    after.restore(json.loads(json.dumps(before.state())))
    if cut:
        seed_all(4)
    assert found + ask(after, cut, cut + more) == expected


def test_what_has_a_state_is_not_asked_again() -> None:
    for make in (Wandering, Called):
        before, source = by_step(make()), make()
        before(999)
        after = by_step(source)
        after.restore(before.state())
        assert source.asked == 0
        assert after(999) == before(999) or make is Called


def test_schedules_draw_nothing_from_the_global_generators() -> None:
    seed_all(1)
    expected = np.random.random(), random.random()
    seed_all(1)
    value = by_step(wandering())
    value(10)
    assert (np.random.random(), random.random()) == expected
