"""Batches of a number of examples."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from kernel_batchers.sizes import Length, Sizes, Sizing


class BySequence:
    """See `batch_by_sequence`. It holds no examples between two batches."""

    def __init__(self, size: Sizing) -> None:
        self._sizes = Sizes(size)

    def __call__(self, examples: Iterable[Any]) -> Iterator[list[Any]]:
        """The batches of a pass."""
        stream = iter(examples)
        # Look before drawing: a schedule moves on for batches only.
        for first in stream:
            yield [first, *islice(stream, int(self._sizes.draw()) - 1)]

    def state(self) -> Any:
        """How far the schedule is."""
        return self._sizes.state()

    def restore(self, state: Any) -> None:
        """Go on there."""
        self._sizes.restore(state)


def batch_by_sequence(
    size: Sizing, get_length: Length | None = None
) -> Callable[[Iterable[Any]], Iterator[list[Any]]]:
    """Batches of `size` examples, in the order of the data; the last one may be smaller.

    size: each batch draws the next value of a schedule, rounded down. get_length: accepted because the other batchers
    have it; examples are counted here, not measured.
    """
    return BySequence(size)
