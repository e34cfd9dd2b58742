"""The dynamic oracle: how many gold arcs each action makes unreachable, for all states of a path at once.

Goldberg and Nivre 2012; the actions that undo others make up for what they give back (Honnibal and Johnson 2015). An action
costs the gold arcs that it makes unreachable and a wrong sentence boundary, less those that it makes reachable again.

What is asked of a state is where a token is (the stack, the buffer), and how many gold children of a token are on the stack and
in the buffer up to the next sentence start. Nothing of this is stored by state. The actions of a path are events, each of one
token at one time; sorted by token and time, a binary search answers for any token at any time. So costs take time and memory
proportional to the path, whatever the length of the stack.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kernel_components.arc_eager.actions import BREAK, LEFT, REDUCE, RIGHT, SHIFT
from kernel_components.arc_eager.columns import Gold
from kernel_components.arc_eager.explore import Path
from kernel_components.arc_eager.moves import Moves
from kernel_components.arc_eager.scores import Places
from kernel_components.arc_eager.segments import Segments
from kernel_components.arc_eager.states import PUSHES
from kernel_components.arc_eager.validity import BEGINS, UNSHIFTABLE

Costs = NDArray[np.int16]

INVALID = 9000
"""The cost of actions that are not valid."""
BUFFER, STACK, GONE = range(3)
NOTHING = -2
"""In place of the head of a token that has none, or of which none is known."""


def costs(path: Path, segments: Segments, gold: Gold, moves: Moves) -> Costs:
    """The cost (S, classes) of every class in every state; INVALID where not valid."""
    if not len(path.segment):
        return np.zeros((0, len(moves)), dtype=np.int16)
    by_action, left, right = _by_action(path, segments, gold)
    table = by_action.T.take(moves.action, axis=1)
    b0, s0 = segments.tokens[path.b0], segments.tokens[path.s0]
    for reached, child, classes, action in ((left, s0, moves.left, LEFT), (right, b0, moves.right, RIGHT)):
        rows = np.flatnonzero(reached)
        wanted = gold.labels[child[rows]]
        rows, wanted = rows[wanted >= 0], wanted[wanted >= 0]
        # A label without a class of this action can't be had: any will do.
        rows, wanted = rows[classes[wanted] >= 0], classes[wanted][classes[wanted] >= 0]
        if len(rows):
            table[np.ix_(rows, np.flatnonzero(moves.action == action))] += 1
            table[rows, wanted] -= 1
    table[~moves.masks.valid.take(path.allowed, axis=0)] = INVALID
    return table


def _by_action(
    path: Path, segments: Segments, gold: Gold
) -> tuple[Costs, NDArray[np.bool_], NDArray[np.bool_]]:
    """The costs (5, S) of the actions, whatever is valid and whatever the labels; where LEFT makes a gold arc; where RIGHT does."""
    arcs = _Arcs(path, segments, gold)
    tokens, b0, s0, s1 = segments.tokens, path.b0, path.s0, path.s1
    t0, times = tokens[b0], path.time
    head_b0, head_s0 = arcs.head[b0], arcs.head[s0]
    starts = np.append(gold.starts, 0)[tokens[path.b1]]
    can_break = path.allowed >> BREAK & 1
    limit = arcs.token_of(path.limit)

    in_stack = arcs.behind(b0, times)
    below = arcs.behind(s0, times)
    pop = arcs.ahead(s0, times, path.limit, limit)
    push = in_stack + (can_break & (starts == 1))
    left, right = (head_s0 == t0) & (b0 >= 0), (head_b0 == tokens[s0]) & (s0 >= 0)
    found = np.empty((5, len(b0)), dtype=np.int16)
    found[SHIFT] = push
    begins = path.flags & BEGINS > 0
    found[REDUCE] = np.where(begins, 0, pop - np.where(path.attached, 0, below))
    found[LEFT] = pop - left + np.where(path.attached, (head_s0 == tokens[s1]) & (s1 >= 0), below)
    later = arcs.head_ahead(b0, times, limit) & (path.flags & UNSHIFTABLE == 0)
    found[RIGHT] = push + np.where(right, -1, later)
    found[BREAK] = arcs.between(in_stack, below, pop) - in_stack + (starts == -1)
    return found, left, right


@dataclass(slots=True)
class _Events:
    """Things that happen to cells, in the order of cells and times."""

    key: Places
    total: Places
    """By event, the sum of what it and those before it have changed; one more, 0, at the beginning."""
    span: int
    """Times are less than it."""

    @classmethod
    def of(cls, cells: Places, times: Places, changes: Places, span: int) -> _Events:
        key = cells * span + times
        order = np.argsort(key, kind="stable")
        return cls(key[order], np.concatenate(([0], np.cumsum(changes[order]))), span)

    def before(self, cells: Places, times: Places) -> Places:
        """The sum of the changes to each cell before a time."""
        base = cells * self.span
        found: Places = self.total[np.searchsorted(self.key, base + times)]
        return found - self.total[np.searchsorted(self.key, base)]


class _Arcs:
    """Gold arcs between tokens of a state and its stack and buffer.

    Times are doubled: a state is at the even one, and what its action does at the odd one after it. They begin after
    `first`, which leaves room for what has gone back before.
    """

    def __init__(self, path: Path, segments: Segments, gold: Gold) -> None:
        self.path, self.segments = path, segments
        tokens, n = segments.tokens, segments.n
        self.token_numbers = tokens
        own = np.arange(len(gold.heads))
        heads = np.where((gold.heads < 0) | (gold.heads == own), NOTHING, gold.heads)
        self.n_tokens = len(own)
        self.head = np.append(heads[tokens[:-1]], NOTHING)
        """By cell, the number of its gold head."""
        # The children of each token, in order.
        order = np.argsort(heads, kind="stable")
        self.children = heads[order] * (self.n_tokens + 1) + order
        self.head_cell = self._cells_of(self.head[:n], segments.segment)
        """By cell of the first n, that of its gold head; -1 where the segment has none."""
        self.first = n + 2
        self.span = self.first + 2 * (int(path.time.max()) + 2)
        self.pushes = PUSHES[path.action]
        self.pops = (path.action == REDUCE) | (path.action == LEFT)
        self.goes_back = (path.action == REDUCE) & ~path.attached & (path.s1 >= 0)
        self._places()
        self._below()
        self._unread()
        self._back()

    def when(self, times: Places) -> Places:
        return self.first + 2 * times

    def token_of(self, limit: Places) -> Places:
        """The number of the token at which the next sentence starts."""
        found: Places = np.where(
            limit >= 0, self.token_numbers[limit], self.segments.beyond[self.path.segment]
        )
        return found

    def _cells_of(self, tokens: Places, segment: Places) -> Places:
        """The cells of tokens, each in its segment; -1 where the segment doesn't have it."""
        segments = self.segments
        n, size = segments.n, self.n_tokens + 1
        unread = segments.unread[segment]
        found = np.where(tokens < segments.end[segment], segments.unread_cell[segment] + tokens - unread, -1)
        earlier = np.flatnonzero(tokens < unread)
        keys = segments.segment * size + segments.tokens[:n]
        wanted = segment[earlier] * size + np.maximum(tokens[earlier], 0)
        at = np.minimum(np.searchsorted(keys, wanted), n - 1)
        found[earlier] = np.where((keys[at] == wanted) & (tokens[earlier] >= 0), at, -1)
        return found

    def _places(self) -> None:
        """Where cells are: +1 for the stack, and 2 for being gone."""
        path, when = self.path, self.when(self.path.time) + 1
        pushed, popped = self.pushes, self.pops
        cells = np.concatenate((path.b0[pushed], path.s0[popped]))
        changes = np.concatenate(
            (np.full(int(pushed.sum()), 1), np.where(self.goes_back[popped], -1, GONE - STACK))
        )
        self.places = _Events.of(cells, np.concatenate((when[pushed], when[popped])), changes, self.span)

    def _below(self) -> None:
        """How many gold children of a cell are on the stack."""
        path, segments, when = self.path, self.segments, self.when(self.path.time) + 1
        pushed, popped = self.pushes, self.pops
        heads = np.concatenate((self.head_cell[path.b0[pushed]], self.head_cell[path.s0[popped]]))
        changes = np.repeat((1, -1), (int(pushed.sum()), int(popped.sum())))
        times, known = np.concatenate((when[pushed], when[popped])), heads >= 0
        self.below_events = _Events.of(heads[known], times[known], changes[known], self.span)
        at_first = self.head_cell[segments.stacked]
        self.below_first = np.bincount(at_first[at_first >= 0], minlength=segments.n)
        for number, start in segments.deep:
            some = start.path.deep[start.number]
            cell = int(segments.first[number])
            some = some[: int(np.searchsorted(segments.segment, number, side="right")) - cell]
            self.below_first[cell : cell + len(some)] += some

    def _unread(self) -> None:
        """By state, the first token that has not left the buffer yet."""
        path = self.path
        self.order = np.lexsort((path.time, path.segment))
        """States by segment and time."""
        segment = path.segment[self.order]
        self.leads = np.concatenate(([True], segment[1:] != segment[:-1]))
        """Which of these are the first of their segment."""
        read = np.where(self.pushes, self.token_numbers[path.b0] + 1, 0)[self.order]
        read = np.concatenate(([0], read[:-1]))
        read[self.leads] = self.segments.unread[segment[self.leads]]
        size = self.n_tokens + 2
        highest = np.maximum.accumulate(segment * size + read) - segment * size
        self.unread = np.empty_like(highest)
        self.unread[self.order] = highest

    def _back(self) -> None:
        """How many gold children of a cell have gone back to the buffer, and how many of these are behind a sentence start."""
        path, segments = self.path, self.segments
        now, after = self.when(path.time), self.when(path.time) + 1
        again = self.token_numbers[path.b0] < self.unread
        returns, leaves = self.goes_back, self.pushes & again
        moved = (path.action == BREAK) & again
        earlier = np.flatnonzero(segments.back)
        self.any_back = bool(len(earlier) or returns.any())
        if not self.any_back:
            return
        # What had gone back at the beginning did so from the right to the left.
        entered = self.first - 1 - earlier + segments.first[segments.segment[earlier]]
        parts = [
            (earlier, entered, 1),
            (path.s0[returns], after[returns], 1),
            (path.b0[leaves], after[leaves], -1),
            # The sentence start is set between the two: what is before it isn't behind it.
            (path.b0[moved], now[moved], -1),
            (path.b0[moved], after[moved], 1),
        ]
        heads = np.concatenate([self.head_cell[cells] for cells, _, _ in parts])
        times = np.concatenate([times for _, times, _ in parts])
        changes = np.concatenate([np.full(len(cells), change) for cells, _, change in parts])
        known = heads >= 0
        self.back_events = _Events.of(heads[known], times[known], changes[known], self.span)
        self.set_at = np.where(path.broken >= 0, self.when(path.broken) + 1, 0)
        """By cell, the time up to which what had gone back is behind it, as it starts a sentence."""
        self.set_at[earlier] = np.where(path.broken[earlier] >= 0, self.set_at[earlier], entered + 1)

    def place(self, cells: Places, times: Places) -> Places:
        """Where cells of the first n are."""
        return self.segments.stacked[cells] + self.places.before(cells, self.when(times))

    def head_behind(self, cells: Places, times: Places) -> NDArray[np.bool_]:
        """Whether the gold heads of cells are on the stack."""
        heads, place_of = self.head[cells], self.head_cell_of(cells)
        found = (self.place(np.maximum(place_of, 0), times) == STACK) & (place_of >= 0)
        if self.segments.deep:
            found |= self._deep(heads, place_of)
        flags: NDArray[np.bool_] = found
        return flags

    def head_cell_of(self, cells: Places) -> Places:
        found: Places = np.where(cells >= 0, self.head_cell[np.maximum(cells, 0)], -1)
        return found

    def _deep(self, heads: Places, place_of: Places) -> NDArray[np.bool_]:
        """Which heads are on the stack below what a segment has of it."""
        found = np.zeros(len(heads), dtype=np.bool_)
        for number, start in self.segments.deep:
            rows = np.flatnonzero((self.path.segment == number) & (place_of < 0) & (heads >= start.offset))
            rows = rows[heads[rows] < self.segments.unread[number]]
            gone = start.path.gone[heads[rows] - start.offset]
            found[rows] = gone > start.number * start.path.every
        return found

    def behind(self, cells: Places, times: Places) -> Places:
        """Gold arcs between cells and the stack; 0 for none."""
        there = np.maximum(cells, 0)
        children = self.below_first[there] + self.below_events.before(there, self.when(times))
        return np.where(cells >= 0, children + self.head_behind(cells, times), 0)

    def head_ahead(self, cells: Places, times: Places, limit: Places) -> NDArray[np.bool_]:
        """Whether the gold heads of cells are in the buffer before the token `limit`."""
        heads, place_of = self.head[cells], self.head_cell_of(cells)
        there = (self.place(np.maximum(place_of, 0), times) == BUFFER) & (place_of >= 0)
        there |= (place_of < 0) & (heads >= self.segments.end[self.path.segment])
        found: NDArray[np.bool_] = there & (heads < limit) & (cells >= 0)
        return found

    def ahead(self, cells: Places, times: Places, limit_cell: Places, limit: Places) -> Places:
        """Gold arcs between cells and the buffer before the token `limit`; 0 for none."""
        base = self.token_numbers[cells] * (self.n_tokens + 1)
        upper = np.searchsorted(self.children, base + np.maximum(limit, self.unread))
        found = upper - np.searchsorted(self.children, base + self.unread)
        if self.any_back:
            there = np.maximum(cells, 0)
            found += self.back_events.before(there, self.when(times))
            behind = np.where(limit_cell >= 0, self.set_at[limit_cell], 0)
            found -= self.back_events.before(there, behind)
        return np.where(cells >= 0, found + self.head_ahead(cells, times, limit), 0)

    def between(self, in_stack: Places, below: Places, pop: Places) -> Places:
        """Gold arcs between the stack and the buffer up to the next sentence start.

        Every action changes their number by what is known of the token that it moves, and a new sentence start leaves only
        those of the one token before it.
        """
        path, order = self.path, self.order
        after = path.limit.copy()
        following = np.flatnonzero(~self.leads[1:])
        after[order[following]] = path.limit[order[following + 1]]
        limit = np.where(self.pushes, after, path.limit)
        ahead = self.ahead(path.b0, path.time, limit, self.token_of(limit))
        change = np.where(self.pushes, ahead - in_stack, 0) - np.where(self.pops, pop, 0)
        change += np.where(self.goes_back, below, 0)
        change = change[order]
        again = (path.action == BREAK)[order] & ~(path.flags & BEGINS > 0)[order]
        change[again] = 0
        # Sums start anew at the first state of a segment, and after a state that sets a sentence start.
        total = np.concatenate(([0], np.cumsum(change)[:-1]))
        fresh = self.leads | np.concatenate(([False], again[:-1]))
        value = np.concatenate(([0], in_stack[order][:-1]))
        value[self.leads] = self.segments.between[path.segment[order][self.leads]]
        since = np.maximum.accumulate(np.where(fresh, np.arange(len(order)), 0))
        found = np.empty_like(total)
        found[order] = value[since] + total - total[since]
        return found
