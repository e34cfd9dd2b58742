"""Rows for spans that overlap: none lies on another one, and there are no more rows than spans over any one place."""

from collections.abc import Sequence
from heapq import heappop, heappush


def rows(spans: Sequence[tuple[int, int]]) -> list[int]:
    """The row of each span, from 0. spans: (start, end), the end not included; an empty one takes a place all the same.

    The greedy colouring of interval graphs: by their starts, longer ones first, each gets the lowest row that is free. It needs as
    many rows as spans overlap at the most crowded place. Takes n log n steps.
    """
    found = [0] * len(spans)
    free: list[int] = []
    busy: list[tuple[int, int]] = []
    used = 0
    for index in sorted(range(len(spans)), key=lambda i: (spans[i][0], -spans[i][1])):
        start, end = spans[index]
        while busy and busy[0][0] <= start:
            heappush(free, heappop(busy)[1])
        if free:
            row = heappop(free)
        else:
            row, used = used, used + 1
        found[index] = row
        heappush(busy, (max(end, start + 1), row))
    return found
