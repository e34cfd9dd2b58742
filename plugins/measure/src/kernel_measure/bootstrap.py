"""Intervals by the bootstrap (Efron 1979): what a figure would be on other samples of the same size, drawn from the one there is.

An interval has the percentiles of the figures of all resamples between which `level` of them lie.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.numeric.random import stream

# Numbers that are held at once.
_AT_ONCE = 1 << 22


def resamples(size: int, number: int, seed: int = 0) -> Iterator[NDArray[np.int64]]:
    """How often each of `size` things is in each of `number` resamples: blocks of shape (resamples, size)."""
    random, done = stream(seed, "bootstrap"), 0
    while done < number:
        some = min(number - done, max(1, _AT_ONCE // size))
        drawn = random.integers(size, size=(some, size))
        counts = np.zeros((some, size), dtype=np.int64)
        np.add.at(counts, (np.arange(some)[:, None], drawn), 1)
        yield counts
        done += some


def ratios(parts: NDArray[Any], wholes: NDArray[Any], number: int, seed: int = 0) -> NDArray[np.float64]:
    """The share of sums in each resample: parts and wholes (things, figures), shares (resamples, figures).

    NaN where the sum of the wholes is 0: nothing was counted in that resample.
    """
    found = []
    for counts in resamples(len(parts), number, seed):
        part, whole = counts @ parts, counts @ wholes
        found.append(np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole != 0))
    return np.concatenate(found)


def interval(figures: NDArray[Any], level: float) -> tuple[float, float] | None:
    """The bounds between which `level` of the figures lie, those that are NaN left out; None if all are."""
    known = figures[~np.isnan(figures)]
    if not len(known):
        return None
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
