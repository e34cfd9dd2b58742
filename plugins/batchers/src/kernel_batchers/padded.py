"""Batches of similar lengths, measured by their size once they are padded."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from kernel.config.ranges import NonNegativeInt
from kernel_batchers.sizes import Length, Sizes, Sizing


class ByPadded:
    """See `batch_by_padded`. Between two batches it holds the batches of its buffer that are still to come."""

    def __init__(self, size: Sizing, buffer: int, discard_oversize: bool, length: Length) -> None:
        self._sizes = Sizes(size)
        self._buffer, self._discards, self._length = max(1, buffer), discard_oversize, length
        self._ready: list[list[Any]] = []
        self._restored: list[list[Any]] | None = None

    def __call__(self, examples: Iterable[Any]) -> Iterator[list[Any]]:
        """The batches of a pass; after `restore`, those that were still to come."""
        ready = self._ready = self._restored or []
        self._restored = None
        stream = iter(examples)
        while True:
            while ready:
                yield ready.pop()
            collected = list(islice(stream, self._buffer))
            if not collected:
                return
            ready += self._batches(collected, self._sizes.draw())

    def _batches(self, collected: list[Any], target: float) -> list[list[Any]]:
        """The batches of a buffer by growing length: the last one is the first to be given."""
        lengths = [self._length(example) for example in collected]
        return [
            [collected[index] for index in sorted(group)]
            for group in _pack(lengths, target)
            if not (self._discards and max(lengths[index] for index in group) > target)
        ]

    def state(self) -> dict[str, Any]:
        """The batches still to come, and how far the schedule is."""
        return {
            "ready": self._ready if self._restored is None else self._restored,
            "sizes": self._sizes.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Let the next pass go on there."""
        self._restored = state["ready"]
        self._sizes.restore(state["sizes"])


def batch_by_padded(
    size: Sizing, buffer: NonNegativeInt, discard_oversize: bool, get_length: Length | None = None
) -> Callable[[Iterable[Any]], Iterator[list[Any]]]:
    """Batches whose padded size, longest example times number of examples, is at most `size`.

    buffer: so many examples are collected and sorted by length, so that a batch wastes little padding; the longest
    batches of a buffer come first, and each buffer draws the next value of a schedule. An example longer than `size` is
    a batch of its own, or dropped if discard_oversize. get_length: length of an example, `len` if None.
    """
    return ByPadded(size, buffer, discard_oversize, get_length or len)


def _pack(lengths: list[int], target: float) -> list[list[int]]:
    """Groups of indices by growing length; only a single example may exceed the target."""
    groups: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        if groups and lengths[index] * (len(groups[-1]) + 1) <= target:
            groups[-1].append(index)
        else:
            groups.append([index])
    return groups
