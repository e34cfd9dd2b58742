"""Numbers that may change from step to step."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any
from weakref import WeakKeyDictionary

Schedule = float | Sequence[float] | Generator[float, None, None] | Callable[[int], float]


def value_at(schedule: Schedule, step: int) -> float:
    """The value of a schedule at a step, counted from 0.

    A number is its own value; a sequence or a generator has a value per step and keeps its last one; a callable is
    called with the step. A generator can't go back: asking for an earlier step than before is a `ValueError`.
    """
    if isinstance(schedule, (int, float)):
        return schedule
    if isinstance(schedule, Sequence):
        return schedule[min(step, len(schedule) - 1)]
    if isinstance(schedule, Generator):
        drawn = _DRAWN.get(schedule)
        if drawn is None:
            drawn = _DRAWN[schedule] = _Drawn()
        return drawn.advance(schedule, step)
    return schedule(step)


class _Drawn:
    """The latest value of a generator and its step. Holds no reference to it, so that both can go."""

    def __init__(self) -> None:
        self.step = -1
        self.value: float | None = None

    def advance(self, source: Iterator[float], step: int) -> float:
        if step < self.step:
            raise ValueError(f"a generator can't go back from step {self.step} to step {step}")
        while self.step < step:
            self.value = next(source, self.value)
            self.step += 1
        if self.value is None:
            raise ValueError("the schedule has no values")
        return self.value


_DRAWN: WeakKeyDictionary[Any, _Drawn] = WeakKeyDictionary()
