"""The nearest of some rows by cosine, exactly, for many vectors at once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Numbers of a block of scores, and rows that it is made of.
_BLOCK = 1 << 22


class Nearest:
    """Rows that are collected, and then searched. width: of the vectors."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._parts: list[NDArray[np.float32]] = []
        self._table: NDArray[np.float32] | None = None

    def add(self, vectors: NDArray[np.float32]) -> None:
        """Add rows, (n, width)."""
        self._parts.append(unit(vectors))

    def find(self, vectors: NDArray[np.float32]) -> NDArray[np.int32]:
        """The nearest row to each of some vectors, of equal ones the first. Shape (n,)."""
        if self._table is None:
            self._table = np.concatenate(self._parts)
            self._parts = []
        table, queries = self._table, unit(vectors)
        best = np.zeros(len(queries), dtype=np.int32)
        score = np.full(len(queries), -np.inf, dtype=np.float32)
        step = max(1, _BLOCK // max(1, len(queries)))
        for start in range(0, len(table), step):
            found = queries @ table[start : start + step].T
            row = found.argmax(axis=1)
            value = found[np.arange(len(queries)), row]
            better = value > score
            best[better] = row[better] + start
            score[better] = value[better]
        return best


def unit(vectors: NDArray[Any]) -> NDArray[np.float32]:
    """Vectors of length 1 in the same directions; those of length 0 stay. Shape (n, width)."""
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64))[:, None]
    made: NDArray[np.float32] = (vectors / np.where(lengths == 0, 1, lengths)).astype(np.float32)
    return made
