"""Which row of a table each key points to."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.uint64]
Rows = NDArray[np.int32]
# Fewer keys than this part of all are looked up one by one while nothing is sorted.
_FEW = 8


class Index(NamedTuple):
    """Keys in ascending order and their rows. order: the places of the keys in the order in which they came."""

    numbers: Numbers
    rows: Rows
    order: Rows


class Keys:
    """Key -> row. Sorted arrays, which may lie in a mapped file, until a key is added, moved or removed; then a dict."""

    def __init__(self, index: Index | None = None) -> None:
        self._index = index
        self._rows: dict[int, int] | None = {} if index is None else None

    @classmethod
    def of(cls, numbers: Numbers, rows: Rows) -> Keys:
        """Of many keys and the row of each; of a key that comes twice the last row counts."""
        order = np.argsort(numbers, kind="stable")
        ascending = numbers[order]
        if len(numbers) > 1 and (ascending[1:] == ascending[:-1]).any():
            made = cls()
            made._rows = dict(zip(numbers.tolist(), rows.tolist(), strict=True))
            return made
        return cls(Index(ascending, rows[order], np.argsort(order).astype(np.int32)))

    def copy(self) -> Keys:
        """Another one, which changes on its own."""
        made = Keys(self._index)
        made._rows = None if self._rows is None else dict(self._rows)
        return made

    def __len__(self) -> int:
        return len(self._rows) if self._rows is not None else len(self.index.numbers)

    @property
    def index(self) -> Index:
        """The sorted arrays; not to be written to."""
        index = self._index
        if index is None:
            numbers, rows = self.pairs()
            order = np.argsort(numbers)
            index = Index(numbers[order], rows[order], np.argsort(order).astype(np.int32))
            self._index = index
        return index

    def pairs(self) -> tuple[Numbers, Rows]:
        """The keys in the order in which they came, and the row of each."""
        if self._rows is not None:
            count = len(self._rows)
            numbers = np.fromiter(self._rows.keys(), dtype=np.uint64, count=count)
            return numbers, np.fromiter(self._rows.values(), dtype=np.int32, count=count)
        index = self.index
        return index.numbers[index.order], index.rows[index.order]

    def as_dict(self) -> dict[int, int]:
        """The same as a dict; not to be written to."""
        if self._rows is None:
            numbers, rows = self.pairs()
            self._rows = dict(zip(numbers.tolist(), rows.tolist(), strict=True))
        return self._rows

    def get(self, number: int) -> int | None:
        """The row of a key, None if it has none."""
        if self._rows is not None:
            return self._rows.get(number)
        numbers, rows, _ = self.index
        if not 0 <= number < 1 << 64:
            return None
        place = int(numbers.searchsorted(np.uint64(number)))
        return int(rows[place]) if place < len(numbers) and int(numbers[place]) == number else None

    def many(self, wanted: Numbers) -> Rows:
        """The rows of many keys, shape like wanted; -1 where there is none."""
        wanted = wanted.astype(np.uint64, copy=False)
        if self._index is None and wanted.size < len(self) // _FEW:
            # Sorting all after each change would cost more.
            get = self.as_dict().get
            found = np.fromiter((get(key, -1) for key in wanted.ravel().tolist()), np.int32, wanted.size)
            return found.reshape(wanted.shape)
        numbers, rows, _ = self.index
        if len(numbers) == 0:
            return np.full(wanted.shape, -1, dtype=np.int32)
        place = np.minimum(numbers.searchsorted(wanted), len(numbers) - 1)
        return np.where(numbers[place] == wanted, rows[place], np.int32(-1)).astype(np.int32)

    def set(self, number: int, row: int) -> None:
        """Point a key at a row."""
        self.as_dict()[number] = row
        self._index = None

    def cut(self, size: int) -> list[tuple[int, int]]:
        """Remove the keys of rows from `size` on; returns them, (key, row)."""
        rows = self.as_dict()
        gone = [(number, row) for number, row in rows.items() if row >= size]
        for number, _ in gone:
            del rows[number]
        if gone:
            self._index = None
        return gone

    def counts(self, size: int) -> NDArray[np.int64]:
        """How many keys point to each of `size` rows."""
        return np.bincount(self.pairs()[1], minlength=size)

    def first(self, size: int) -> Numbers:
        """The key of each of `size` rows that came first; 0 for a row without one."""
        numbers, rows = self.pairs()
        found = np.zeros(size, dtype=np.uint64)
        found[rows[::-1]] = numbers[::-1]
        return found

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Keys):
            return NotImplemented
        mine, others = self.index, other.index
        return np.array_equal(mine.numbers, others.numbers) and np.array_equal(mine.rows, others.rows)

    __hash__ = None  # type: ignore[assignment]
