"""Windows: what the model reads at once. A span that is longer than its limit is cut into several that overlap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kernel_transformers.pieces.batch import borders, within


@dataclass(eq=False)
class Windows:
    """W windows over the pieces of S spans.

    spans: (W,) the span of each. starts, ends: (W,) its pieces, counted inside the span. first, last: (W,) those of them whose rows
    are used: every piece of a span is used in one window, where it has the most context.
    """

    spans: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]


def cut(lengths: NDArray[np.int64], capacity: int, overlap: int) -> Windows:
    """Windows of at most `capacity` pieces over spans of some lengths, (S,).

    The windows of a long span are all full, and lie at equal distances; neighbours share at least `overlap` pieces, where the
    one ends to count and the other begins in the middle of what they share.
    """
    if int(lengths.max(initial=0)) <= capacity:
        nothing = np.zeros(len(lengths), dtype=np.int64)
        return Windows(np.arange(len(lengths)), nothing, lengths, nothing, lengths)
    step = capacity - overlap
    counts = np.where(lengths > capacity, -((overlap - lengths) // step), 1)
    spans, place = np.repeat(np.arange(len(lengths)), counts), within(counts)
    whole, others = lengths[spans], counts[spans] - 1
    starts = place * (whole - capacity) // np.maximum(others, 1)
    starts[others == 0] = 0
    ends = np.minimum(starts + capacity, whole)
    # The middle of what two windows of a span share.
    middle = (ends[:-1] + starts[1:]) // 2
    opens, closes = place == 0, place == others
    first, last = starts.copy(), ends.copy()
    first[1:][~opens[1:]] = middle[~opens[1:]]
    last[:-1][~closes[:-1]] = middle[~closes[:-1]]
    return Windows(spans, starts, ends, first, last)


def rows(windows: Windows, around: tuple[int, int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where a row comes from, and where a piece went.

    around: special pieces before and after each window. Returns the pieces of each window, special ones too, (W,), and the row of
    each piece of all spans, (P,).
    """
    before, after = around
    sizes = windows.ends - windows.starts
    full = sizes + before + after
    used = windows.last - windows.first
    shift = borders(full)[:-1] + before + windows.first - windows.starts - borders(used)[:-1]
    return full, np.arange(int(used.sum())) + np.repeat(shift, used)
