"""Vectors of word types, and what is computed from them, that prediction keeps from batch to batch."""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from kernel.processes.gate import Lock

Array = Any

# Generations of word forms whose vectors are kept for one model: the present one, and one that Docs still use.
_GENERATIONS = 2
LARGEST = 1 << 28
"""Bytes of vectors that are kept for one generation; those of later rows are computed whenever they are needed."""


class Types(NamedTuple):
    """The types of tokens whose vectors depend on nothing else.

    So an encoder may compute once for each type what does not depend on a token's neighbours. rows: (N,), the type of each token, as a
    row of `table`. compute: from distinct rows to their vectors. state: what these depend on besides the rows, as a hashable value.
    """

    table: Any
    rows: Array
    state: Hashable
    compute: Callable[[Array], Array]


class TypeVectors:
    """For each table of word forms a lazily filled array of vectors, row by row like the table.

    Vectors belong to a state: whatever they were computed from, as a hashable value. With another state they start
    anew. A table that dies takes its vectors along. Safe across threads.

    largest: bytes that are kept for one generation, by default `LARGEST`.
    """

    def __init__(self, largest: int | None = None) -> None:
        self.largest = largest
        self._kept: WeakKeyDictionary[Any, _Kept] = WeakKeyDictionary()
        self._lock = Lock()

    def __reduce__(self) -> tuple[Any, ...]:
        # A copy begins with nothing, in this process and in another.
        return TypeVectors, (self.largest,)

    def gather(self, table: Any, rows: Array, state: Hashable, compute: Callable[[Array], Array]) -> Array:
        """Return the vectors of `rows` of the table (len(rows), width), freshly allocated.

        compute: returns the vectors of distinct rows; called for those that are not known yet.
        """
        kept = self._kept.get(table)
        if kept is None or kept.state != state:
            kept = self._start(table, state)
        if len(table) > kept.limit and (late := rows >= kept.limit).any():
            new, place = np.unique(rows[late], return_inverse=True)
            computed = compute(new)
            vectors = np.empty((len(rows), computed.shape[1]), dtype=computed.dtype)
            vectors[late] = computed[place]
            if not late.all():
                vectors[~late] = kept.gather(len(table), rows[~late], compute)
            return vectors
        return kept.gather(len(table), rows, compute)

    def _start(self, table: Any, state: Hashable) -> _Kept:
        with self._lock:
            kept = self._kept.get(table)
            if kept is None or kept.state != state:
                for old in list(self._kept)[: max(len(self._kept) - _GENERATIONS + 1, 0)]:
                    del self._kept[old]
                kept = self._kept[table] = _Kept(state, self.largest or LARGEST)
            return kept


class _Kept:
    def __init__(self, state: Hashable, largest: int) -> None:
        self.state, self.largest = state, largest
        # The vectors and a flag for each row that is filled: replaced together, so that readers need no lock.
        self.arrays: tuple[Array, Array] = (None, np.zeros(0, dtype=bool))
        # Rows from this one on have no place in the arrays.
        self.limit = sys.maxsize
        self._lock = Lock()

    def gather(self, size: int, rows: Array, compute: Callable[[Array], Array]) -> Array:
        """The vectors of rows below `limit`."""
        vectors, known = self.arrays
        size = min(size, self.limit)
        if vectors is None or len(known) < size or not known[rows].all():
            vectors = self.fill(size, rows, compute)
        return vectors.take(rows, axis=0)

    def fill(self, size: int, rows: Array, compute: Callable[[Array], Array]) -> Array:
        with self._lock:
            vectors, known = self.arrays
            if len(known) < size:
                grown = np.zeros(max(size, min(2 * len(known), self.limit), 1024), dtype=bool)
                grown[: len(known)] = known
                if vectors is not None:
                    more = np.empty((len(grown), vectors.shape[1]), dtype=vectors.dtype)
                    more[: len(vectors)] = vectors
                    vectors = more
                known = grown
            missing = np.unique(rows[~known[rows]])
            if len(missing):
                new = compute(missing)
                if vectors is None:
                    # Pages that are never written to take no memory.
                    vectors = np.empty((len(known), new.shape[1]), dtype=new.dtype)
                    self.limit = max(1, self.largest // max(vectors[:1].nbytes, 1))
                vectors[missing] = new
                known[missing] = True
            self.arrays = vectors, known
            return vectors
