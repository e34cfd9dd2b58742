"""Patterns compiled into one automaton for all of them, as arrays.

A position of the automaton stands for one token of a match (Glushkov, 1961): a description that may match n to m tokens has m of
them, and one that may match any number goes back to itself. So there are no steps without a token, and a state is a
position and the token where the match began.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kernel_matchers.token_patterns.conditions import Condition
from kernel_matchers.token_patterns.reading import Description, Pattern

Asked = tuple[frozenset[Condition], bool]
"""The conditions that a token has to meet, or, if true, must not meet together."""


@dataclass(frozen=True)
class Program:
    """The automaton of P positions.

    asked: the distinct things asked of a token; which: for each position its place there. rule: for each position the
    number of the rule whose pattern it belongs to. accepts: whether a match may end with it, bool (P,). first: the positions that may begin a
    match. next_start, next_position: the positions after position p are next_position[next_start[p] : next_start[p + 1]].
    meets: whether different ways may lead to a position, so that states there have to be compared, bool (P,).
    """

    asked: list[Asked]
    which: NDArray[np.int32]
    rule: NDArray[np.int32]
    accepts: NDArray[np.bool_]
    first: NDArray[np.int32]
    next_start: NDArray[np.int64]
    next_position: NDArray[np.int32]
    meets: NDArray[np.bool_]


class _Builder:
    def __init__(self) -> None:
        self.asked: dict[Asked, int] = {}
        self.which: list[int] = []
        self.rule: list[int] = []
        self.accepts: list[bool] = []
        self.first: list[int] = []
        self.after: list[list[int]] = []

    def add(self, rule: int, pattern: Pattern) -> None:
        starts = []
        for description in pattern:
            starts.append(len(self.which))
            self._add_positions(rule, description)
        # From the end: the positions that may come at the beginning of each description, and whether nothing more has to.
        entries: list[int] = []
        done = True
        for start, description in zip(reversed(starts), reversed(pattern), strict=True):
            low, high, _ = description.repeated
            copies = _copies(description)
            for copy in range(1, copies + 1):
                place = start + copy - 1
                if copy < copies:
                    self.after[place].append(place + 1)
                elif high is None:
                    self.after[place].append(place)
                if copy >= low:
                    self.after[place] += entries
                    self.accepts[place] = done
            own = [start] if copies else []
            entries = own + entries if low == 0 else own
            done = done and low == 0
        self.first += entries

    def _add_positions(self, rule: int, description: Description) -> None:
        asked = (description.conditions, description.repeated.negated)
        which = self.asked.setdefault(asked, len(self.asked))
        for _ in range(_copies(description)):
            self.which.append(which)
            self.rule.append(rule)
            self.accepts.append(False)
            self.after.append([])

    def build(self) -> Program:
        counts = np.fromiter(map(len, self.after), dtype=np.int64, count=len(self.after))
        following = np.fromiter(
            (place for after in self.after for place in after), dtype=np.int32, count=int(counts.sum())
        )
        return Program(
            list(self.asked),
            np.array(self.which, dtype=np.int32),
            np.array(self.rule, dtype=np.int32),
            np.array(self.accepts, dtype=bool),
            np.array(self.first, dtype=np.int32),
            np.concatenate([np.zeros(1, dtype=np.int64), counts.cumsum()]),
            following,
            np.bincount(following, minlength=len(self.after)) > 1,
        )


def _copies(description: Description) -> int:
    low, high, _ = description.repeated
    return max(low, 1) if high is None else high


def compile_patterns(patterns: Iterable[tuple[int, Pattern]]) -> Program:
    """The automaton of some patterns, each with the number of its rule. Linear in what is written."""
    builder = _Builder()
    for rule, pattern in patterns:
        builder.add(rule, pattern)
    return builder.build()
