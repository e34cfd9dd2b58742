"""Numbers that may change from step to step."""

from abc import ABC, abstractmethod
from array import array
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from kernel.numeric import random
from kernel.state import is_stateful

Schedule = float | Sequence[float] | Iterator[float] | Callable[[int], float]


class ByStep(ABC):
    """A schedule as a function of the step, with a state."""

    @abstractmethod
    def __call__(self, step: int) -> float:
        """The value of a step, counted from 0."""

    @abstractmethod
    def state(self) -> Any:
        """How far it has been asked, and the schedule's own state if it has one."""

    @abstractmethod
    def restore(self, state: Any) -> None:
        """Go on from there: a schedule that has no state of its own is asked for all values again."""


def by_step(schedule: Schedule) -> ByStep:
    """A schedule as a function of the step, counted from 0.

    A number is the value of every step; a sequence or an iterator (a thinc schedule is a generator) has a value per step
    and keeps its last one; a callable is called with the step. `ValueError` for one without values.

    An iterator and a callable may draw random numbers. Those of a step depend on what the global generators stood at when
    the first value was asked for, and on the step; the global generators stay as they are.
    """
    if isinstance(schedule, int | float):
        return _Constant(schedule)
    if isinstance(schedule, Iterator):
        return _Drawn(schedule)
    if isinstance(schedule, Sequence):
        return _Listed(schedule)
    return _Called(schedule)


class _Constant(ByStep):
    def __init__(self, value: float) -> None:
        self._value = value

    def __call__(self, step: int) -> float:
        return self._value

    def state(self) -> None:
        return None

    def restore(self, state: None) -> None:
        pass


class _Listed(ByStep):
    def __init__(self, values: Sequence[float]) -> None:
        self._values = values

    def __call__(self, step: int) -> float:
        if not self._values:
            raise ValueError("the schedule has no values")
        return float(self._values[min(step, len(self._values) - 1)])

    def state(self) -> None:
        return None

    def restore(self, state: None) -> None:
        pass


class _Drawn(ByStep):
    """The values that an iterator has given so far, kept so that earlier steps can be asked for again."""

    def __init__(self, source: Iterator[float]) -> None:
        self._source = source
        self._values = array("d")
        self._skipped = 0
        self._seed: int | None = None

    def __call__(self, step: int) -> float:
        while self._drawn <= step and self._draw():
            pass
        if not self._values:
            raise ValueError("the schedule has no values")
        # Of those before a state that was restored, only the last one is known.
        place = max(0, step - self._skipped)
        return self._values[min(place, len(self._values) - 1)]

    @property
    def _drawn(self) -> int:
        return self._skipped + len(self._values)

    def _draw(self) -> bool:
        if self._seed is None:
            self._seed = random.fingerprint()
        with random.apart(self._seed, "schedule", self._drawn):
            for value in self._source:
                self._values.append(value)
                return True
        return False

    def state(self) -> dict[str, Any]:
        own = self._source.state() if is_stateful(self._source) else None
        last = self._values[-1] if self._values else None
        return {"drawn": self._drawn, "last": last, "seed": self._seed, "own": own}

    def restore(self, state: dict[str, Any]) -> None:
        self._seed = state["seed"]
        if is_stateful(self._source) and state["drawn"]:
            self._source.restore(state["own"])
            self._skipped, self._values = state["drawn"] - 1, array("d", [state["last"]])
        while self._drawn < state["drawn"] and self._draw():
            pass


class _Called(ByStep):
    def __init__(self, function: Callable[[int], float]) -> None:
        self._function = function
        # The latest step and its value: it may count its calls, and is asked once for a step, however many want to know.
        self._latest: tuple[int, float] | None = None
        self._asked = 0
        self._seed: int | None = None

    def __call__(self, step: int) -> float:
        if self._seed is None:
            self._seed = random.fingerprint()
        self._asked = max(self._asked, step + 1)
        if self._latest is None or self._latest[0] != step:
            with random.apart(self._seed, "schedule", step):
                self._latest = step, float(self._function(step))
        return self._latest[1]

    def state(self) -> dict[str, Any]:
        own = self._function.state() if is_stateful(self._function) else None
        return {"asked": self._asked, "seed": self._seed, "own": own}

    def restore(self, state: dict[str, Any]) -> None:
        self._seed, self._latest = state["seed"], None
        if is_stateful(self._function):
            self._function.restore(state["own"])
            self._asked = state["asked"]
        else:
            # It may count its calls, or go on from the number before.
            for step in range(state["asked"]):
                self(step)
