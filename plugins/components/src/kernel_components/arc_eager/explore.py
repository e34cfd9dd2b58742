"""The states that the model itself goes through, from states of the gold path: what it learns from."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kernel.numeric.random import current
from kernel_components.arc_eager.columns import Constraints, Gold
from kernel_components.arc_eager.decode import ScoreFunction, begin, best_valid, slot_ids, step
from kernel_components.arc_eager.moves import Moves
from kernel_components.arc_eager.oracle import state_costs
from kernel_components.arc_eager.state import State
from kernel_components.transitions import gradient, rehearsal_gradient

Numbers = NDArray[np.int64]
Costs = NDArray[np.int16]


class LearningScores(ScoreFunction, Protocol):
    """What a model offers in training."""

    def begin_update(
        self, ids: NDArray[np.int32]
    ) -> tuple[NDArray[np.floating], Callable[[NDArray[np.floating]], None]]:
        """Scores (S, classes), and the function that takes their gradient."""
        ...


@dataclass(slots=True)
class Path:
    """States (S) in the order in which they were met."""

    ids: NDArray[np.int32]
    """Their feature tokens (S, n_slots)."""
    table: Costs
    """The cost (S, classes) of every class."""


def learn(
    scores: LearningScores, constraints: Constraints, gold: Gold, moves: Moves, cut: int
) -> tuple[float, Callable[[], None]]:
    """The loss of the model's own path, and the function that passes its gradient to `scores`.

    cut: the setting `update_with_oracle_cut_size`. A path of the model's own starts anew from the gold path after
    between half as many actions and as many; 0: documents are gone through as a whole.
    """
    path = explore(scores, constraints, gold, moves, cut_length(cut))
    found, backprop = scores.begin_update(path.ids)
    d_scores, loss = gradient(found, path.table)
    return loss, partial(backprop, d_scores)


def recall(
    scores: LearningScores,
    taught: LearningScores,
    constraints: Constraints,
    moves: Moves,
    classes: Numbers,
    weight: float,
) -> tuple[float, Callable[[], None]]:
    """The loss of saying other than a teacher along the model's own path, and the function that passes its gradient on.

    classes: those that both know. weight: what the gradient is multiplied by.
    """
    path = explore(scores, constraints, None, moves, 0)
    found, backprop = scores.begin_update(path.ids)
    d_scores, loss = rehearsal_gradient(found, taught.begin_update(path.ids)[0], classes)
    d_scores *= weight
    return loss, partial(backprop, d_scores)


def cut_length(cut: int) -> int:
    """After how many actions paths start anew: drawn from half of `cut` to all of it. 0: never."""
    return int(current().integers(max(cut // 2, 1), cut + 1)) if cut > 0 else 0


def explore(
    scores: ScoreFunction, constraints: Constraints, gold: Gold | None, moves: Moves, length: int
) -> Path:
    """The states of paths of at most `length` actions (0: of any number) that start on the gold path.

    gold: None has no costs, and begins at the first state of each document.
    """
    live: list[tuple[State, int]] = []
    for state, offset in begin(constraints):
        if not state.final:
            live += _starts(state, offset, gold, moves, length) if gold is not None else [(state, offset)]
    ids, costs, steps = [], [], 0
    while live and (steps < length or not length):
        ids.append(slot_ids(live, scores.n_slots))
        if gold is not None:
            costs += [_costs(state, offset, gold, moves) for state, offset in live]
        live = step(live, best_valid(live, scores.score(ids[-1]), moves), moves)
        steps += 1
    nothing = np.zeros((0, scores.n_slots), dtype=np.int32)
    table = np.array(costs, dtype=np.int16).reshape(-1, len(moves))
    return Path(np.concatenate([nothing, *ids]), table)


def _costs(state: State, offset: int, gold: Gold, moves: Moves) -> Costs:
    here = slice(offset, offset + state.n)
    heads = np.where(gold.heads[here] >= 0, gold.heads[here] - offset, -2).tolist()
    return state_costs(state, heads, gold.labels[here].tolist(), gold.starts[here].tolist(), moves)


def _starts(state: State, offset: int, gold: Gold, moves: Moves, length: int) -> list[tuple[State, int]]:
    """Every `length`-th state of the gold path."""
    found: list[Any] = [(copy.deepcopy(state), offset)]
    if not length:
        return found
    steps = 0
    while not state.final:
        chosen = int(_costs(state, offset, gold, moves).argmin())
        state.apply(int(moves.action[chosen]), int(moves.label[chosen]))
        steps += 1
        if steps % length == 0 and not state.final:
            found.append((copy.deepcopy(state), offset))
    return found
