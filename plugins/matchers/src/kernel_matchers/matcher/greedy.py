"""Matches of which none overlaps another one."""

import numpy as np
from numpy.typing import NDArray

FIRST, LONGEST = "FIRST", "LONGEST"
GREEDY = (FIRST, LONGEST)
"""What of several matches is preferred: the one that begins first, and of those the longest; or the longest, and of those the
one that begins first."""


def chosen(starts: NDArray[np.int64], ends: NDArray[np.int64], greedy: str) -> NDArray[np.int64]:
    """The places of the matches that are left when each, beginning with the one that is preferred, takes its tokens; in that order."""
    rules = np.zeros(len(starts), dtype=np.int32)
    return chosen_by_rule(rules, starts, ends, np.full(len(starts), greedy == FIRST))


def chosen_by_rule(
    rules: NDArray[np.int32], starts: NDArray[np.int64], ends: NDArray[np.int64], is_first: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """The places of the matches that are left when of each rule's, one after another, each takes its tokens, beginning with the one that is preferred;
    rule by rule, in that order. is_first: by match, whether its rule prefers what begins first."""
    if not len(rules):
        return np.zeros(0, dtype=np.int64)
    length = starts - ends
    order = np.lexsort((np.where(is_first, length, starts), np.where(is_first, starts, length), rules))
    first = int(starts.min())
    taken = bytearray(int(ends.max()) - first)
    kept: list[int] = []
    own: list[tuple[int, int]] = []
    before = -1
    columns = (order, rules[order], starts[order] - first, ends[order] - first)
    for place, rule, start, end in zip(*(column.tolist() for column in columns), strict=True):
        if rule != before:
            for begin, after in own:
                taken[begin:after] = bytes(after - begin)
            own, before = [], rule
        if taken.find(1, start, end) < 0:
            taken[start:end] = b"\1" * (end - start)
            own.append((start, end))
            kept.append(place)
    return np.array(kept, dtype=np.int64)
