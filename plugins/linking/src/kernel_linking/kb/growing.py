"""An array that rows are appended to. Room is doubled when it is full, so that appending one by one costs little."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Growing:
    """values: the array as it stands, (rows, ...); what lies in a mapped file is copied when the first row is appended."""

    def __init__(self, values: NDArray[Any]) -> None:
        self._room = values
        self._size = len(values)

    def __len__(self) -> int:
        return self._size

    @property
    def values(self) -> NDArray[Any]:
        """The rows. Not to be kept: after an append they may be others."""
        return self._room[: self._size]

    def append(self, row: Any) -> None:
        """Add one row at the end."""
        self.extend(np.asarray(row, dtype=self._room.dtype)[None])

    def extend(self, rows: NDArray[Any]) -> None:
        """Add rows at the end."""
        if not len(rows):
            return
        size = self._size + len(rows)
        if size > len(self._room):
            room = np.empty((max(size, 2 * self._size, 8), *self._room.shape[1:]), dtype=self._room.dtype)
            room[: self._size] = self.values
            self._room = room
        self._room[self._size : size] = rows
        self._size = size

    def writable(self) -> NDArray[Any]:
        """The rows, to be written to."""
        if not self._room.flags.writeable:
            self._room = self._room.copy()
        return self.values
