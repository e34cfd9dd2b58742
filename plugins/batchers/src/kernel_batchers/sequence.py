"""Batches of a number of examples."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from kernel_batchers.sizes import Length, Sizes, Sizing


def batch_by_sequence(
    size: Sizing, get_length: Length | None = None
) -> Callable[[Iterable[Any]], Iterator[list[Any]]]:
    """Batches of `size` examples, in the order of the data; the last one may be smaller.

    size: each batch draws the next value of a schedule, rounded down. get_length: accepted because the other batchers
    have it; examples are counted here, not measured.
    """
    sizes = Sizes(size)

    def batches(examples: Iterable[Any]) -> Iterator[list[Any]]:
        stream = iter(examples)
        # Look before drawing: a schedule moves on for batches only.
        for first in stream:
            yield [first, *islice(stream, int(sizes.draw()) - 1)]

    return batches
