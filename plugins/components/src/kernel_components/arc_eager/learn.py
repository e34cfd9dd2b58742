"""Learning from the states that the model itself goes through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from kernel.numeric.random import current
from kernel_components.arc_eager.columns import Constraints, Gold
from kernel_components.arc_eager.explore import explore
from kernel_components.arc_eager.moves import Moves
from kernel_components.arc_eager.oracle import costs
from kernel_components.arc_eager.scores import Floats, Layout, LearningScores, Places, Steps
from kernel_components.arc_eager.segments import Segments, all_starts, blocks, lay_out
from kernel_components.transitions import gradient, rehearsal_gradient

NO_CUT = 10**9
"""Actions that no document needs: a larger cut is the same."""
GRID = 8
"""Lengths of paths are multiples of the longest divided by it: so far apart are the states of the gold path that are kept."""

TABLES = 2
"""Of the tokens that a model prepares at once, learning takes one part in so many: the memory is needed for what is kept."""


def learn(
    scores: LearningScores, constraints: Constraints, gold: Gold, moves: Moves, cut: int
) -> tuple[float, Callable[[], None]]:
    """The loss of the model's own paths, and the function that passes its gradient to `scores`.

    cut: the setting `update_with_oracle_cut_size`, the number of actions after which a path of the model's own ends, and
    another starts where the gold path is by then. The number is drawn anew for each batch, from half of `cut` to all of
    it, so that paths don't always start in the same places. 0: documents are gone through as a whole.
    """
    every, length = cut_length(cut)
    layout = Layout.of(scores)
    starts = all_starts(constraints, gold, every, length, cut)
    total, finishers = 0.0, []
    for block in blocks(starts, length, scores.at_once // TABLES):
        segments, used = lay_out(block, constraints, length, layout.seconds)
        steps = scores.steps(used, keep=True)
        path = explore(segments, steps, rows_of(segments, used), layout, moves, length)
        found, backprop = scores.learn_from(steps, used)
        d_scores, loss = gradient(found, costs(path, segments, gold, moves))
        total += loss
        finishers.append(partial(backprop, d_scores))
    return total, partial(_finish, finishers)


def _finish(finishers: Sequence[Callable[[], None]]) -> None:
    for finish in finishers:
        finish()


def recall(
    scores: LearningScores,
    taught: LearningScores,
    constraints: Constraints,
    moves: Moves,
    classes: NDArray[np.int64],
    weight: float,
) -> tuple[float, Callable[[], None]]:
    """The loss of saying other than a teacher along the model's own paths, and the function that passes its gradient on.

    classes: those that both know. weight: what the gradient is multiplied by.
    """
    layout = Layout.of(scores)
    nothing = Gold.join([Gold.unknown(length) for length in constraints.lengths.tolist()])
    total, finishers = 0.0, []
    for block in blocks(all_starts(constraints, nothing, 0, 0, 0), 0, scores.at_once // TABLES):
        segments, used = lay_out(block, constraints, 0, layout.seconds)
        steps, teacher = scores.steps(used, keep=True), taught.steps(used)
        rows = rows_of(segments, used)
        told: list[Floats] = []
        explore(segments, _Both(steps, teacher, told), rows, layout, moves, 0)
        found, backprop = scores.learn_from(steps, used)
        d_scores, loss = rehearsal_gradient(found, np.concatenate(told), classes)
        d_scores *= weight
        total += loss
        finishers.append(partial(backprop, d_scores))
    return total, partial(_finish, finishers)


class _Both:
    """Has a teacher score the states too that a model scores."""

    def __init__(self, model: Steps, teacher: Steps, told: list[Floats]) -> None:
        self.model, self.teacher, self.told = model, teacher, told

    def score(self, ids: Places) -> Floats:
        self.told.append(self.teacher.score(ids))
        return self.model.score(ids)

    def single(self, start: int, stop: int) -> Callable[[Sequence[int]], Floats]:
        return self.model.single(start, stop)


def rows_of(segments: Segments, used: Places) -> Places:
    """By cell, its place among the tokens that are used; -1 at the end."""
    return np.append(np.searchsorted(used, segments.tokens[:-1]), -1)


def cut_length(cut: int) -> tuple[int, int]:
    """How many actions lie between states of the gold path that are kept, and how many a path has: a multiple of it, drawn from
    half of `cut` to all of it. (0, 0): paths go to the end."""
    if cut <= 0:
        return 0, 0
    cut = min(cut, NO_CUT)
    every = max(1, cut // GRID)
    return every, every * int(current().integers(-(-cut // (2 * every)), cut // every + 1))
