"""Breadth-first searches in a tree, all at once: what they cost is one look at the tree, not one a search."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


class Search:
    """Trees in which tokens are looked for. heads: positions, (N,), a root's own."""

    def __init__(self, heads: Numbers) -> None:
        n, parents = len(heads), heads.tolist()
        children: list[list[int]] = [[] for _ in parents]
        order: list[int] = []
        for token, head in enumerate(parents):
            (order if token == head else children[head]).append(token)
        for token in order:
            order += children[token]
        size = [1] * n
        for token in reversed(order):
            if parents[token] != token:
                size[parents[token]] += size[token]
        # Depth-first numbers: what hangs on a token has those from its own on, as many as there are.
        first, free = [0] * n, 0
        following = [0] * n
        for token in order:
            if parents[token] == token:
                first[token], free = free, free + size[token]
            else:
                head = parents[token]
                first[token], following[head] = following[head], following[head] + size[token]
            following[token] = first[token] + 1
        self.heads = heads
        self.order = np.array(order, dtype=np.int64)
        self.rank = np.empty(n, dtype=np.int64)
        """Where a breadth-first search from the roots comes to a token: in that order it comes to what hangs on any token."""
        self.rank[self.order] = np.arange(n)
        self.first = np.array(first, dtype=np.int64)
        self.end = self.first + np.array(size, dtype=np.int64)

    def first_below(self, names: Numbers, tokens: Numbers, wanted: Numbers) -> Numbers:
        """For each of S tokens the first below its head, breadth first, with a name, that doesn't hang on it; -1 for none.

        names: of all tokens, (N,), -1 for those that are not to be found. wanted: a name for each of `tokens`, (S,).
        """
        found = np.full(len(tokens), -1, dtype=np.int64)
        heads = self.heads[tokens]
        for name in np.unique(wanted).tolist():
            asking = np.flatnonzero(wanted == name)
            there = np.flatnonzero(names == name)
            there = there[np.argsort(self.first[there])]
            places = self.first[there]
            before, after = (
                _least(self.rank[there], np.searchsorted(places, start), np.searchsorted(places, end))
                for start, end in (
                    (self.first[heads[asking]] + 1, self.first[tokens[asking]]),
                    (self.end[tokens[asking]], self.end[heads[asking]]),
                )
            )
            best = np.minimum(before, after)
            known = best < len(names)
            found[asking[known]] = self.order[best[known]]
        return found


def _least(values: Numbers, starts: Numbers, ends: Numbers) -> Numbers:
    """The least of the values in each range, (S,); a number larger than all where the range is empty."""
    least = np.full(len(starts), np.iinfo(np.int64).max)
    lengths = np.maximum(ends - starts, 0)
    # Each range is covered by two whose length is a power of two.
    width, level = 1, values
    while len(level):
        mine = np.flatnonzero((lengths >= width) & (lengths < 2 * width))
        if len(mine):
            least[mine] = np.minimum(level[starts[mine]], level[ends[mine] - width])
        level = np.minimum(level[:-width], level[width:]) if len(level) > width else level[:0]
        width *= 2
    return least
