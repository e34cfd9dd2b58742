"""The states that the model itself goes through, from states of the gold path on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kernel_components.arc_eager.actions import BREAK
from kernel_components.arc_eager.moves import Moves
from kernel_components.arc_eager.scores import Layout, Places, Steps
from kernel_components.arc_eager.segments import Segments
from kernel_components.arc_eager.states import B0, B1, PUSHES, S0, S1, States
from kernel_components.arc_eager.validity import BEGINS


@dataclass(slots=True)
class Path:
    """States (S) in the order in which they were met; tokens are cells of the segments, -1 for none."""

    segment: Places
    time: Places
    """The number of actions since the start of the segment."""
    b0: Places
    b1: Places
    s0: Places
    s1: Places
    allowed: Places
    """What is valid: entries of `validity.TABLE`."""
    flags: Places
    """Those of b0."""
    attached: NDArray[np.bool_]
    """Whether s0 has a head."""
    limit: Places
    """The first sentence start in the buffer, -1 for none."""
    action: Places
    """What the model does."""
    broken: Places
    """By cell, the time at which it was made to start a sentence; -1 if it never was."""


def explore(
    segments: Segments, steps: Steps, rows: Places, layout: Layout, moves: Moves, length: int
) -> Path:
    """Take the best valid action, `length` times (0: to the end), in all segments. rows: by cell, its place among the tokens
    of `steps`."""
    cells = segments.cells
    states = States(cells, segments.tops, segments.firsts, layout, held=True)
    segment, limit = np.arange(len(segments.tops)), segments.limit.copy()
    next_start, broken = segments.next_start, np.full(cells.n + 1, -1, dtype=np.intp)
    actions, labels = moves.action.astype(np.intp), moves.label
    records: list[tuple[Places, ...]] = []
    time = 0
    while len(states) and (time < length or not length):
        slots = states.slots
        first, second, top = segments.tokens.take(slots[:3], mode="wrap")
        allowed = states.allowed(second - first != 1, first - top != 1)
        possible = moves.masks.any.take(allowed)
        if not possible.all():
            states.keep(possible)
            segment, limit = segment[possible], limit[possible]
            continue
        scores = steps.score(rows.take(slots, mode="wrap"))
        best = (scores + moves.masks.add.take(allowed, axis=0)).argmax(axis=1)
        best = moves.masks.checked(best, actions.take(best), allowed)
        action = actions.take(best)
        b0, b1, s0, s1 = slots[B0], slots[B1], slots[S0], slots[S1]
        flags = cells.flags.take(b0, mode="wrap")
        head = cells.heads.take(s0, mode="wrap")
        records.append((segment, np.full(len(b0), time), b0, b1, s0, s1, allowed, flags, head, limit, action))
        begins = flags & BEGINS > 0
        limit = limit.copy()
        crossed = (begins & PUSHES.take(action)).nonzero()[0]
        if len(crossed):
            limit[crossed] = next_start[b0[crossed]]
        ended = (action == BREAK).nonzero()[0]
        if len(ended):
            new, inner = b1[ended], begins[ended]
            broken[new] = time
            after = ended[inner]
            next_start[b1[after]] = next_start[b0[after]]
            next_start[b0[after]] = b1[after]
            before = ended[~inner]
            next_start[b1[before]] = limit[before]
            limit[before] = b1[before]
        states.slots = slots.copy()
        states.advance(action, labels.take(best))
        running = states.running()
        if not running.all():
            states.keep(running)
            segment, limit = segment[running], limit[running]
        time += 1
    nothing = [(segment[:0],) * 11]
    segment, times, b0, b1, s0, s1, allowed, flags, head, limit, action = (
        np.concatenate(column) for column in zip(*(records or nothing), strict=True)
    )
    return Path(segment, times, b0, b1, s0, s1, allowed, flags, head >= 0, limit, action, broken)
