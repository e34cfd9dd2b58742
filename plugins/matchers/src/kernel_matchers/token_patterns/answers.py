"""What conditions on one attribute say of its values: each condition is asked once about each distinct value.

Answers are remembered from batch to batch, in a table with a row for each value and a column for each condition, within bounds.
"""

from collections.abc import Callable, Sequence
from itertools import islice
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from kernel_matchers.token_patterns.conditions import Condition, Test, number_test, text_test
from kernel_matchers.token_patterns.fuzzy import FuzzyCompare

REMEMBERED = 1 << 22
"""How many answers a table may have before it is begun anew."""

_LEAST_ROWS = 64
_UNKNOWN, _YES, _NO = range(3)

TextOf = Callable[[int], str]
"""The text of a number."""


class Answers:
    """The answers of C conditions on an attribute about values, which get rows as they come."""

    def __init__(self, conditions: Sequence[Condition], fuzzy_compare: FuzzyCompare) -> None:
        self._of_number: list[Test | None] = []
        self._of_text: list[Test | None] = []
        for condition in conditions:
            self._of_number.append(number_test(condition) if condition.of_numbers else None)
            self._of_text.append(None if condition.of_numbers else text_test(condition, fuzzy_compare))
        self._places: dict[int, int] = {}
        self._numbers: list[int] = []
        self._table = np.zeros((_LEAST_ROWS, len(conditions)), dtype=np.uint8)
        self._lock = Lock()

    def __len__(self) -> int:
        """How many answers there is room for."""
        return self._table.size

    @property
    def is_full(self) -> bool:
        """Whether others should be begun."""
        return self._table.size > REMEMBERED

    def rows(self, numbers: NDArray[np.uint64]) -> NDArray[np.int64]:
        """The row of each of some values, int64 (n,)."""
        distinct, inverse = np.unique(numbers, return_inverse=True)
        places = self._places
        with self._lock:
            found = np.fromiter(
                [places.setdefault(number, len(places)) for number in distinct.tolist()],
                dtype=np.int64,
                count=len(distinct),
            )
            self._numbers += islice(places, len(self._numbers), None)
            if len(places) > len(self._table):
                table = np.zeros((2 * len(places), self._table.shape[1]), dtype=np.uint8)
                table[: len(self._table)] = self._table
                self._table = table
        return found[inverse]

    def hold(self, rows: NDArray[np.int64], columns: NDArray[np.int64], text: TextOf) -> NDArray[np.bool_]:
        """For each pair of a value's row and a condition's column, both (n,), whether the condition holds: bool (n,)."""
        table = self._table
        said = table[rows, columns]
        unknown = (said == _UNKNOWN).nonzero()[0]
        if len(unknown):
            width = table.shape[1]
            asked, inverse = np.unique(rows[unknown] * width + columns[unknown], return_inverse=True)
            answers = np.fromiter(
                [self._ask(each // width, each % width, text) for each in asked.tolist()],
                dtype=np.uint8,
                count=len(asked),
            )
            table.reshape(-1)[asked] = answers
            said[unknown] = answers[inverse]
        holds: NDArray[np.bool_] = said == _YES
        return holds

    def _ask(self, row: int, column: int, text: TextOf) -> int:
        number = self._numbers[row]
        of_number, of_text = self._of_number[column], self._of_text[column]
        holds = of_number(number) if of_number is not None else of_text is not None and of_text(text(number))
        return _YES if holds else _NO
