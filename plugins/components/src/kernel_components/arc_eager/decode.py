"""Greedy decoding: the best valid action of every state, until the documents are done."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kernel_components.arc_eager.columns import Constraints, Parse
from kernel_components.arc_eager.moves import LEFT, Moves
from kernel_components.arc_eager.state import State


class ScoreFunction(Protocol):
    """What a model offers the decoder."""

    n_slots: int

    def score(self, ids: NDArray[np.int32]) -> NDArray[np.floating]:
        """Scores (S, classes) of the states with feature tokens `ids` (S, n_slots), places in the batch."""
        ...


def decode(scores: ScoreFunction, constraints: Constraints, moves: Moves) -> Parse:
    """The heads, labels and sentence starts of a batch; equal scores prefer the first class.

    Where nothing is valid the document is given up: what has no head yet remains a root.
    """
    states = begin(constraints)
    live = [(state, offset) for state, offset in states if not state.final]
    while live:
        ids = slot_ids(live, scores.n_slots)
        best = best_valid(live, scores.score(ids), moves)
        live = step(live, best, moves)
    heads = np.arange(constraints.n)
    labels = np.full(constraints.n, -1, dtype=np.int64)
    starts = np.zeros(constraints.n, dtype=np.int8)
    if constraints.sent_start is not None:
        starts[:] = constraints.sent_start
    for state, offset in states:
        here = slice(offset, offset + state.n)
        found = np.array(state.heads, dtype=np.int64)
        heads[here] = np.where(found >= 0, found + offset, heads[here])
        labels[here] = state.labels
        starts[here][np.array(state.starts, dtype=np.bool_)] = 1
    return Parse(heads, labels, starts)


def begin(constraints: Constraints) -> list[tuple[State, int]]:
    """The first state of every document, and the place of its first token."""
    states = []
    for length, end in zip(constraints.lengths.tolist(), constraints.ends.tolist(), strict=True):
        given = constraints.sent_start
        preset = None if given is None else given[end - length : end].tolist()
        states.append((State(length, preset), end - length))
    return states


def slot_ids(live: list[tuple[State, int]], n_slots: int) -> NDArray[np.int32]:
    rows = [
        [token + offset if token >= 0 else -1 for token in state.slots(n_slots)] for state, offset in live
    ]
    return np.array(rows, dtype=np.int32).reshape(-1, n_slots)


def allowed(state: State, moves: Moves) -> NDArray[np.bool_]:
    """By class, whether it is valid."""
    valid = np.array(state.valid())[moves.action]
    if valid[moves.action == LEFT].any() and state.s(0) != state.b(0) - 1:
        valid &= ~moves.subtoken
    found: NDArray[np.bool_] = valid
    return found


def best_valid(live: list[tuple[State, int]], table: NDArray[np.floating], moves: Moves) -> list[int]:
    """The class to take in each state, -1 where none is valid."""
    found = []
    for (state, _), row in zip(live, table, strict=True):
        valid = allowed(state, moves)
        found.append(int(np.where(valid, row, -np.inf).argmax()) if valid.any() else -1)
    return found


def step(live: list[tuple[State, int]], best: list[int], moves: Moves) -> list[tuple[State, int]]:
    """Take one action in each state; those that go on."""
    going = []
    for (state, offset), chosen in zip(live, best, strict=True):
        if chosen >= 0:
            state.apply(int(moves.action[chosen]), int(moves.label[chosen]))
            if not state.final:
                going.append((state, offset))
    return going
