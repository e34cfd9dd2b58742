"""Where exploring paths start: states of gold paths, laid out side by side.

Each segment has cells of its own: what is on the stack, what has gone back to the buffer, and as much of the rest of the
buffer as its path can reach. All that is known of a token by itself is given by `tokens`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kernel_components.arc_eager.columns import Constraints, Gold
from kernel_components.arc_eager.gold_path import REACH, GoldPath
from kernel_components.arc_eager.scores import Places
from kernel_components.arc_eager.states import Cells, sentence_flags
from kernel_components.arc_eager.validity import BEGINS


@dataclass(slots=True)
class Start:
    """A state of a gold path. offset and stop: the first token of its document, and the first after it."""

    path: GoldPath
    number: int
    offset: int
    stop: int

    @property
    def size(self) -> int:
        """Cells that it takes besides those of tokens that have not left the buffer."""
        return int(self.path.n_stack[self.number] + self.path.n_back[self.number])

    @property
    def unread(self) -> int:
        return self.offset + int(self.path.unread[self.number])


@dataclass(slots=True)
class Segments:
    """Segments side by side. Cells past the first `n` stand for tokens that are only children of others."""

    cells: Cells
    n: int
    tokens: Places
    """By cell, its token's number in the batch; -1 at the end."""
    segment: Places
    """By cell of the first n, its segment."""
    tops: Places
    firsts: Places
    """By segment, the top of the stack and the first cell of the buffer; -1 for none."""
    first: Places
    """By segment, its first cell."""
    stacked: NDArray[np.bool_]
    """By cell of the first n, whether it is on the stack."""
    back: NDArray[np.bool_]
    """By cell of the first n, whether it has gone back to the buffer."""
    unread: Places
    """By segment, the first token that has not left the buffer."""
    unread_cell: Places
    """By segment, the cell of that token, or where it would be."""
    end: Places
    """By segment, the first token after those that it has."""
    stop: Places
    """By segment, the first token after its document."""
    beyond: Places
    """By segment, the first given sentence start at `end` or after it; `stop` if there is none."""
    next_start: Places
    """By cell that starts a sentence in the buffer, the next such cell; -1 for none."""
    limit: Places
    """By segment, the first cell in the buffer that starts a sentence; -1 for none."""
    between: Places
    """By segment, the gold arcs between the stack and the buffer up to the next sentence start."""
    deep: list[tuple[int, Start]]
    """Segments whose stack goes on below what is kept."""


def all_starts(constraints: Constraints, gold: Gold, every: int, length: int, reach: int) -> list[Start]:
    """Starts of paths of `length` actions (0: as long as it takes) along the gold path of each document."""
    given, found = constraints.sent_start, []
    for part, size, stop in zip(
        gold.parts or (gold,), constraints.lengths.tolist(), constraints.ends.tolist(), strict=True
    ):
        if not size:
            continue
        path = part.path(None if given is None else given[stop - size : stop], every, reach)
        step = length // every if every else len(path.n_stack)
        for number in range(0, len(path.n_stack), step):
            if path.usable[number]:
                found.append(Start(path, number, stop - size, stop))
    return found


def blocks(starts: Sequence[Start], length: int, at_once: int) -> Iterator[list[Start]]:
    """Starts that are gone on from together: so many that they have about `at_once` different tokens."""
    block: list[Start] = []
    total = reached = 0
    for start in starts:
        end = min(start.stop, start.unread + length + REACH) if length else start.stop
        size = start.size + end - max(start.unread, min(reached, end))
        if block and total + size > at_once:
            yield block
            block, total = [], 0
            size = start.size + end - start.unread
        block.append(start)
        total += size
        reached = end
    if block:
        yield block


def lay_out(
    starts: Sequence[Start], constraints: Constraints, length: int, seconds: bool
) -> tuple[Segments, Places]:
    """Lay out segments for paths of `length` actions (0: as long as it takes); and the tokens that their states can have
    in their slots, of which cells past the first n are the places."""
    offset = np.array([start.offset for start in starts], dtype=np.intp)
    stop = np.array([start.stop for start in starts], dtype=np.intp)
    unread = np.array([start.unread for start in starts], dtype=np.intp)
    n_stack = np.array([start.path.n_stack[start.number] for start in starts], dtype=np.intp)
    n_back = np.array([start.path.n_back[start.number] for start in starts], dtype=np.intp)
    end = np.minimum(stop, unread + length + REACH) if length else stop
    items = np.concatenate(
        [
            each.path.items[:, each.path.start[each.number] : each.path.start[each.number + 1]]
            for each in starts
        ],
        axis=1,
    ).astype(np.intp)
    n_items = np.array(
        [each.path.start[each.number + 1] - each.path.start[each.number] for each in starts], dtype=np.intp
    )
    # Cells: the stack, what has gone back, and the tokens from `unread` to `end`.
    sizes = n_stack + n_back + end - unread
    first = np.cumsum(sizes) - sizes
    n = int(sizes.sum())
    segment = np.repeat(np.arange(len(starts)), sizes)
    inside = np.arange(n) - first[segment]
    unread_cell = first + n_stack + n_back
    tokens = unread[segment] + np.arange(n) - unread_cell[segment]
    owner = np.repeat(np.arange(len(starts)), n_items)
    at = np.arange(len(owner)) - (np.cumsum(n_items) - n_items)[owner] + first[owner]
    items[0] += offset[owner]
    items[3:] += np.where(items[3:] >= 0, offset[owner], 0)
    tokens[at] = items[0]
    stacked, back = inside < n_stack[segment], np.zeros(n, dtype=np.bool_)
    back = ~stacked & (inside < (n_stack + n_back)[segment])

    used = np.unique(np.concatenate([tokens, items[3:][items[3:] >= 0]]))
    cells = Cells(n + len(used), seconds)
    cells.link[:n] = np.where(stacked, np.arange(n) - 1, np.arange(n) + 1)
    cells.link[first[n_stack > 0]] = -1
    cells.link[(first + sizes - 1)[sizes > n_stack]] = -1
    if constraints.sent_start is not None:
        cells.flags[:n] = sentence_flags(constraints.sent_start[tokens])
    cells.flags[at] = items[2]
    cells.heads[at] = items[1]
    children = np.where(items[3:] >= 0, n + np.searchsorted(used, items[3:]), -1)
    for ways, rows in (
        (cells.lefts, children[:2]),
        (cells.rights, children[2:4]),
        (cells.before, children[4:]),
    ):
        ways[:, at] = rows[: len(ways)]

    tops = np.where(n_stack > 0, first + n_stack - 1, -1)
    firsts = np.where(sizes > n_stack, first + n_stack, -1)
    next_start, limit = _next_starts(cells, stacked, segment, len(starts))
    segments = Segments(
        cells,
        n,
        np.concatenate((tokens, used, [-1])),
        segment,
        tops,
        firsts,
        first,
        stacked,
        back,
        unread,
        unread_cell,
        end,
        stop,
        _starts_from(constraints, end, stop),
        next_start,
        limit,
        np.array([start.path.between[start.number] for start in starts], dtype=np.intp),
        [(number, start) for number, start in enumerate(starts) if start.number in start.path.deep],
    )
    return segments, used


def _next_starts(
    cells: Cells, stacked: NDArray[np.bool_], segment: Places, n_segments: int
) -> tuple[Places, Places]:
    begins = np.flatnonzero((cells.flags[: len(stacked)] & BEGINS > 0) & ~stacked)
    next_start = np.full(cells.n + 1, -1, dtype=np.intp)
    limit = np.full(n_segments, -1, dtype=np.intp)
    if len(begins):
        same = segment[begins[1:]] == segment[begins[:-1]]
        next_start[begins[:-1][same]] = begins[1:][same]
        leading = np.concatenate(([True], ~same))
        limit[segment[begins[leading]]] = begins[leading]
    return next_start, limit


def _starts_from(constraints: Constraints, end: Places, stop: Places) -> Places:
    """The first given sentence start from each `end` on, at most `stop`."""
    if constraints.sent_start is None:
        return stop
    given = np.append(np.flatnonzero(constraints.sent_start == 1), constraints.n)
    found: Places = np.minimum(given[np.searchsorted(given, end)], stop)
    return found
