"""Whether what is asked of tokens holds: for many pairs of a question and a token at once.

Values that have to be equal are compared as whole arrays. Texts are searched once for each distinct value, and what
was found is remembered from batch to batch, within bounds.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kernel_matchers.token_patterns.conditions import (
    MEMBERSHIP,
    Condition,
    NumberTest,
    Test,
    number_test,
    text_test,
    value_test,
)
from kernel_matchers.token_patterns.fuzzy import FuzzyCompare, levenshtein_compare
from kernel_matchers.token_patterns.program import Asked
from kernel_matchers.token_patterns.sets import Sets
from kernel_matchers.token_patterns.tokens import Tokens

REMEMBERED = 100_000
"""How many answers about texts are kept."""


class Truth:
    """Answers questions about tokens. asked: what a question asks for; a question is a place in it."""

    def __init__(self, asked: Sequence[Asked], fuzzy_compare: FuzzyCompare = levenshtein_compare) -> None:
        self._fuzzy_compare = fuzzy_compare
        self._negated = np.array([negated for _, negated in asked], dtype=bool)
        self._is_negated = bool(self._negated.any())
        self._equal: dict[int, tuple[NDArray[np.bool_], NDArray[np.uint64]]] = {}
        self._sets: dict[int, Sets] = {}
        self._others: dict[int, list[Condition]] = {}
        self._has_others = np.zeros(len(asked), dtype=bool)
        self._of_numbers: dict[Condition, NumberTest] = {}
        self._of_texts: dict[Condition, Test] = {}
        self._of_values: dict[Condition, Test] = {}
        self._remembered: dict[tuple[Condition, int], bool] = {}
        sets: dict[int, dict[int, Condition]] = {}
        for question, (conditions, _) in enumerate(asked):
            others = []
            for condition in sorted(conditions, key=_cost):
                if not isinstance(condition.target, int) or not self._compared(
                    condition, condition.target, question, sets
                ):
                    self._prepare(condition)
                    others.append(condition)
            if others:
                self._others[question] = others
                self._has_others[question] = True
        for attr, of_questions in sets.items():
            given = [(question, one.value, one.how == "IN") for question, one in of_questions.items()]
            self._sets[attr] = Sets(given, len(asked))

    def _compared(
        self, condition: Condition, attr: int, question: int, sets: dict[int, dict[int, Condition]]
    ) -> bool:
        """Whether a condition is one of those that are compared as arrays; of each kind a question has one for an attribute."""
        if condition.of_numbers and condition.how in MEMBERSHIP:
            return sets.setdefault(attr, {}).setdefault(question, condition) is condition
        if not condition.is_equality:
            return False
        if attr not in self._equal:
            size = len(self._negated)
            self._equal[attr] = np.zeros(size, dtype=bool), np.zeros(size, dtype=np.uint64)
        asks, wanted = self._equal[attr]
        if asks[question]:
            return False
        asks[question], wanted[question] = True, condition.value
        return True

    def _prepare(self, condition: Condition) -> None:
        if isinstance(condition.target, str):
            self._of_values.setdefault(condition, value_test(condition, self._fuzzy_compare))
        elif condition.of_numbers:
            self._of_numbers.setdefault(condition, number_test(condition))
        else:
            self._of_texts.setdefault(condition, text_test(condition, self._fuzzy_compare))

    def holds(
        self, questions: NDArray[np.int32], places: NDArray[np.int64], tokens: Tokens
    ) -> NDArray[np.bool_]:
        """For each pair of a question and the place of a token in the batch, both (n,), whether it holds: bool (n,)."""
        found = np.ones(len(questions), dtype=bool)
        for attr, (asks, wanted) in self._equal.items():
            at = (asks[questions] & found).nonzero()[0]
            if len(at):
                found[at] = tokens.numbers(attr)[places[at]] == wanted[questions[at]]
        for attr, sets in self._sets.items():
            at = (sets.asks[questions] & found).nonzero()[0]
            if len(at):
                found[at] = sets.hold(questions[at], tokens.numbers(attr)[places[at]])
        rest = (self._has_others[questions] & found).nonzero()[0] if self._others else ()
        if len(rest):
            order = rest[np.argsort(questions[rest], kind="stable")]
            kinds, begins = np.unique(questions[order], return_index=True)
            for kind, part in zip(kinds.tolist(), np.split(order, begins[1:]), strict=True):
                found[part] = False
                for condition in self._others[kind]:
                    part = part[self._one(condition, places[part], tokens)]
                found[part] = True
        if self._is_negated:
            found ^= self._negated[questions]
        return found

    def _one(self, condition: Condition, places: NDArray[np.int64], tokens: Tokens) -> NDArray[np.bool_]:
        """Whether one condition holds for some tokens, bool (n,)."""
        if isinstance(condition.target, str):
            of_value, name = self._of_values[condition], condition.target
            return np.array([of_value(tokens.value(name, place)) for place in places.tolist()], dtype=bool)
        numbers = tokens.numbers(condition.target)[places]
        if condition.of_numbers:
            return self._of_numbers[condition](numbers)
        distinct, inverse = np.unique(numbers, return_inverse=True)
        return np.array(
            [self._of_text(condition, number, tokens) for number in distinct.tolist()], dtype=bool
        )[inverse]

    def _of_text(self, condition: Condition, number: int, tokens: Tokens) -> bool:
        key = (condition, number)
        known = self._remembered.get(key)
        if known is None:
            known = self._of_texts[condition](tokens.text(number))
            if len(self._remembered) >= REMEMBERED:
                self._remembered.clear()
            self._remembered[key] = known
        return known


def _cost(condition: Condition) -> tuple[int, str]:
    """What is quick to tell comes first; the rest of the key makes the order the same in every process."""
    kind = (
        0
        if condition.is_equality
        else 1
        if condition.of_numbers
        else 2
        if isinstance(condition.target, int)
        else 3
    )
    return kind, repr((condition.target, condition.how, condition.like))
