"""Heights of arcs: no two arcs that share a place between words are equally high, and one within another one is lower."""

from collections.abc import Iterable, Iterator, Sequence

Ends = tuple[int, int]
"""The words at the ends of an arc, the left one first."""


def levels(arcs: Sequence[Ends]) -> list[int]:
    """The height of each arc, from 1. Arcs between the same two words are above each other.

    Shorter arcs come first, each one level above the highest that is there over its width. Where none cross, that is the smallest height
    that is possible: how deep arcs lie in each other. Takes n log n steps, whatever the widths.
    """
    found = [0] * len(arcs)
    for group in _apart(arcs):
        first = min(arcs[index][0] for index in group)
        heights = _Heights(max(arcs[index][1] for index in group) - first)
        for index in sorted(group, key=lambda i: (arcs[i][1] - arcs[i][0], i)):
            start, end = arcs[index][0] - first, arcs[index][1] - first
            found[index] = heights.highest(start, end) + 1
            heights.raise_to(start, end, found[index])
    return found


def _apart(arcs: Sequence[Ends]) -> Iterator[list[int]]:
    """Numbers of arcs in groups that have no place in common, such as sentences."""
    group: list[int] = []
    reach = -1
    for index in sorted(range(len(arcs)), key=lambda i: arcs[i]):
        if group and arcs[index][0] >= reach:
            yield group
            group = []
        group.append(index)
        reach = max(reach, arcs[index][1])
    if group:
        yield group


class _Heights:
    """The height over each of some places: a segment tree for the highest within a range, and for ranges that are raised."""

    def __init__(self, size: int) -> None:
        self._size = 1 << (max(1, size) - 1).bit_length()
        self._highest = [0] * (2 * self._size)
        self._raised = [0] * (2 * self._size)

    def highest(self, start: int, end: int) -> int:
        best = 0
        for node in self._nodes(start, end):
            best = max(best, self._highest[node])
        # What was raised as a whole further up holds here, too.
        for node in (start + self._size, end - 1 + self._size):
            while node > 1:
                node //= 2
                best = max(best, self._raised[node])
        return best

    def raise_to(self, start: int, end: int, height: int) -> None:
        for node in self._nodes(start, end):
            self._highest[node] = max(self._highest[node], height)
            self._raised[node] = max(self._raised[node], height)
        for node in (start + self._size, end - 1 + self._size):
            while node > 1:
                node //= 2
                self._highest[node] = max(self._highest[node], height)

    def _nodes(self, start: int, end: int) -> Iterable[int]:
        """The nodes that make up a range."""
        left, right = start + self._size, end + self._size
        while left < right:
            if left & 1:
                yield left
                left += 1
            if right & 1:
                right -= 1
                yield right
            left //= 2
            right //= 2
