"""Numbers that may change from step to step."""

from array import array
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

Schedule = float | Sequence[float] | Iterator[float] | Callable[[int], float]


def by_step(schedule: Schedule) -> Callable[[int], float]:
    """A schedule as a function of the step, counted from 0.

    A number is the value of every step; a sequence or an iterator (a thinc schedule is a generator) has a value per step
    and keeps its last one; a callable is called with the step. `ValueError` for one without values.
    """
    if isinstance(schedule, int | float):
        return lambda step: schedule
    if isinstance(schedule, Iterator):
        return _Drawn(schedule).at
    if isinstance(schedule, Sequence):
        return _Drawn(iter(schedule)).at
    return lambda step: float(schedule(step))


class _Drawn:
    """The values that an iterator has given so far, kept so that earlier steps can be asked for again."""

    def __init__(self, source: Iterator[float]) -> None:
        self._source = source
        self._values = array("d")

    def at(self, step: int) -> float:
        values = self._values
        values.extend(islice(self._source, max(0, step + 1 - len(values))))
        if not values:
            raise ValueError("the schedule has no values")
        return values[min(step, len(values) - 1)]
