"""One state at a time in plain Python: for few states this is quicker than arrays. It does what `states` does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel_components.arc_eager.actions import BREAK, LEFT, REDUCE, RIGHT, SHIFT
from kernel_components.arc_eager.moves import Rules
from kernel_components.arc_eager.scores import Layout
from kernel_components.arc_eager.states import Cells
from kernel_components.arc_eager.validity import (
    APART,
    BEGINS,
    DISTANT,
    FLAG_BITS,
    HELD,
    NO_STACK,
    SHALLOW,
    TABLE,
    UNSHIFTABLE,
)

Score = Callable[[Sequence[int]], NDArray[np.floating]]
_TABLE: list[int] = TABLE.tolist()


@dataclass(slots=True)
class Tokens:
    """The columns of `Cells` of one document as lists, with a last entry for no token."""

    link: list[int]
    flags: list[int]
    lefts: list[list[int]]
    rights: list[list[int]]
    before: list[list[int]]
    heads: list[int]
    labels: list[int]

    @classmethod
    def begin(cls, flags: list[int], seconds: bool) -> Tokens:
        """A document at its first state. flags: of its tokens and of none."""
        n, ways = len(flags) - 1, 2 if seconds else 1
        link = [*range(1, n), -1, -1] if n else [-1]
        nothing = [-1] * (n + 1)
        lefts, rights, before = ([nothing.copy() for _ in range(ways)] for _ in range(3))
        return cls(link, flags, lefts, rights, before, nothing.copy(), nothing.copy())

    @classmethod
    def of(cls, cells: Cells, start: int, stop: int) -> Tokens:
        """The cells from start to stop; tokens are numbered from `start` on."""

        def column(values: NDArray[Any]) -> list[int]:
            here = values[start:stop]
            numbers: list[int] = np.where(here < 0, -1, here - start).tolist()
            return [*numbers, -1]

        lefts, rights, before = (
            [column(way) for way in values] for values in (cells.lefts, cells.rights, cells.before)
        )
        flags: list[int] = [*cells.flags[start:stop].tolist(), int(cells.flags[-1])]
        labels: list[int] = [*cells.labels[start:stop].tolist(), -1]
        return cls(column(cells.link), flags, lefts, rights, before, column(cells.heads), labels)


def finish(tokens: Tokens, b0: int, s0: int, score: Score, layout: Layout, rules: Rules) -> None:
    """Go on from the state with b0 first in the buffer and s0 on top of the stack until it is final or nothing is valid."""
    link, flags, heads, labels = tokens.link, tokens.flags, tokens.heads, tokens.labels
    lefts, rights, before = tokens.lefts[0], tokens.rights[0], tokens.before[0]
    more = (tokens.lefts[1], tokens.rights[1], tokens.before[1]) if layout.seconds else None
    action, label, add, any_valid, first = rules.action, rules.label, rules.add, rules.any, rules.first
    scores: Any = None
    while b0 >= 0 or s0 >= 0:
        b1, s1 = link[b0], link[s0]
        packed = flags[b0] | flags[b1] << FLAG_BITS
        if s0 < 0:
            packed |= NO_STACK | SHALLOW
        elif s1 < 0:
            packed |= SHALLOW
        if b1 - b0 != 1:
            packed |= APART
        if b0 - s0 != 1:
            packed |= DISTANT
        allowed = _TABLE[packed]
        if not any_valid[allowed]:
            return
        if b0 < 0:
            # With an empty buffer nothing but REDUCE is valid, whatever its score.
            best = first[allowed]
        else:
            if scores is None:
                ids: tuple[int, ...] = (b0, b1, s0, s1, link[s1], lefts[b0], lefts[s0], rights[s0])
                if more is not None:
                    ninth = more[1][s1] if layout.second_right else more[0][s0]
                    ids = (*ids, ninth, more[1][s0], lefts[s1], rights[s1], more[0][s1])
                scores = score(ids)
            mask = add[allowed]
            best = int(scores.argmax())
            if mask[best]:
                # The best class is not valid: the best of those that are.
                best = int((scores + mask).argmax())
        move = action[best]
        if not allowed >> move & 1:
            best = first[allowed]
            move = action[best]
        if move == BREAK:
            # Nothing in the slots has changed, so neither have the scores.
            flags[b1] |= BEGINS
            continue
        scores = None
        if move == SHIFT:
            link[b0] = s0
            s0, b0 = b0, b1
        elif move == RIGHT:
            before[b0] = rights[s0]
            if more is not None:
                more[2][b0] = more[1][s0]
                more[1][s0] = rights[s0]
            rights[s0] = b0
            heads[b0], labels[b0] = s0, label[best]
            link[b0] = s0
            s0, b0 = b0, b1
        elif move == LEFT:
            if heads[s0] >= 0:
                rights[s1] = before[s0]
                if more is not None:
                    more[1][s1] = more[2][s0]
            if more is not None:
                more[0][b0] = lefts[b0]
            lefts[b0] = s0
            flags[b0] = flags[b0] & ~(UNSHIFTABLE | HELD) | flags[s0] & HELD
            heads[s0], labels[s0] = b0, label[best]
            s0 = s1
        else:
            assert move == REDUCE
            if heads[s0] < 0 and s1 >= 0:
                link[s0] = b0
                flags[s0] |= UNSHIFTABLE
                b0 = s0
            s0 = s1
