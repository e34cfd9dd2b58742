"""Patterns compiled into one automaton for all of them, as arrays.

A position of the automaton stands for one token of a match (Glushkov, 1961). A description that matches n to m tokens has m of them,
of which n are needed; one that matches n or more has n, and one that goes back to itself. So there are no steps without a token, and
a state is a position, the token where the match began, and the last token.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from kernel_matchers.token_patterns.conditions import Condition
from kernel_matchers.token_patterns.reading import Description, Pattern

Asked = tuple[frozenset[Condition], bool]
"""The conditions that a token has to meet, or, if true, must not meet together."""


@dataclass(frozen=True)
class Program:
    """The automaton of P positions, those of a pattern side by side in its order.

    asked: the distinct things asked of a token; which: for each position its place there. rule, pattern: for each position the
    number of the rule that it belongs to, and the place of the pattern among all. level: its place in the pattern, description: the place
    of what describes it there. first: the positions
    that may begin a match. next_start, next_position: the positions after position p, other than itself, are
    next_position[next_start[p] : next_start[p + 1]].
    Of each position, bool (P,): loops: it may follow itself. optional: a match may leave it out. last: nothing comes after it.
    accepts: a match may end with it. meets: several positions lead to it, so that states there have to be compared.
    """

    asked: list[Asked]
    which: NDArray[np.int32]
    rule: NDArray[np.int32]
    pattern: NDArray[np.int32]
    level: NDArray[np.int32]
    description: NDArray[np.int32]
    first: NDArray[np.int32]
    next_start: NDArray[np.int64]
    next_position: NDArray[np.int32]
    loops: NDArray[np.bool_]
    optional: NDArray[np.bool_]
    last: NDArray[np.bool_]
    accepts: NDArray[np.bool_]
    meets: NDArray[np.bool_]


@dataclass(frozen=True)
class Step:
    """A position of one pattern: the place of its description there, and whether it is optional, and may follow itself."""

    description: int
    optional: bool
    loops: bool


def steps_of(pattern: Pattern) -> list[Step]:
    """The positions of a pattern in their order."""
    found = []
    for place, (_, (low, high, _)) in enumerate(pattern):
        found += [Step(place, False, False)] * low
        found += [Step(place, True, True)] if high is None else [Step(place, True, False)] * (high - low)
    return found


def following(steps: list[Step]) -> tuple[list[int], list[list[int]]]:
    """The positions that a match may begin with, and for each position those that may come after it, without itself; ascending.

    Optional copies of one description are alike, so that each leads to the next one and not beyond, but for the last position of the
    pattern: where that is reached soonest decides when a match is seen.
    """
    entries: list[int] = []
    after: list[list[int]] = [[] for _ in steps]
    # From the end: what the next description begins with; the last position, while nothing is needed before it.
    last = [len(steps) - 1]
    beyond: list[int] = []
    for place in range(len(steps) - 1, -1, -1):
        step = steps[place]
        is_copied = place + 1 < len(steps) and steps[place + 1].description == step.description
        if not is_copied:
            beyond = entries
            after[place] = entries
        elif steps[place + 1].optional:
            after[place] = sorted({place + 1, *beyond, *last})
        else:
            after[place] = [place + 1]
        begins = place == 0 or steps[place - 1].description != step.description
        if begins:
            entries = sorted({place, *(entries if step.optional else []), *(last if step.optional else [])})
        last = last if step.optional else []
    return entries, after


class _Builder:
    def __init__(self) -> None:
        self.asked: dict[Asked, int] = {}
        self.which: list[int] = []
        self.rule: list[int] = []
        self.pattern: list[int] = []
        self.level: list[int] = []
        self.description: list[int] = []
        self.flags: list[tuple[bool, bool, bool, bool]] = []
        self.first: list[int] = []
        self.after: list[list[int]] = []

    def add(self, rule: int, number: int, pattern: Pattern) -> None:
        steps, begin = steps_of(pattern), len(self.which)
        questions = [self._question(description) for description in pattern]
        first, after = following(steps)
        self.first += [begin + place for place in first]
        tail = len(steps)
        while tail and steps[tail - 1].optional:
            tail -= 1
        for level, step in enumerate(steps):
            self.which.append(questions[step.description])
            self.rule.append(rule)
            self.pattern.append(number)
            self.level.append(level)
            self.description.append(step.description)
            self.flags.append((step.loops, step.optional, level == len(steps) - 1, level + 1 >= tail))
            self.after.append([begin + place for place in after[level]])

    def _question(self, description: Description) -> int:
        asked = (description.conditions, description.repeated.negated)
        return self.asked.setdefault(asked, len(self.asked))

    def build(self) -> Program:
        sizes = np.fromiter(map(len, self.after), dtype=np.int64, count=len(self.after))
        next_start = np.concatenate([np.zeros(1, dtype=np.int64), sizes.cumsum()])
        next_position = np.fromiter(
            chain.from_iterable(self.after), dtype=np.int32, count=int(next_start[-1])
        )
        loops, optional, last, accepts = np.array(self.flags, dtype=bool).reshape(-1, 4).T
        return Program(
            list(self.asked),
            np.array(self.which, dtype=np.int32),
            np.array(self.rule, dtype=np.int32),
            np.array(self.pattern, dtype=np.int32),
            np.array(self.level, dtype=np.int32),
            np.array(self.description, dtype=np.int32),
            np.array(self.first, dtype=np.int32),
            next_start,
            next_position,
            loops,
            optional,
            last,
            accepts,
            np.bincount(next_position, minlength=len(sizes)) > 1,
        )


def compile_patterns(patterns: Iterable[tuple[int, Pattern]]) -> Program:
    """The automaton of some patterns, each with the number of its rule."""
    builder = _Builder()
    for number, (rule, pattern) in enumerate(patterns):
        builder.add(rule, number, pattern)
    return builder.build()
