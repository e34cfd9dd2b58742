"""The nearest of some rows by cosine, exactly, for many vectors at once."""

import numpy as np
from numpy.typing import NDArray

from kernel.vocab.vectors.nearest import lengths_of, nearest


class Nearest:
    """Rows that are collected, and then searched."""

    def __init__(self) -> None:
        self._parts: list[NDArray[np.float32]] = []
        self._table = np.zeros((0, 0), dtype=np.float32)
        self._lengths = np.zeros(0, dtype=np.float32)

    def add(self, vectors: NDArray[np.float32]) -> None:
        """Add rows, (n, width)."""
        # Whoever reads may fill the same array again.
        self._parts.append(vectors.copy())

    def find(self, vectors: NDArray[np.float32]) -> NDArray[np.int32]:
        """The nearest row to each of some vectors, of equal ones the first. Shape (n,)."""
        if self._parts:
            self._table = np.concatenate(self._parts)
            self._lengths = lengths_of(self._table)
            self._parts = []
        found: NDArray[np.int32] = nearest(self._table, self._lengths, vectors, 1, len(vectors))[0][:, 0]
        return found
