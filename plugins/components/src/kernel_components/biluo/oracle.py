"""The dynamic oracle: what each valid action would cost, for all states of a batch at once.

The cost of an action is the number of gold entities that it makes unreachable, or wrong ones that it makes certain
(0 or 1, one more for spans that are known to be wrong). Following Goldberg and Nivre (2012), the path that the costs
are asked for is the model's own, so training also learns what to do after a mistake.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kernel_components.biluo.moves import BEGIN, IN, LAST, MISSING, OUT, UNIT, Moves
from kernel_components.biluo.path import Path
from kernel_components.biluo.validity import Closed, Constraints, closed, opened

Numbers = NDArray[np.int64]
Costs = NDArray[np.int16]

INVALID = 9000
"""The cost of actions that are not valid."""


@dataclass(slots=True)
class Gold:
    """Gold actions and label numbers by token, and spans (start, end, label number) that are known to be wrong."""

    action: NDArray[np.int8]
    """MISSING where the annotation says nothing."""
    label: Numbers
    """-1 where there is none."""
    negative: list[tuple[int, int, int]] = field(default_factory=list)

    @classmethod
    def join(cls, parts: Sequence[Gold]) -> Gold:
        """One flat batch out of several documents."""
        negative, offset = [], 0
        for part in parts:
            negative += [(start + offset, end + offset, label) for start, end, label in part.negative]
            offset += len(part.action)
        return cls(
            np.concatenate([part.action for part in parts]),
            np.concatenate([part.label for part in parts]),
            negative,
        )


def costs(path: Path, constraints: Constraints, gold: Gold, moves: Moves, tokens: Numbers) -> Costs:
    """The cost (S, len(moves)) of every action in the states at `tokens`; INVALID where not allowed.

    tokens: some or all of `path.states()`, ascending.
    """
    everywhere = len(tokens) == constraints.n
    table = _closed_costs(
        gold.action if everywhere else gold.action[tokens],
        gold.label if everywhere else gold.label[tokens],
        moves,
    )
    _forbid_closed(table, tokens, closed(constraints), everywhere, moves)
    rows = np.flatnonzero(path.start[tokens] >= 0)
    if len(rows):
        _open_costs(table, rows, tokens[rows], path, constraints, gold, moves)
    if gold.negative:
        _punish_negative(table, tokens, path, constraints, gold.negative, moves)
    return table


def _closed_costs(action: NDArray[np.int8], label: Numbers, moves: Moves) -> Costs:
    """Costs outside of entities by gold annotation, (S, len(moves)).

    One row a state, never one a label: a table of labels by actions would be the square of their number.
    """
    spans = np.concatenate((moves.begin, moves.unit, [moves.blocked])).astype(np.int64)
    known, unknown = np.full((2, len(moves)), INVALID, dtype=np.int16)
    known[spans] = 1
    unknown[spans] = known[moves.outside] = unknown[moves.outside] = 0
    table = np.empty((len(action), len(moves)), dtype=np.int16)
    table[:] = known
    table[(label < 0) & (action != OUT)] = unknown
    for wanted, classes in ((BEGIN, moves.begin), (UNIT, moves.unit)):
        rows = np.flatnonzero((action == wanted) & (label >= 0))
        table[rows, classes[label[rows]]] = 0
        table[rows, moves.outside] = 1
    return table


def _forbid_closed(table: Costs, tokens: Numbers, valid: Closed, everywhere: bool, moves: Moves) -> None:
    at = slice(None) if everywhere else tokens
    rows, found = _rows(tokens, valid.forced)
    actions, labels = valid.forced_action[found], valid.forced_label[found]
    # Label number -1 finds the blocked class at the end of either row.
    by_label = np.array([[*moves.begin, moves.blocked], [*moves.unit, moves.blocked]])
    classes = by_label[(actions == UNIT).astype(np.int64), labels]
    kept = table[rows, classes]
    table[:, moves.blocked] = INVALID
    table[np.ix_(~valid.begin[at], moves.begin)] = INVALID
    if valid.unit is not None:
        table[np.ix_(~valid.unit[at], moves.unit)] = INVALID
    if valid.outside is not None:
        table[~valid.outside[at], moves.outside] = INVALID
    table[rows, classes] = kept


def _rows(tokens: Numbers, wanted: Numbers) -> tuple[Numbers, NDArray[np.bool_]]:
    """Positions in `tokens` (sorted) of those `wanted` that are there, and which those are."""
    rows = np.searchsorted(tokens, wanted)
    found = rows < len(tokens)
    found[found] = tokens[rows[found]] == wanted[found]
    return rows[found], found


def _open_costs(
    table: Costs,
    rows: Numbers,
    tokens: Numbers,
    path: Path,
    constraints: Constraints,
    gold: Gold,
    moves: Moves,
) -> None:
    starts, labels = path.start[tokens], path.entity[tokens]
    now, first = gold.action[tokens], gold.action[starts]
    # Nothing follows the last token of a document: that counts as O.
    after = np.where(constraints.last[tokens], OUT, gold.action[np.minimum(tokens + 1, constraints.n - 1)])
    sunk = ((first != BEGIN) & (first != UNIT)) | (gold.label[starts] != labels)
    gap_follows = (after == OUT) | (after == MISSING)
    go_on = np.zeros(len(tokens), dtype=np.int16)
    go_on[(now == LAST) & ~(sunk & gap_follows)] = 1
    go_on[(now == UNIT) & (after != OUT)] = 1
    go_on[(now == OUT) & ~gap_follows] = 1
    end = ((now == IN) & ~sunk).astype(np.int16)
    valid = opened(constraints, tokens, labels)
    table[rows] = INVALID
    table[rows[valid.inside], moves.inside[labels[valid.inside]]] = go_on[valid.inside]
    table[rows[valid.last], moves.last[valid.closing[valid.last]]] = end[valid.last]


def _punish_negative(
    table: Costs,
    tokens: Numbers,
    path: Path,
    constraints: Constraints,
    spans: Sequence[tuple[int, int, int]],
    moves: Moves,
) -> None:
    """One more for an action that would complete a span known to be wrong, or that can lead nowhere else."""
    row = np.full(constraints.n, -1, dtype=np.int64)
    row[tokens] = np.arange(len(tokens))
    dearer: set[tuple[int, int]] = set()
    for start, end, label in spans:
        is_open = path.start[start] >= 0
        if row[start] >= 0 and not is_open and constraints.stops[start] - start < 3:
            dearer.add((int(row[start]), int(moves.begin[label])))
        if row[start] >= 0 and not is_open and end - start == 1:
            dearer.add((int(row[start]), int(moves.unit[label])))
        if row[end - 1] >= 0 and path.start[end - 1] == start:
            dearer.add((int(row[end - 1]), int(moves.last[label])))
    for at in dearer:
        if table[at] < INVALID:
            table[at] += 1
