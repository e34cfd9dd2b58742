"""Strings in rows, found by their numbers. Those that come from a file stay there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kernel.vocab.strings import hash_string, hash_strings
from kernel.vocab.vectors.keys import Index, Keys


class Names:
    """The strings of entities, or of aliases.

    index: the numbers in ascending order, the row of each, and the places in the order of rows. ends: where the UTF-8 of each row
    ends in `content`. More can be added after them.
    """

    def __init__(
        self,
        index: Index | None = None,
        ends: NDArray[np.int64] | None = None,
        content: NDArray[np.uint8] | None = None,
    ) -> None:
        self._keys = Keys(index)
        self._ends = np.zeros(0, dtype=np.int64) if ends is None else ends
        self._content = np.zeros(0, dtype=np.uint8) if content is None else content
        self._added: list[str] = []

    @classmethod
    def of(cls, texts: Sequence[str]) -> Names:
        """Many strings, none of them twice."""
        made = cls()
        made._keys = Keys.of(hash_strings(texts), np.arange(len(texts), dtype=np.int32))
        made._added = list(texts)
        return made

    def __len__(self) -> int:
        return len(self._ends) + len(self._added)

    def add(self, text: str) -> int:
        """Add a string that is not here yet; its number."""
        number = hash_string(text)
        self._keys.set(number, len(self))
        self._added.append(text)
        return number

    def find(self, number: int) -> int | None:
        """The row of the string with a number, None if it isn't here."""
        return self._keys.get(number)

    def find_many(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """The rows of strings, (len(texts),); -1 for one that isn't here."""
        return self._keys.many(hash_strings(texts)).astype(np.int64)

    def number(self, row: int) -> int:
        """The number of the string of a row."""
        return hash_string(self.text(row))

    def text(self, row: int) -> str:
        """The string of a row."""
        stored = len(self._ends)
        if row >= stored:
            return self._added[row - stored]
        start = int(self._ends[row - 1]) if row else 0
        return self._content[start : int(self._ends[row])].tobytes().decode("utf-8", "surrogatepass")

    def texts(self) -> list[str]:
        """All strings, by their rows."""
        found, start, content = [], 0, self._content.tobytes()
        for end in self._ends.tolist():
            found.append(content[start:end].decode("utf-8", "surrogatepass"))
            start = end
        return found + self._added

    def arrays(self) -> tuple[Index, NDArray[np.int64], NDArray[np.uint8]]:
        """Index, ends and content, to be written."""
        parts = [text.encode("utf-8", "surrogatepass") for text in self._added]
        lengths = np.fromiter(map(len, parts), dtype=np.int64, count=len(parts))
        before = int(self._ends[-1]) if len(self._ends) else 0
        ends = np.concatenate([self._ends, before + np.cumsum(lengths)])
        content = np.concatenate([self._content, np.frombuffer(b"".join(parts), dtype=np.uint8)])
        return self._keys.index, ends, content
