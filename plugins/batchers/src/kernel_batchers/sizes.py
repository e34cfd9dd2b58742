"""Batch sizes that may follow a schedule."""

from collections.abc import Callable, Generator, Sequence
from typing import Annotated, Any

from kernel.config.ranges import FromOne, NonEmpty, PositiveInt
from kernel.errors import ConfigError
from kernel.numeric.schedules import Schedule, by_step

Sizing = (
    PositiveInt
    | FromOne
    | Annotated[Sequence[PositiveInt], NonEmpty]
    | Generator[Any, None, None]
    | Callable[[int], float]
)
Length = Callable[[Any], int]


class Sizes:
    """Draws one size for each batch; goes on where it was when the next epoch starts."""

    def __init__(self, size: Schedule) -> None:
        self._size = by_step(size)
        self._drawn = 0

    def draw(self) -> float:
        """The size of the next batch, at least 1."""
        size = self._size(self._drawn)
        self._drawn += 1
        if not size >= 1:
            raise ConfigError(f"a batcher's size must be at least 1, not {size}")
        return size

    def state(self) -> dict[str, Any]:
        """How many were drawn, and the schedule's state."""
        return {"drawn": self._drawn, "size": self._size.state()}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on there."""
        self._drawn = state["drawn"]
        self._size.restore(state["size"])
