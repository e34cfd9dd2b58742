"""Greedy decoding of a whole batch without stepping through its tokens.

The state of the transition system at a token is fixed by the first token of the open entity, if one is open. So what
happens at a token outside of entities is known for all tokens at once, and so is what happens inside an entity once its
first token is given. The decoder scores every token as outside, extends all candidate entities side by side, and then
walks from the left to find those that are really reached. Most candidates close within a few tokens; the parallel rounds
have a budget proportional to the batch, and what is still open then is extended only when the walk arrives at it, in
blocks of doubling size. The states scored are therefore at most a small multiple of the tokens, whatever the scores are.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kernel_components.biluo.moves import BEGIN, IN, LAST, MISSING, Moves
from kernel_components.biluo.path import Path, slot_ids
from kernel_components.biluo.validity import Closed, Constraints, closed, opened

Numbers = NDArray[np.int64]

BUDGET = 4
"""Open states scored speculatively, per token of the batch."""
LARGEST_TABLE = 1 << 25
"""Scores that are held at once where only the best are wanted: states times classes."""
SMALLEST_BLOCK = 8
"""Tokens by which an entity that is known to be reached is extended at least."""


class ScoreFunction(Protocol):
    """What a model offers the decoder."""

    n_slots: int

    def score(self, ids: NDArray[np.int32], actions: Numbers | None = None) -> NDArray[np.floating]:
        """Scores (S, len(actions)) of the states with feature tokens `ids` (S, n_slots); all actions if None."""
        ...

    def score_alone(self, start: int, stop: int, actions: Numbers | None = None) -> NDArray[np.floating]:
        """The same for states with nothing but one of the tokens from `start` to `stop`, in slot 0."""
        ...


def decode(scores: ScoreFunction, constraints: Constraints, moves: Moves) -> Path:
    """The path of best valid actions; equal scores prefer O, then the order of the classes.

    Where nothing is valid the document is given up: the rest of it has no states, and an open entity is dropped.
    """
    n = constraints.n
    nothing = np.full((3, n), -1, dtype=np.int64)
    path = Path(np.zeros(n, dtype=np.int8), label=nothing[0], start=nothing[1], entity=nothing[2])
    if n == 0:
        return path
    _decide_closed(scores, closed(constraints), moves, path)
    jumps = ((path.action == BEGIN) | (path.action == MISSING)).nonzero()[0]
    if len(jumps):
        candidates = _Candidates(jumps, path, scores, constraints, moves)
        candidates.extend_together()
        _fill(path, candidates, candidates.walk(), constraints)
    return path


def _decide_closed(scores: ScoreFunction, valid: Closed, moves: Moves, path: Path) -> None:
    """Write to the path what each token would do outside of entities."""
    n, n_labels = len(path.action), len(moves.labels)
    runs = blocks(n, len(moves.closed))
    best = _joined([_best_closed(scores, valid, moves, run) for run in runs])
    path.action[:] = moves.closed_actions[best]
    path.label[:] = moves.closed_labels[best]
    if valid.outside is not None:
        stuck = ~valid.outside
        if n_labels and valid.unit is not None:
            stuck &= ~valid.begin & ~valid.unit
        path.action[stuck] = MISSING
        path.action[valid.forced] = valid.forced_action
        path.label[valid.forced] = valid.forced_label


def _best_closed(scores: ScoreFunction, valid: Closed, moves: Moves, run: slice) -> Numbers:
    """The place in `moves.closed` of the best action at each token of a run."""
    n_labels = len(moves.labels)
    table = scores.score_alone(run.start, run.stop, moves.closed)
    table[~valid.begin[run], 1 : n_labels + 1] = -np.inf
    if valid.unit is not None:
        table[~valid.unit[run], n_labels + 1 :] = -np.inf
    if valid.outside is not None:
        table[~valid.outside[run], 0] = -np.inf
    best: Numbers = table.argmax(axis=1)
    return best


def blocks(n: int, classes: int) -> list[slice]:
    """Cut n states into runs whose scores stay within LARGEST_TABLE; one run where there are few classes."""
    size = max(1, LARGEST_TABLE // max(classes, 1))
    return [slice(at, min(at + size, n)) for at in range(0, n, size)]


def _joined(parts: list[NDArray[Any]]) -> NDArray[Any]:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


class _Candidates:
    """Tokens that open an entity, in order, with what is known about where each one ends.

    A token at which nothing is valid counts as a candidate that gives up at once.
    """

    def __init__(
        self, starts: Numbers, path: Path, scores: ScoreFunction, constraints: Constraints, moves: Moves
    ) -> None:
        self.scores, self.constraints, self.moves = scores, constraints, moves
        self.starts = starts
        self.labels = path.label[starts]
        self.reached = starts + 1
        """First token that the entity has not been extended over."""
        self.end_action = np.full(len(starts), IN, dtype=np.int8)
        """IN while open, then LAST or MISSING (given up) for the action at the token before `reached`."""
        self.closing = np.full(len(starts), -1, dtype=np.int64)
        self.end_action[path.action[starts] == MISSING] = MISSING

    def extend_together(self) -> None:
        """Extend everything by 1, 2, 4, ... tokens while that is cheap."""
        budget, block = BUDGET * self.constraints.n, 1
        live = np.flatnonzero(self.end_action == IN)
        while len(live) and len(live) * block <= budget:
            budget -= len(live) * block
            self.extend(live, np.full(len(live), block, dtype=np.int64))
            live = live[self.end_action[live] == IN]
            block *= 2

    def extend(self, which: Numbers, blocks: Numbers) -> None:
        """Score the next tokens of some entities, `blocks` many each, and note where they end."""
        stops = self.constraints.stops[self.starts[which]]
        counts = np.minimum(blocks, stops - self.reached[which])
        firsts = np.cumsum(counts) - counts
        owner = np.repeat(np.arange(len(which)), counts)
        tokens = self.reached[which][owner] + np.arange(len(owner)) - firsts[owner]
        entity = which[owner]
        action, closing = self._decide_open(tokens, self.starts[entity], self.labels[entity])
        ends = np.where(action == IN, len(tokens), np.arange(len(tokens)))
        end = np.minimum.reduceat(ends, firsts)
        done = end < len(tokens)
        self.reached[which] += counts
        finished, at = which[done], end[done]
        self.reached[finished] = tokens[at] + 1
        self.end_action[finished] = action[at]
        self.closing[finished] = closing[at]

    def _decide_open(
        self, tokens: Numbers, starts: Numbers, labels: Numbers
    ) -> tuple[NDArray[np.int8], Numbers]:
        valid = opened(self.constraints, tokens, labels)
        goes_on = valid.inside
        if len(self.moves.labels):
            runs = blocks(len(tokens), len(self.moves.open))
            last = [self._prefers_last(tokens[run], starts[run], labels[run]) for run in runs]
            goes_on = goes_on & ~(valid.last & _joined(last))
        action = np.where(goes_on, IN, np.where(valid.last, LAST, MISSING)).astype(np.int8)
        return action, valid.closing

    def _prefers_last(self, tokens: Numbers, starts: Numbers, labels: Numbers) -> NDArray[np.bool_]:
        """Does the model score the end of the entity higher than its going on?"""
        n_labels = len(self.moves.labels)
        table = self.scores.score(slot_ids(self.scores.n_slots, tokens, starts), self.moves.open)
        # A label that the model lacks comes from a preset entity: only one action is valid then.
        known, rows = np.where(labels < n_labels, labels, 0), np.arange(len(tokens))
        prefers: NDArray[np.bool_] = table[rows, n_labels + known] > table[rows, known]
        return prefers

    def walk(self) -> Numbers:
        """The candidates that are reached, from the left, all documents side by side."""
        stops = self.constraints.stops[self.starts]
        doc_ends = np.searchsorted(self.starts, stops).tolist()
        fronts = np.flatnonzero(np.concatenate(([True], stops[1:] != stops[:-1]))).tolist()
        ends = self.reached.copy()
        ends[self.end_action == MISSING] = stops[self.end_action == MISSING]
        jump = np.searchsorted(self.starts, ends).tolist()
        still_open = (self.end_action == IN).tolist()
        accepted: list[int] = []
        while True:
            waiting = []
            for front in fronts:
                i, doc_end = front, doc_ends[front]
                while i < doc_end and not still_open[i]:
                    accepted.append(i)
                    i = jump[i]
                if i < doc_end:
                    waiting.append(i)
            if not waiting:
                return np.array(sorted(accepted), dtype=np.int64)
            which = np.array(waiting, dtype=np.int64)
            self.extend(which, np.maximum(SMALLEST_BLOCK, self.reached[which] - self.starts[which]))
            ends = np.where(self.end_action[which] == MISSING, stops[which], self.reached[which])
            after = np.searchsorted(self.starts, ends).tolist()
            for i, position, action in zip(waiting, after, self.end_action[which].tolist(), strict=True):
                jump[i], still_open[i] = position, action == IN
            fronts = waiting


def _fill(path: Path, candidates: _Candidates, accepted: Numbers, constraints: Constraints) -> None:
    """Write the entities that were reached over what was decided for closed states."""
    starts, reached = candidates.starts[accepted], candidates.reached[accepted]
    lengths = reached - starts - 1
    owner = np.repeat(np.arange(len(starts)), lengths)
    inside = np.arange(len(owner)) - (np.cumsum(lengths) - lengths)[owner] + starts[owner] + 1
    path.action[inside] = IN
    path.start[inside] = starts[owner]
    path.label[inside] = path.entity[inside] = candidates.labels[accepted][owner]
    ended = candidates.end_action[accepted] == LAST
    path.action[reached[ended] - 1] = LAST
    path.label[reached[ended] - 1] = candidates.closing[accepted][ended]
    for token in (reached[~ended] - 1).tolist():
        rest = slice(token, int(constraints.stops[token]))
        path.action[rest] = MISSING
        path.label[rest] = path.start[rest] = path.entity[rest] = -1
