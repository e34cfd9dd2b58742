"""Windows of a batch in micro-batches: sorted by length, so that little is padded, and of a size that stays in the cache.

Every window is read by itself, so it does not matter for the result which ones are read together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

# More than this share of a padded micro-batch is never padding, unless a window differs by a few pieces only.
PADDING = 0.1
_FEW = 2


@dataclass(frozen=True, eq=False)
class MicroBatch:
    """Windows that are read at once, the longest last.

    windows: (k,) their numbers in the batch. lengths: (k,) their pieces. rows: (n,) the numbers of their rows in the batch, one
    window after another.
    """

    windows: NDArray[np.int64]
    lengths: NDArray[np.int64]
    rows: NDArray[np.int64]

    @property
    def longest(self) -> int:
        """Pieces of the longest window."""
        return int(self.lengths[-1])

    @property
    def padded(self) -> int:
        """Pieces with the padding."""
        return len(self.lengths) * self.longest

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """(k,) where each window begins among the rows of this micro-batch."""
        return np.cumsum(self.lengths) - self.lengths

    @cached_property
    def positions(self) -> NDArray[np.int64]:
        """(n,) the place of each row in its window."""
        return np.arange(len(self.rows)) - np.repeat(self.starts, self.lengths)

    @cached_property
    def places(self) -> NDArray[np.int64]:
        """(n,) the place of each row in the padded windows, one after another."""
        return self.positions + np.repeat(np.arange(len(self.lengths)) * self.longest, self.lengths)

    def pad(self, values: NDArray[np.int64], fill: int) -> NDArray[np.int64]:
        """(k, longest) from a value for each row, (n,)."""
        table = np.full(self.padded, fill, dtype=np.int64)
        table[self.places] = values
        return table.reshape(-1, self.longest)

    @property
    def groups(self) -> list[tuple[int, int, int]]:
        """(first row, windows, pieces of each) of windows of one length, which lie side by side."""
        changes = np.flatnonzero(np.diff(self.lengths, prepend=-1))
        counts = np.diff(changes, append=len(self.lengths))
        columns = zip(self.starts[changes], counts, self.lengths[changes], strict=True)
        return [(int(start), int(count), int(length)) for start, count, length in columns]


def plan(lengths: NDArray[np.int64], limit: int, *, packed: bool = False, least: int = 0) -> list[MicroBatch]:
    """Cut windows into micro-batches of about equal size.

    lengths: (w,) pieces of each window. limit: pieces of a micro-batch at most, with its padding; a window that is longer
    has one of its own. packed: nothing will be padded, so that windows of any lengths may stand together. least: pieces that a
    micro-batch has before any padding is avoided, where the device takes as long for fewer.
    """
    order = np.argsort(lengths, kind="stable")
    sizes = lengths[order]
    starts = np.cumsum(lengths) - lengths
    found = []
    for first, last in _cuts(sizes.tolist(), limit, packed, least):
        windows, taken = order[first:last], sizes[first:last]
        within = np.arange(int(taken.sum())) - np.repeat(np.cumsum(taken) - taken, taken)
        found.append(MicroBatch(windows, taken, np.repeat(starts[windows], taken) + within))
    return found


def _cuts(sizes: Sequence[int], limit: int, packed: bool, least: int) -> list[tuple[int, int]]:
    total = sum(sizes)
    # Nearly equal parts: a small last one would be slower.
    target = min(limit, -(-total // max(1, -(-total // limit)))) if packed and total else limit
    cuts, first, pieces = [], 0, 0
    for place, size in enumerate(sizes):
        count = place - first + 1
        whole = pieces + size if packed else size * count
        spare = 0 if packed else whole - pieces - size
        too_big = whole > limit or (packed and pieces >= target)
        wasteful = pieces >= least and spare > PADDING * whole and size > sizes[first] + _FEW
        if place > first and (too_big or wasteful):
            cuts.append((first, place))
            first, pieces = place, 0
        pieces += size
    if len(sizes) > first:
        cuts.append((first, len(sizes)))
    return cuts
