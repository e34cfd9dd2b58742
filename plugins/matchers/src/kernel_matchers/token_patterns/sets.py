"""Whether values are in sets, for many pairs of a question and a value at once, each question with a set of its own.

A value becomes its place among all values that any set of the attribute has; a question and a place are one number, which is looked up in
the sorted numbers of all sets.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


class Sets:
    """sets: (question, values, whether they are what the value must be; otherwise it must be none of them). size: number of questions."""

    def __init__(self, sets: Iterable[tuple[int, Iterable[int], bool]], size: int) -> None:
        sets = [(question, sorted(values), wanted) for question, values, wanted in sets]
        every = [value for _, values, _ in sets for value in values]
        self.asks = np.zeros(size, dtype=bool)
        self._wanted = np.zeros(size, dtype=bool)
        for question, _, wanted in sets:
            self.asks[question], self._wanted[question] = True, wanted
        self._values = np.unique(np.array(every, dtype=np.uint64))
        questions = np.array([question for question, values, _ in sets for _ in values], dtype=np.int64)
        keys = questions * self._stride + self._values.searchsorted(np.array(every, dtype=np.uint64))
        self._keys = np.sort(keys)

    @property
    def _stride(self) -> int:
        return len(self._values) + 1

    def hold(self, questions: NDArray[np.int32], values: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """For each pair, both (n,), whether the value is as the question's set says: bool (n,)."""
        wanted = self._wanted[questions]
        if not len(self._keys):
            return ~wanted
        place = np.minimum(self._values.searchsorted(values), len(self._values) - 1)
        keys = questions.astype(np.int64) * self._stride + place
        row = np.minimum(self._keys.searchsorted(keys), len(self._keys) - 1)
        inside = (self._keys[row] == keys) & (self._values[place] == values)
        agree: NDArray[np.bool_] = inside == wanted
        return agree
