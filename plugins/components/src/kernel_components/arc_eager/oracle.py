"""The dynamic oracle: how many gold arcs each action makes unreachable."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kernel_components.arc_eager.moves import BREAK, LEFT, REDUCE, RIGHT, SHIFT, Moves
from kernel_components.arc_eager.state import State

INVALID = 9000
"""The cost of actions that are not valid."""


def state_costs(
    state: State, heads: list[int], labels: list[int], starts: list[int], moves: Moves
) -> NDArray[np.int16]:
    """The cost of every class in one state. heads, labels, starts: gold columns of its document, numbered from 0."""
    stack = set(state.stack)
    buffer: list[int] = []
    for token in state.buffer():
        if state.starts[token]:
            break
        buffer.append(token)
    near = set(buffer)
    s0, s1, b0, b1 = state.s(0), state.s(1), state.b(0), state.b(1)
    valid = state.valid()

    def head_in(token: int, where: set[int]) -> int:
        return int(heads[token] != token and heads[token] in where)

    def children_in(token: int, where: set[int]) -> int:
        return sum(heads[each] == token for each in where if each != token)

    costs = [INVALID] * 5
    push = pop = lost_below = 0
    if b0 >= 0:
        push = head_in(b0, stack) + children_in(b0, stack) + int(valid[BREAK] and starts[b1] == 1)
    if s0 >= 0:
        pop = head_in(s0, near) + children_in(s0, near)
        lost_below = head_in(s0, stack) + children_in(s0, stack)
    if valid[SHIFT]:
        costs[SHIFT] = push
    if valid[REDUCE]:
        costs[REDUCE] = pop - (lost_below if state.heads[s0] < 0 else 0)
        if b0 >= 0 and state.starts[b0]:
            costs[REDUCE] = 0
    if valid[LEFT]:
        kept = s1 >= 0 and heads[s0] == s1
        costs[LEFT] = pop + (int(kept) if state.heads[s0] >= 0 else lost_below) - int(heads[s0] == b0)
    if valid[RIGHT]:
        costs[RIGHT] = push
        if heads[b0] == s0:
            costs[RIGHT] -= 1
        elif head_in(b0, near) and not state.unshiftable[b0]:
            costs[RIGHT] += 1
    if valid[BREAK]:
        lost = sum(head_in(each, near) + children_in(each, near) for each in stack)
        lost -= sum((heads[each] == b0) + (heads[b0] == each) for each in stack)
        costs[BREAK] = lost + int(starts[b1] == -1)
    found = np.array(costs, dtype=np.int16)[moves.action]
    if valid[LEFT]:
        for child, action, by_label, reached in (
            (s0, LEFT, moves.left, heads[s0] == b0),
            (b0, RIGHT, moves.right, heads[b0] == s0),
        ):
            wanted = labels[child]
            if reached and wanted >= 0 and by_label[wanted] >= 0:
                found[moves.action == action] += 1
                found[by_label[wanted]] -= 1
        if s0 != b0 - 1:
            found[moves.subtoken] = INVALID
    return found
