"""Sequences of different lengths as one array with padding, in few sizes: JAX compiles a function for every shape."""

from collections.abc import Sequence
from typing import Any

import numpy as np

Array = Any


def rounded(size: int) -> int:
    """The next of 1, 2, 3, 4, 6, 8, 12, 16, 24, ...: at most half as much again."""
    power = 1 << max(size - 1, 0).bit_length()
    return power // 4 * 3 if power >= 4 and size <= power // 4 * 3 else power


def padded(arrays: Sequence[Array]) -> tuple[Array, Array]:
    """Arrays (length, width) as rows (sequences, longest, width) with zeros, and where there is something (sequences, longest).

    The number of sequences and the longest are rounded up.
    """
    lengths = np.array([len(array) for array in arrays])
    shape = rounded(len(arrays)), rounded(int(lengths.max(initial=1)))
    mask = np.arange(shape[1]) < np.pad(lengths, (0, shape[0] - len(arrays)))[:, None]
    rows = np.zeros((*shape, *arrays[0].shape[1:]), dtype=arrays[0].dtype)
    rows[mask] = np.concatenate(list(arrays))
    return rows, mask


def unpadded(rows: Array, mask: Array, lengths: Sequence[int]) -> list[Array]:
    """What `padded` made of arrays of these lengths, as arrays again."""
    return np.split(rows[mask], np.cumsum(lengths)[:-1])
