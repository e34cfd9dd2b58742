"""Where matches may begin: tokens are looked up by values, so that thousands of patterns cost little where none of them matches.

A first position that asks for one value of an attribute, or for one of several, is found by that attribute's column. Only what
asks for nothing of the kind is tried everywhere, each distinct question once.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kernel.vocab import attrs
from kernel_matchers.token_patterns.conditions import Condition
from kernel_matchers.token_patterns.program import Program
from kernel_matchers.token_patterns.tokens import Tokens
from kernel_matchers.token_patterns.truth import Truth

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
    """values: distinct values of one attribute, sorted. start: where the positions of each begin, and their number."""

    values: NDArray[np.uint64]
    start: NDArray[np.int64]
    positions: NDArray[np.int32]


class Beginnings:
    """Finds the first tokens of matches of a program."""

    def __init__(self, program: Program) -> None:
        self._which = program.which
        found: dict[int, list[tuple[int, int]]] = {}
        everywhere: dict[int, list[int]] = {}
        for position in program.first.tolist():
            question = int(program.which[position])
            conditions, negated = program.asked[question]
            anchor = None if negated else _anchor(conditions)
            if anchor is None:
                everywhere.setdefault(question, []).append(position)
            else:
                attr, values = anchor
                found.setdefault(attr, []).extend((value, position) for value in values)
        # One of no values is never met.
        self._indexes = {attr: _index(pairs) for attr, pairs in sorted(found.items()) if pairs}
        self._everywhere = {
            question: np.array(positions, dtype=np.int32) for question, positions in everywhere.items()
        }

    def of(self, tokens: Tokens, truth: Truth) -> Iterator[Pairs]:
        """Positions and the tokens that meet them, in blocks."""
        for attr, index in self._indexes.items():
            yield from self._looked_up(attr, index, tokens, truth)
        for question, positions in self._everywhere.items():
            places = np.arange(len(tokens))
            places = places[truth.holds(np.full(len(places), question, dtype=np.int32), places, tokens)]
            size = max(1, BLOCK // len(positions))
            for begin in range(0, len(places), size):
                part = places[begin : begin + size]
                yield np.tile(positions, len(part)), np.repeat(part, len(positions))

    def _looked_up(self, attr: int, index: _Index, tokens: Tokens, truth: Truth) -> Iterator[Pairs]:
        column = tokens.numbers(attr)
        row = np.minimum(np.searchsorted(index.values, column), len(index.values) - 1)
        places = np.flatnonzero(index.values[row] == column)
        row = row[places]
        counts = index.start[row + 1] - index.start[row]
        total = counts.cumsum()
        begin = 0
        while begin < len(places):
            before = int(total[begin - 1]) if begin else 0
            end = max(begin + 1, int(np.searchsorted(total, before + BLOCK, side="right")))
            part, sizes = row[begin:end], counts[begin:end]
            positions = index.positions[spread(index.start[part], sizes)]
            where = np.repeat(places[begin:end], sizes)
            kept = truth.holds(self._which[positions], where, tokens)
            yield positions[kept], where[kept]
            begin = end


def spread(starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers of several ranges, one after another: shape (sizes.sum(),)."""
    ends = sizes.cumsum()
    total = int(ends[-1]) if len(ends) else 0
    numbers: NDArray[np.int64] = np.arange(total) + np.repeat(starts - ends + sizes, sizes)
    return numbers


def _anchor(conditions: frozenset[Condition]) -> tuple[int, list[int]] | None:
    """The attribute by whose values tokens are looked up, and the values; None if there is no such condition."""
    found = []
    for condition in conditions:
        if isinstance(condition.target, int) and condition.of_numbers and condition.how in ("IS", "IN"):
            values = [condition.value] if condition.how == "IS" else sorted(condition.value)
            found.append((condition.how, _RANK.get(condition.target, len(_RANK)), condition.target, values))
    if not found:
        return None
    # One value before several, a rare one before a frequent one.
    _, _, attr, values = max(found, key=lambda each: (each[0], -each[1], -each[2], each[3]))
    return attr, values


def _index(pairs: list[tuple[int, int]]) -> _Index:
    values = np.array([value for value, _ in pairs], dtype=np.uint64)
    positions = np.array([position for _, position in pairs], dtype=np.int32)
    order = np.argsort(values, kind="stable")
    distinct, begins = np.unique(values[order], return_index=True)
    return _Index(distinct, np.append(begins, len(values)).astype(np.int64), positions[order])
