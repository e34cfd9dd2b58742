"""Greedy decoding: the best valid action of every state, until the documents are done.

Documents go side by side, one action each at a time, and where few are left (and where there were few from the
beginning) one after the other. Equal scores prefer the first class in either case.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from kernel_components.arc_eager.columns import Constraints, Parse, Signs
from kernel_components.arc_eager.moves import Moves, Rules
from kernel_components.arc_eager.scores import Floats, Layout, Places, ScoreFunction, Steps
from kernel_components.arc_eager.single import Score, Tokens, finish
from kernel_components.arc_eager.states import B0, S0, Cells, States, sentence_flags
from kernel_components.arc_eager.validity import BEGINS, NONE

FEW = 10
"""Fewer states than these go one after the other."""
MISSES = 200
"""States with tokens outside of the window after which a long document gets another window."""
WINDOWS = 4
"""Of the tokens that a model prepares at once, a window has one part in so many: more would be no gain for one document."""


def decode(scores: ScoreFunction, constraints: Constraints, moves: Moves) -> Parse:
    """The heads, labels and sentence starts of a batch; equal scores prefer the first class.

    Where nothing is valid the document is given up: what has no head yet remains a root.
    """
    rules, layout = moves.rules, Layout.of(scores)
    n, given = constraints.n, constraints.sent_start
    if len(constraints.lengths) == 1 and 0 < n <= scores.at_once // WINDOWS:
        return _one(scores, given, n, layout, rules)
    parse = Parse(np.arange(n), np.full(n, -1, dtype=np.int64), np.zeros(n, dtype=np.int8))
    flags = np.zeros(n, dtype=np.intp)
    if given is not None:
        parse.starts[:] = given
        flags = sentence_flags(given)
    for starts, stops in batches(constraints, scores.at_once):
        lengths = stops - starts
        if len(starts) >= FEW:
            tokens = ranges(starts, lengths)
            steps: Steps = scores.steps(tokens)
            cells, left = _together(steps, layout, lengths, flags[tokens], moves)
            offsets = np.cumsum(lengths) - lengths
            where = np.searchsorted(offsets, np.maximum(*left), side="right") - 1
            for b0, s0, document in np.vstack((left, where)).T.tolist():
                start, length = int(offsets[document]), int(lengths[document])
                _alone(steps, cells, start, start + length, b0, s0, layout, rules)
            had = np.flatnonzero(cells.heads[:-1] >= 0)
            parse.heads[tokens[had]] = tokens[cells.heads[had]]
            parse.labels[tokens[had]] = cells.labels[had]
            parse.starts[tokens[(cells.flags[:-1] & BEGINS) > 0]] = 1
            continue
        window = max(scores.at_once // WINDOWS, 1)
        several = scores.steps(ranges(starts, lengths)) if lengths.sum() <= window else None
        offset = 0
        for first, last in zip(starts.tolist(), stops.tolist(), strict=True):
            found = Tokens.begin([*flags[first:last].tolist(), NONE], layout.seconds)
            length = last - first
            score = (
                several.single(offset, offset + length)
                if several
                else windowed(scores, first, length, window)
            )
            finish(found, 0, -1, score, layout, rules)
            offset += length
            _write(parse, first, found)
    return parse


def _one(scores: ScoreFunction, given: Signs | None, n: int, layout: Layout, rules: Rules) -> Parse:
    """The same for one document of n tokens, most often the text of a call: there is nothing to be put in order."""
    signs = [0] * n if given is None else given.tolist()
    flags = [0] * n if given is None else sentence_flags(given).tolist()
    tokens = Tokens.begin([*flags, NONE], layout.seconds)
    finish(tokens, 0, -1, scores.steps(np.arange(n)).single(0, n), layout, rules)
    return Parse(
        np.array([token if head < 0 else head for token, head in enumerate(tokens.heads[:-1])]),
        np.array(tokens.labels[:-1]),
        np.array([1 if f & BEGINS else sign for f, sign in zip(tokens.flags, signs, strict=False)], np.int8),
    )


def _together(
    steps: Steps, layout: Layout, lengths: Places, flags: Places, moves: Moves
) -> tuple[Cells, Places]:
    """Decode documents side by side, and give up when few are left: (2, left) what is first in the buffer, and top of the stack."""
    cells = Cells(len(flags), layout.seconds)
    ends = np.cumsum(lengths)
    cells.link[:-1] = np.arange(1, cells.n + 1)
    cells.link[ends - 1] = -1
    cells.flags[:-1] = flags
    tops = np.full(len(lengths), -1, dtype=np.intp)
    states = States(cells, tops, ends - lengths, layout, held=bool((flags > BEGINS).any()))
    masks, actions, labels = moves.masks, moves.action.astype(np.intp), moves.label
    while len(states) >= FEW:
        allowed = states.allowed()
        possible = masks.any.take(allowed)
        if not possible.all():
            states.keep(possible)
            continue
        found = steps.score(states.slots)
        found += masks.add.take(allowed, axis=0)
        best = found.argmax(axis=1)
        best = masks.checked(best, actions.take(best), allowed)
        states.advance(actions.take(best), labels.take(best))
        running = states.running()
        if not running.all():
            states.keep(running)
    return cells, states.slots[[B0, S0]]


def _alone(
    steps: Steps, cells: Cells, start: int, stop: int, b0: int, s0: int, layout: Layout, rules: Rules
) -> None:
    """Go on with one document of several, which has the cells from start to stop."""
    tokens = Tokens.of(cells, start, stop)
    score = steps.single(start, stop)
    finish(tokens, max(b0 - start, -1), max(s0 - start, -1), score, layout, rules)
    heads = np.array(tokens.heads[:-1], dtype=np.intp)
    cells.heads[start:stop] = np.where(heads < 0, -1, heads + start)
    cells.labels[start:stop] = tokens.labels[:-1]
    cells.flags[start:stop] = tokens.flags[:-1]


def _write(parse: Parse, start: int, tokens: Tokens) -> None:
    """Write what was found for the document whose first token is `start`."""
    n = len(tokens.heads) - 1
    heads = np.array(tokens.heads[:-1], dtype=np.int64)
    here = slice(start, start + n)
    parse.heads[here] = np.where(heads < 0, parse.heads[here], heads + start)
    parse.labels[here] = tokens.labels[:-1]
    begins = np.array(tokens.flags[:-1], dtype=np.intp) & BEGINS
    parse.starts[here][begins > 0] = 1


def batches(constraints: Constraints, at_once: int) -> Iterator[tuple[Places, Places]]:
    """First and last (exclusive) tokens of the documents that go side by side: those of similar length, `at_once` tokens."""
    lengths = constraints.lengths
    order = np.argsort(-lengths, kind="stable")
    order = order[: int((lengths > 0).sum())]
    stops, sizes = constraints.ends[order], lengths[order]
    at = 0
    while at < len(order):
        total = np.cumsum(sizes[at : at + at_once])
        count = max(1, int(np.searchsorted(total, at_once, side="right")))
        yield stops[at : at + count] - sizes[at : at + count], stops[at : at + count]
        at += count


def ranges(starts: Places, lengths: Places) -> Places:
    """The numbers of several ranges, one after the other."""
    before = np.cumsum(lengths) - lengths
    found: Places = np.repeat(starts - before, lengths) + np.arange(int(lengths.sum()))
    return found


def windowed(scores: ScoreFunction, first: int, length: int, size: int) -> Score:
    """Score states of a long document, whose tokens are not all prepared: a window of `size` moves along with the buffer.

    Other states with tokens outside of it are scored by themselves. After some of these, which cost about as much as the
    window, it moves to where the state is.
    """
    size = min(size, length)
    start, misses = 0, 0
    single: Score = scores.steps(np.arange(first, first + size)).single(0, size)

    def score(ids: Sequence[int]) -> Floats:
        nonlocal start, misses, single
        lowest, highest = min(each for each in ids if each >= 0), max(ids)
        if lowest < start or highest >= start + size:
            misses += 1
            if misses >= MISSES or ids[B0] >= start + size:
                misses = 0
                # More will come of what is in front of the buffer; behind its end, the stack is taken off.
                middle = ids[B0] + size // 4 if ids[B0] >= 0 else ids[S0] - size // 4
                place = min(max(middle - size // 2, 0), length - size)
                if place != start:
                    start = place
                    tokens = np.arange(first + start, first + start + size)
                    single = scores.steps(tokens).single(0, size)
        if lowest < start or highest >= start + size:
            states = np.array([[each if each < 0 else each + first for each in ids]], dtype=np.int32)
            found: Floats = scores.score(states)[0]
            return found
        found = single([each if each < 0 else each - start for each in ids])
        return found

    return score
