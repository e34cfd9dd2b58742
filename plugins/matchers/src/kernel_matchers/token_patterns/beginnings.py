"""Where matches may begin: tokens are looked up by values, so that thousands of patterns cost little where none of them matches.

A first position that asks for one value of an attribute, or for one of several, is found by that attribute's column. Only what
asks for nothing of the kind is tried everywhere, each distinct question once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernel.vocab import attrs
from kernel_matchers.token_patterns.conditions import Condition
from kernel_matchers.token_patterns.program import Asked, Program
from kernel_matchers.token_patterns.tokens import Tokens
from kernel_matchers.token_patterns.truth import Truth

BLOCK = 1 << 16
"""How many pairs of a position and a token are tried at once: what a batch takes of memory."""

NOTHING = -1
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
    """values: distinct values of one attribute, sorted. start: where the positions of each begin, and their number."""

    values: NDArray[np.uint64]
    start: NDArray[np.int64]
    positions: NDArray[np.int32]


class Beginnings:
    """Finds the first tokens of matches of a program.

    asked: what `Program.asked` has, and behind that what is left of questions when a token was found by a value that they ask for.
    """

    def __init__(self, program: Program) -> None:
        self.asked = list(program.asked)
        places: dict[Asked, int] = {}
        found: dict[int, list[tuple[int, int]]] = {}
        everywhere: dict[int, list[int]] = {}
        self._rest = np.full(len(program.which), NOTHING, dtype=np.int32)
        for position in program.first.tolist():
            question = int(program.which[position])
            conditions, negated = program.asked[question]
            anchor = None if negated else _anchor(conditions)
            if anchor is None:
                everywhere.setdefault(question, []).append(position)
                continue
            found.setdefault(anchor.target, []).extend((value, position) for value in anchor.values)
            rest = (conditions - {anchor.condition}, False)
            if rest[0]:
                if rest not in places:
                    places[rest] = len(self.asked)
                    self.asked.append(rest)
                self._rest[position] = places[rest]
        # One of no values is never met.
        self._indexes = {attr: _index(pairs) for attr, pairs in sorted(found.items()) if pairs}
        self._everywhere = {
            question: np.array(positions, dtype=np.int32) for question, positions in everywhere.items()
        }

    def of(self, tokens: Tokens, truth: Truth) -> Iterator[Pairs]:
        """Positions and the tokens that meet them, in blocks. truth: of `asked`."""
        for parts in _blocks(self._looked_up(tokens)):
            positions, places = _joined(parts)
            rest = self._rest[positions]
            asked = np.flatnonzero(rest != NOTHING)
            if len(asked):
                kept = np.ones(len(positions), dtype=bool)
                kept[asked] = truth.holds(rest[asked], places[asked], tokens)
                positions, places = positions[kept], places[kept]
            yield positions, places
        for parts in _blocks(self._tried(tokens, truth)):
            yield _joined(parts)

    def _looked_up(self, tokens: Tokens) -> Iterator[Pairs]:
        for attr, index in self._indexes.items():
            column = tokens.numbers(attr)
            row = np.minimum(index.values.searchsorted(column), len(index.values) - 1)
            places = (index.values[row] == column).nonzero()[0]
            row = row[places]
            sizes = index.start[row + 1] - index.start[row]
            total = sizes.cumsum()
            begin = 0
            while begin < len(places):
                before = int(total[begin - 1]) if begin else 0
                end = max(begin + 1, int(total.searchsorted(before + BLOCK, side="right")))
                part, counts = row[begin:end], sizes[begin:end]
                yield (
                    index.positions[spread(index.start[part], counts)],
                    places[begin:end].repeat(counts),
                )
                begin = end

    def _tried(self, tokens: Tokens, truth: Truth) -> Iterator[Pairs]:
        for question, positions in self._everywhere.items():
            places = np.arange(len(tokens))
            places = places[truth.holds(np.full(len(places), question, dtype=np.int32), places, tokens)]
            size = max(1, BLOCK // len(positions))
            for begin in range(0, len(places), size):
                part = places[begin : begin + size]
                yield np.tile(positions, len(part)), part.repeat(len(positions))


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


def spread(starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers of several ranges, one after another: shape (sizes.sum(),)."""
    ends = sizes.cumsum()
    total = int(ends[-1]) if len(ends) else 0
    numbers: NDArray[np.int64] = np.arange(total) + np.repeat(starts - ends + sizes, sizes)
    return numbers


class _Anchor(NamedTuple):
    """The condition by which tokens are looked up, its attribute, and the values that meet it."""

    condition: Condition
    target: int
    values: list[int]


def _anchor(conditions: frozenset[Condition]) -> _Anchor | None:
    """The condition that the fewest tokens meet, as far as one can tell; None if tokens can't be looked up by any."""
    found = []
    for condition in conditions:
        if isinstance(condition.target, int) and condition.of_numbers and condition.how in ("IS", "IN"):
            values = [condition.value] if condition.how == "IS" else sorted(condition.value)
            found.append(_Anchor(condition, condition.target, values))
    # One value before several, a rare one before a frequent one; the rest makes the choice the same in every process.
    return min(
        found,
        key=lambda each: (
            each.condition.how != "IS",
            _RANK.get(each.target, len(_RANK)),
            each.target,
            each.values,
        ),
        default=None,
    )


def _index(pairs: list[tuple[int, int]]) -> _Index:
    values = np.array([value for value, _ in pairs], dtype=np.uint64)
    positions = np.array([position for _, position in pairs], dtype=np.int32)
    order = np.argsort(values, kind="stable")
    distinct, begins = np.unique(values[order], return_index=True)
    return _Index(distinct, np.append(begins, len(values)).astype(np.int64), positions[order])
