"""Where matches may begin: tokens are looked up by values, so that thousands of patterns cost little where none of them matches.

A first position that asks for one value of an attribute, or for one of several, is found by that attribute's column; one that asks for
something else of an attribute, such as a text that is like another one, by the distinct values of the column. Only what
asks for nothing of the kind is tried everywhere, each distinct question once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernel.vocab import attrs
from kernel_matchers.token_patterns.conditions import Condition
from kernel_matchers.token_patterns.fuzzy import FuzzyCompare, levenshtein_compare
from kernel_matchers.token_patterns.program import Asked, Program
from kernel_matchers.token_patterns.ranges import spread
from kernel_matchers.token_patterns.tokens import Tokens
from kernel_matchers.token_patterns.truth import NOTHING, Truth

BLOCK = 1 << 16
"""How many pairs of a position and a token are tried at once: what a batch takes of memory."""

# Attributes with the rarest values first.
_ORDER = (
    attrs.ORTH, attrs.LOWER, attrs.NORM, attrs.LEMMA, attrs.ENT_ID, attrs.ENT_KB_ID, attrs.MORPH, attrs.SHAPE, attrs.SUFFIX,
    attrs.PREFIX, attrs.ENT_TYPE, attrs.TAG, attrs.DEP, attrs.POS, attrs.LENGTH,
)  # fmt: skip
_RANK = {attr: rank for rank, attr in enumerate(_ORDER)}

Pairs = tuple[NDArray[np.int32], NDArray[np.int64]]
"""Positions of the automaton, and a token for each."""


@dataclass(frozen=True)
class _Index:
    """keys: of K kinds of tokens, distinct and in order. start: where the positions of each begin, and their number, (K + 1,)."""

    keys: NDArray[np.uint64]
    start: NDArray[np.int64]
    positions: NDArray[np.int32]

    def pairs(self, kinds: NDArray[np.int64], places: NDArray[np.int64]) -> Iterator[Pairs]:
        """For tokens of some kinds, both (n,), the positions of each, in blocks."""
        sizes = self.start[kinds + 1] - self.start[kinds]
        total = sizes.cumsum()
        begin = 0
        while begin < len(places):
            before = int(total[begin - 1]) if begin else 0
            end = max(begin + 1, int(total.searchsorted(before + BLOCK, side="right")))
            part, counts = kinds[begin:end], sizes[begin:end]
            yield self.positions[spread(self.start[part], counts)], places[begin:end].repeat(counts)
            begin = end


class Beginnings:
    """Finds the first tokens of matches of a program.

    truth: about what `Program.asked` has, and behind that what is left of questions when a token was found by a condition of theirs.
    """

    def __init__(self, program: Program, fuzzy_compare: FuzzyCompare = levenshtein_compare) -> None:
        asked = list(program.asked)
        places: dict[Asked, int] = {}
        by_number: dict[int, list[tuple[int, int]]] = {}
        by_condition: dict[int, dict[Condition, list[int]]] = {}
        everywhere: dict[int, list[int]] = {}
        self._rest = np.full(len(program.which), NOTHING, dtype=np.int32)
        anchors: dict[int, _Anchor | None] = {}
        for position in program.first.tolist():
            question = int(program.which[position])
            conditions, negated = program.asked[question]
            if question not in anchors:
                anchors[question] = None if negated else _anchor(conditions)
            anchor = anchors[question]
            if anchor is None:
                everywhere.setdefault(question, []).append(position)
                continue
            if anchor.values is None:
                by_condition.setdefault(anchor.target, {}).setdefault(anchor.condition, []).append(position)
            else:
                by_number.setdefault(anchor.target, []).extend((value, position) for value in anchor.values)
            rest = (conditions - {anchor.condition}, False)
            if rest[0]:
                if rest not in places:
                    places[rest] = len(asked)
                    asked.append(rest)
                self._rest[position] = places[rest]
        # One of no values is never met.
        self._by_number = {attr: _index(pairs) for attr, pairs in sorted(by_number.items()) if pairs}
        self._by_condition = {
            attr: (list(found), _index([(n, each) for n, own in enumerate(found.values()) for each in own]))
            for attr, found in sorted(by_condition.items())
        }
        self._questions = np.array(list(everywhere), dtype=np.int32)
        self._everywhere = _index([(n, each) for n, own in enumerate(everywhere.values()) for each in own])
        self.truth = Truth(asked, fuzzy_compare, [each for found in by_condition.values() for each in found])

    def of(self, tokens: Tokens) -> Iterator[Pairs]:
        """Positions and the tokens that meet them, in blocks."""
        for parts in _blocks(self._looked_up(tokens)):
            positions, places = _joined(parts)
            rest = self._rest[positions]
            asked = np.flatnonzero(rest != NOTHING)
            if len(asked):
                kept = np.ones(len(positions), dtype=bool)
                kept[asked] = self.truth.holds(rest[asked], places[asked], tokens)
                positions, places = positions[kept], places[kept]
            yield positions, places

    def _looked_up(self, tokens: Tokens) -> Iterator[Pairs]:
        for attr, index in self._by_number.items():
            column = tokens.numbers(attr)
            row = np.minimum(index.keys.searchsorted(column), len(index.keys) - 1)
            places = (index.keys[row] == column).nonzero()[0]
            yield from index.pairs(row[places], places)
        for attr, (conditions, index) in self._by_condition.items():
            yield from index.pairs(*self.truth.meet(attr, conditions, tokens))
        if len(tokens):
            size = max(1, BLOCK // len(tokens))
            for begin in range(0, len(self._questions), size):
                kinds = np.arange(begin, min(begin + size, len(self._questions))).repeat(len(tokens))
                places = np.tile(np.arange(len(tokens)), len(kinds) // len(tokens))
                met = self.truth.holds(self._questions[kinds], places, tokens)
                yield from self._everywhere.pairs(kinds[met], places[met])


def _joined(parts: list[Pairs]) -> Pairs:
    if len(parts) == 1:
        return parts[0]
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


def _blocks(parts: Iterable[Pairs]) -> Iterator[list[Pairs]]:
    """Parts that are walked together, of about `BLOCK` pairs."""
    gathered: list[Pairs] = []
    size = 0
    for part in parts:
        gathered.append(part)
        size += len(part[0])
        if size >= BLOCK:
            yield gathered
            gathered, size = [], 0
    if size:
        yield gathered


class _Anchor(NamedTuple):
    """The condition by which tokens are looked up, its attribute, and the numbers that meet it, None if they have to be asked."""

    condition: Condition
    target: int
    values: list[int] | None


def _anchor(conditions: frozenset[Condition]) -> _Anchor | None:
    """The condition that the fewest tokens meet, as far as one can tell; None if tokens can't be looked up by any."""
    found = []
    for condition in conditions:
        if isinstance(condition.target, int):
            values = None
            if condition.of_numbers and condition.how in ("IS", "IN"):
                values = [condition.value] if condition.how == "IS" else sorted(condition.value)
            found.append(_Anchor(condition, condition.target, values))
    return min(found, key=_commonness, default=None)


def _commonness(anchor: _Anchor) -> tuple[int, int, int, str]:
    """One value before several, these before what a text is like, and that before what holds or doesn't; rare values before frequent ones.
    The rest makes the choice the same in every process."""
    condition = anchor.condition
    kind = (
        5
        if condition.how == "NOT_IN"
        else 4
        if anchor.target not in _RANK
        else 3
        if anchor.values is None and not condition.like
        else 2
        if anchor.values is None
        else int(condition.how == "IN")
    )
    wanted = sorted(condition.value, key=repr) if isinstance(condition.value, frozenset) else condition.value
    return (
        kind,
        _RANK.get(anchor.target, len(_RANK)),
        anchor.target,
        repr((condition.how, condition.like, condition.edits, wanted)),
    )


def _index(pairs: list[tuple[int, int]]) -> _Index:
    """The positions of each key. pairs: keys and positions."""
    keys = np.array([key for key, _ in pairs], dtype=np.uint64)
    positions = np.array([position for _, position in pairs], dtype=np.int32)
    order = np.argsort(keys, kind="stable")
    distinct, begins = np.unique(keys[order], return_index=True)
    return _Index(distinct, np.append(begins, len(keys)).astype(np.int64), positions[order])
