"""Matches of which none overlaps another one."""

import numpy as np
from numpy.typing import NDArray

FIRST, LONGEST = "FIRST", "LONGEST"
GREEDY = (FIRST, LONGEST)
"""What of several matches is preferred: the one that begins first, and of those the longest; or the longest, and of those the
one that begins first."""


def chosen(starts: NDArray[np.int64], ends: NDArray[np.int64], greedy: str) -> NDArray[np.int64]:
    """The places of the matches that are left when each, beginning with the one that is preferred, takes its tokens; in that order."""
    order = np.lexsort((-ends, starts)) if greedy == FIRST else np.lexsort((starts, starts - ends))
    if not len(order):
        return order
    first = int(starts.min())
    taken = bytearray(int(ends.max()) - first)
    kept = []
    for place, start, end in zip(
        order.tolist(), (starts[order] - first).tolist(), (ends[order] - first).tolist(), strict=True
    ):
        if taken.find(1, start, end) < 0:
            taken[start:end] = b"\1" * (end - start)
            kept.append(place)
    return np.array(kept, dtype=np.int64)
