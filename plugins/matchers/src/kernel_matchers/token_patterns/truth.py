"""Whether what is asked of tokens holds: for many pairs of a question and a token at once.

Values that have to be equal, or in sets, are compared as whole arrays. Everything else is asked once for each distinct value.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kernel_matchers.token_patterns.answers import Answers
from kernel_matchers.token_patterns.conditions import MEMBERSHIP, Condition, Test, value_test
from kernel_matchers.token_patterns.fuzzy import FuzzyCompare, levenshtein_compare
from kernel_matchers.token_patterns.program import Asked
from kernel_matchers.token_patterns.ranges import spread
from kernel_matchers.token_patterns.sets import Sets
from kernel_matchers.token_patterns.tokens import Tokens

NOTHING = -1


class Truth:
    """Answers questions about tokens. asked: what a question asks for; a question is a place in it.

    values: further conditions on attributes, about which `meet` will be asked.
    """

    def __init__(
        self,
        asked: Sequence[Asked],
        fuzzy_compare: FuzzyCompare = levenshtein_compare,
        values: Sequence[Condition] = (),
    ) -> None:
        self._fuzzy_compare = fuzzy_compare
        self._negated = np.array([negated for _, negated in asked], dtype=bool)
        self._is_negated = bool(self._negated.any())
        self._equal: dict[int, tuple[NDArray[np.bool_], NDArray[np.uint64]]] = {}
        self._sets: dict[int, Sets] = {}
        # Attribute -> its conditions and their columns; and the answers.
        self._columns: dict[int, dict[Condition, int]] = {}
        self.answers: dict[int, Answers] = {}
        # One after another: for each question an attribute's column, or NOTHING.
        self._rounds: list[tuple[int, NDArray[np.int64]]] = []
        self._of_values: dict[Condition, Test] = {}
        self._extensions: dict[int, list[Condition]] = {}
        self._has_extensions = np.zeros(len(asked), dtype=bool)
        sets: dict[int, dict[int, Condition]] = {}
        for condition in values:
            self._column(condition)
        for question, (conditions, _) in enumerate(asked):
            of_attribute: dict[int, int] = {}
            for condition in sorted(conditions, key=_cost):
                target = condition.target
                if not isinstance(target, int):
                    self._of_values.setdefault(condition, value_test(condition, fuzzy_compare))
                    self._extensions.setdefault(question, []).append(condition)
                    self._has_extensions[question] = True
                elif not self._compared(condition, target, question, sets):
                    number = of_attribute[target] = of_attribute.get(target, -1) + 1
                    self._round(target, number, len(asked))[question] = self._column(condition)
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

    def _column(self, condition: Condition) -> int:
        assert isinstance(condition.target, int)
        columns = self._columns.setdefault(condition.target, {})
        return columns.setdefault(condition, len(columns))

    def _round(self, attr: int, number: int, size: int) -> NDArray[np.int64]:
        """The columns of the questions' conditions on an attribute: of the first ones, of the second ones..."""
        rounds = [columns for each, columns in self._rounds if each == attr]
        if number == len(rounds):
            rounds.append(np.full(size, NOTHING, dtype=np.int64))
            self._rounds.append((attr, rounds[-1]))
        return rounds[number]

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
        for attr, columns in self._rounds:
            column = columns[questions]
            at = ((column != NOTHING) & found).nonzero()[0]
            if len(at):
                answers, rows = self.rows(attr, tokens)
                found[at] = answers.hold(rows[places[at]], column[at], tokens.text)
        if self._extensions:
            at = (self._has_extensions[questions] & found).nonzero()[0]
            found[at] = [
                all(
                    self._of_values[one](tokens.value(str(one.target), place))
                    for one in self._extensions[question]
                )
                for question, place in zip(questions[at].tolist(), places[at].tolist(), strict=True)
            ]
        if self._is_negated:
            found ^= self._negated[questions]
        return found

    def rows(self, attr: int, tokens: Tokens) -> tuple[Answers, NDArray[np.int64]]:
        """The answers about an attribute, and the row there of each token's value, int64 (N,)."""
        known: tuple[Answers, NDArray[np.int64]] | None = tokens.remembered.get((self, attr))
        if known is None:
            answers = self.answers.get(attr)
            if answers is None or answers.is_full:
                answers = self.answers[attr] = Answers(list(self._columns[attr]), self._fuzzy_compare)
            known = answers, answers.rows(tokens.numbers(attr))
            tokens.remembered[self, attr] = known
        return known

    def meet(
        self, attr: int, conditions: Sequence[Condition], tokens: Tokens
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Conditions on an attribute, and the tokens whose values meet them: places in `conditions`, and tokens, in order of conditions."""
        answers, rows = self.rows(attr, tokens)
        distinct, inverse = np.unique(rows, return_inverse=True)
        columns = np.array([self._columns[attr][condition] for condition in conditions], dtype=np.int64)
        met = answers.hold(
            np.tile(distinct, len(columns)), np.repeat(columns, len(distinct)), tokens.text
        ).reshape(len(columns), len(distinct))
        which, value = met.nonzero()
        # The tokens of each distinct value lie side by side.
        order = np.argsort(inverse, kind="stable")
        sizes = np.bincount(inverse, minlength=len(distinct))
        begins = (sizes.cumsum() - sizes)[value]
        sizes = sizes[value]
        return which.repeat(sizes), order[spread(begins, sizes)]


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
