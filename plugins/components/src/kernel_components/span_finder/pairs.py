"""Beginnings and ends of spans put together, for all documents of a batch at once."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError

# More spans than this in one batch would take more than a gigabyte of memory.
MOST = 1 << 23


class Spans(NamedTuple):
    """First token, and token after the last, of S spans: int64 (S,) each, counted over the batch."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


def pair(
    begins: NDArray[np.bool_],
    ends: NDArray[np.bool_],
    lengths: Sequence[int],
    shortest: int,
    longest: int | None,
) -> Spans:
    """All spans of `shortest` to `longest` tokens from a beginning to an end in the same document, in order.

    begins, ends: for each token of the batch, bool (N,). lengths: tokens of each document. `DataError` if there are far too many.
    """
    first, last = np.flatnonzero(begins), np.flatnonzero(ends)
    borders = np.cumsum(lengths, dtype=np.int64)
    after = borders[np.searchsorted(borders, first, side="right")] if len(first) else first
    if longest is not None:
        after = np.minimum(after, first + longest)
    low = np.searchsorted(last, first + (shortest - 1))
    counts = np.maximum(np.searchsorted(last, after) - low, 0)
    total = int(counts.sum())
    if total > MOST:
        raise DataError(
            f"{total:,} spans were found in {int(borders[-1]):,} tokens",
            hint="Let spans have fewer tokens (max_length), or set a higher threshold.",
        )
    # The ends of one beginning lie side by side.
    steps = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
    return Spans(np.repeat(first, counts), last[np.repeat(low, counts) + steps] + 1)
