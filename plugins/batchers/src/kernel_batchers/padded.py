"""Batches of similar lengths, measured by their size once they are padded."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from kernel.config.ranges import NonNegativeInt
from kernel_batchers.sizes import Length, Sizes, Sizing


def batch_by_padded(
    size: Sizing, buffer: NonNegativeInt, discard_oversize: bool, get_length: Length | None = None
) -> Callable[[Iterable[Any]], Iterator[list[Any]]]:
    """Batches whose padded size, longest example times number of examples, is at most `size`.

    buffer: so many examples are collected and sorted by length, so that a batch wastes little padding; the longest
    batches of a buffer come first, and each buffer draws the next value of a schedule. An example longer than `size` is
    a batch of its own, or dropped if discard_oversize. get_length: length of an example, `len` if None.
    """
    sizes = Sizes(size)
    length = get_length or len

    def batches(examples: Iterable[Any]) -> Iterator[list[Any]]:
        stream = iter(examples)
        while collected := list(islice(stream, max(1, buffer))):
            target = sizes.draw()
            lengths = [length(example) for example in collected]
            for group in reversed(_pack(lengths, target)):
                if discard_oversize and max(lengths[index] for index in group) > target:
                    continue
                yield [collected[index] for index in sorted(group)]

    return batches


def _pack(lengths: list[int], target: float) -> list[list[int]]:
    """Groups of indices by growing length; only a single example may exceed the target."""
    groups: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        if groups and lengths[index] * (len(groups[-1]) + 1) <= target:
            groups[-1].append(index)
        else:
            groups.append([index])
    return groups
