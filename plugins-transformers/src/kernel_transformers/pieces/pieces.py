"""The pieces of texts, as columns, and a store of them by text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(eq=False)
class Pieces:
    """What n texts were cut into, P pieces in all, without special pieces around them.

    table: int32 (3, P): number in the vocabulary, first character in its text, character after the last. A piece that stands for
    no character ends where it begins. lengths: int64 (n,), the pieces of each text.
    """

    table: NDArray[np.int32]
    lengths: NDArray[np.int64]


def joined(tables: Sequence[NDArray[np.int32]]) -> Pieces:
    """The columns of texts one after another, from those of each."""
    lengths = np.fromiter((table.shape[1] for table in tables), dtype=np.int64, count=len(tables))
    whole = np.concatenate(tables, axis=1) if tables else np.zeros((3, 0), dtype=np.int32)
    return Pieces(whole, lengths)


class PieceCache:
    """Pieces by text, up to a number of bytes. What comes later stays out: texts return once an epoch, so that to make room for
    each new one would mean to have none when it comes back.
    """

    # What a text and an array take beside their content, in a dict.
    _EACH = 300

    def __init__(self, limit: int = 256 << 20) -> None:
        self.limit = limit
        self.size = 0
        self._tables: dict[str, NDArray[np.int32]] = {}

    def __len__(self) -> int:
        return len(self._tables)

    def get(self, text: str) -> NDArray[np.int32] | None:
        """The table of a text, (3, pieces), if it is known."""
        return self._tables.get(text)

    def add(self, text: str, table: NDArray[np.int32]) -> None:
        """Keep a table if there is room for it."""
        # Up to four bytes a character.
        size = len(text) * (1 if text.isascii() else 4) + table.nbytes + self._EACH
        if self.size + size <= self.limit and text not in self._tables:
            # A part of a larger array would keep all of it.
            self._tables[text] = table.copy()
            self.size += size

    def clear(self) -> None:
        """Forget everything."""
        self._tables.clear()
        self.size = 0
