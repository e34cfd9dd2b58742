"""Many strings by their numbers as arrays, which may lie in a mapped file; they never change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.vocab.symbols import SYMBOLS


@dataclass(frozen=True, eq=False)
class Texts:
    """Strings in the order of their numbers.

    numbers: uint64 (n,), ascending. ends: int64 (n,), where the UTF-8 of each ends in `content`, uint8. A number whose
    string nobody knew has an empty one.
    """

    numbers: NDArray[np.uint64]
    ends: NDArray[np.int64]
    content: NDArray[np.uint8]

    def find(self, number: int) -> str | None:
        """The string of a number, None if it is not here."""
        if not 0 <= number < 1 << 64:
            return None
        place = int(self.numbers.searchsorted(np.uint64(number)))
        if place == len(self.numbers) or int(self.numbers[place]) != number:
            return None
        return self._text(place)

    def has(self, numbers: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Which of many numbers have a string here, shape like numbers."""
        if not len(self.numbers):
            return np.zeros(numbers.shape, dtype=bool)
        place = np.minimum(self.numbers.searchsorted(numbers), len(self.numbers) - 1)
        starts = np.where(place > 0, self.ends[place - 1], 0)
        found: NDArray[np.bool_] = (self.numbers[place] == numbers) & (self.ends[place] > starts)
        return found

    def covers(self, other: Texts) -> bool:
        """Whether every string of the other is here too."""
        known = np.diff(other.ends, prepend=0) > 0
        return bool(self.has(other.numbers[known]).all())

    def __len__(self) -> int:
        """How many strings are known."""
        return self._known

    def items(self) -> Iterator[tuple[int, str]]:
        """(number, string) of each that is known."""
        start, content = 0, self.content.tobytes()
        for number, end in zip(self.numbers.tolist(), self.ends.tolist(), strict=True):
            if end > start:
                yield number, content[start:end].decode("utf-8", "surrogatepass")
            start = end

    def some(self, chosen: NDArray[np.bool_]) -> list[str]:
        """The strings that are known at the chosen places, (n,)."""
        found = (self._text(place) for place in np.flatnonzero(chosen).tolist())
        return [text for text in found if text is not None]

    @cached_property
    def _known(self) -> int:
        return int((np.diff(self.ends, prepend=0) > 0).sum())

    def _text(self, place: int) -> str | None:
        start = int(self.ends[place - 1]) if place else 0
        data = self.content[start : int(self.ends[place])].tobytes()
        return data.decode("utf-8", "surrogatepass") or None

    def __deepcopy__(self, memo: Any) -> Texts:
        return self


def texts_of(numbers: NDArray[np.uint64], texts: list[str | None]) -> Texts:
    """The strings of numbers, which ascend; None for one that is not known. Symbols are known everywhere."""
    known = (text if text and text not in SYMBOLS else "" for text in texts)
    parts = [text.encode("utf-8", "surrogatepass") for text in known]
    lengths = np.fromiter(map(len, parts), dtype=np.int64, count=len(parts))
    content = np.frombuffer(b"".join(parts), dtype=np.uint8)
    return Texts(numbers, np.cumsum(lengths), content)
