"""Ranges of numbers."""

import numpy as np
from numpy.typing import NDArray


def spread(starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers of several ranges, one after another: shape (sizes.sum(),)."""
    ends = sizes.cumsum()
    total = int(ends[-1]) if len(ends) else 0
    numbers: NDArray[np.int64] = np.arange(total) + np.repeat(starts - ends + sizes, sizes)
    return numbers
