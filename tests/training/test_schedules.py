import gc
import itertools
from collections.abc import Iterator

import pytest
from thinc.schedules import compounding, warmup_linear

from kernel import registry
from kernel.config import resolve
from kernel.errors import ConfigError
from kernel.training.schedules import value_at


@pytest.mark.parametrize("step", [0, 1, 1000])
def test_number_is_its_own_value(step: int) -> None:
    assert value_at(0.1, step) == 0.1
    assert value_at(0, step) == 0


def test_sequence_keeps_its_last_value() -> None:
    assert [value_at([3, 2, 1], step) for step in range(5)] == [3, 2, 1, 1, 1]


def test_callable_gets_the_step() -> None:
    assert value_at(lambda step: step * 2, 4) == 8


def test_generator_has_a_value_a_step_and_may_skip() -> None:
    expected = list(itertools.islice(compounding(1.0, 10.0, 1.5), 8))
    schedule = compounding(1.0, 10.0, 1.5)
    assert [value_at(schedule, step) for step in (0, 0, 3, 7)] == [expected[step] for step in (0, 0, 3, 7)]


def test_generators_are_told_apart() -> None:
    first, second = warmup_linear(1.0, 10, 100), warmup_linear(1.0, 10, 100)
    assert value_at(first, 5) == value_at(second, 5)
    assert value_at(second, 6) > value_at(first, 5)


def test_exhausted_generator_keeps_its_last_value() -> None:
    schedule = (value for value in (1.0, 2.0))
    assert [value_at(schedule, step) for step in (0, 1, 2, 9)] == [1.0, 2.0, 2.0, 2.0]


def test_generator_does_not_go_back() -> None:
    schedule = compounding(1.0, 10.0, 1.5)
    value_at(schedule, 3)
    with pytest.raises(ValueError, match="from step 3 to step 2"):
        value_at(schedule, 2)


def test_empty_generator_is_an_error() -> None:
    with pytest.raises(ValueError, match="no values"):
        value_at((value for value in ()), 0)


def test_generators_are_not_kept_alive() -> None:
    closed = []

    def endless() -> Iterator[float]:
        try:
            while True:
                yield 1.0
        finally:
            closed.append(True)

    schedule = endless()
    value_at(schedule, 0)
    del schedule
    gc.collect()
    assert closed


def test_function_is_no_schedule_for_an_optimizer() -> None:
    with registry.restored():
        registry.schedules("test.function.v1", lambda: lambda step: 0.1)
        rate = {"@schedules": "test.function.v1"}
        with pytest.raises(ConfigError, match="returned an object of type function") as caught:
            resolve({"@optimizers": "Adam.v1", "learn_rate": rate}, path="optimizer")
    assert "thinc.api.Schedule" in str(caught.value)
