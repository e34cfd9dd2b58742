"""The automaton at work: all matches that begin at some tokens grow side by side, a position of their patterns at a time.

A position that may follow itself is left in one step, whatever the number of tokens: where they end that meet it, and which of them, or
the one after, can be followed by the next position, is known from what is asked of these tokens.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernel_matchers.token_patterns import seen
from kernel_matchers.token_patterns.beginnings import Pairs
from kernel_matchers.token_patterns.program import Program
from kernel_matchers.token_patterns.ranges import spread
from kernel_matchers.token_patterns.reachable import reachable
from kernel_matchers.token_patterns.tokens import Tokens
from kernel_matchers.token_patterns.truth import Truth

MOST = 1 << 20
"""How many states are held at once, where there are more of them than one match's beginning makes."""

MANY = 1 << 16
"""How many states may come of one step before it is looked into which of them lead to a match."""


class Found(NamedTuple):
    """M matches. positions: their last ones, int32 (M,). starts, ends: the first token, and the token after the last, int64 (M,).

    times: the tokens at which they were seen; one more for each document before, so that the end of a document has a time of its own. keys, made:
    of the state, as `seen` has them.
    """

    positions: NDArray[np.int32]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    times: NDArray[np.int64]
    keys: NDArray[np.uint64]
    made: NDArray[np.int64]


class States(NamedTuple):
    """S states: the position, the first and the last token of each; its numbers of `seen`, after that token."""

    positions: NDArray[np.int32]
    starts: NDArray[np.int64]
    places: NDArray[np.int64]
    keys: NDArray[np.uint64]
    made: NDArray[np.int64]

    def at(self, which: NDArray[np.int64] | NDArray[np.bool_]) -> "States":
        return States(
            self.positions[which], self.starts[which], self.places[which], self.keys[which], self.made[which]
        )


class _TooMany(Exception):
    """More states than are held at once."""


class Walk:
    """Finds matches in some tokens.

    shortest, latest: the rules of which of all matches that begin with a token only the shortest is wanted, and of all that end with one only
    the shortest; bool (rules,), by default none. Others of theirs may be found, too.
    """

    def __init__(
        self,
        program: Program,
        tokens: Tokens,
        truth: Truth,
        *,
        shortest: NDArray[np.bool_] | None = None,
        latest: NDArray[np.bool_] | None = None,
    ) -> None:
        self._program = program
        self._tokens = tokens
        self._truth = truth
        # Positions at which a token makes a new state.
        self._makes = program.optional & ~program.last
        # A match ends with the token, or with that token or one after it.
        self._closes = program.last & ~program.loops
        self._stays_open = program.accepts & ~self._closes
        none = np.zeros(len(program.rule), dtype=bool)
        self._shortest = none if shortest is None else shortest[program.rule]
        self._latest = none if latest is None else latest[program.rule]
        self._has_latest = bool(self._latest.any())
        self._documents = np.repeat(np.arange(len(tokens.starts) - 1), np.diff(tokens.starts))

    def of(self, pairs: Pairs) -> list[Found]:
        """The matches that begin with pairs of a position and a token that meets it. One may come several times, where several ways lead
        to it."""
        waiting, found = [pairs], []
        while waiting:
            positions, starts = waiting.pop()
            try:
                found += self._walk(positions, starts)
            except _TooMany:
                order = np.lexsort((starts, positions))
                waiting += [(positions[half], starts[half]) for half in np.array_split(order, 2)]
        return found

    def _walk(self, positions: NDArray[np.int32], starts: NDArray[np.int64]) -> list[Found]:
        first = np.full(len(starts), seen.NEW)
        if self._has_latest:
            # Of these the later one comes first, always.
            first = np.where(self._latest[positions], seen.NEW - starts.astype(np.uint64), first)
        always = np.full(len(starts), seen.ALL_MADE)
        begun = self._stepped(positions, starts, starts, first, always)
        found: list[Found] = []
        waiting: dict[int, list[States]] = {}
        self._wait(begun, waiting)
        is_one = len(starts) == 1
        while waiting:
            level = min(waiting)
            parts = waiting.pop(level)
            states = parts[0] if len(parts) == 1 else States(*map(np.concatenate, zip(*parts, strict=True)))
            if len(states.starts) > MOST and not is_one:
                raise _TooMany
            states = self._distinct(states)
            closed = self._closes[states.positions]
            if closed.any():
                found.append(self._seen(states.at(closed), 0))
                states = states.at(~closed)
            looping = self._program.loops[states.positions]
            if looping.any():
                self._wait(self._leave(states.at(looping), found, is_one), waiting)
                states = states.at(~looping)
            if len(states.starts):
                is_open = self._stays_open[states.positions]
                if is_open.any():
                    found.append(self._seen(states.at(is_open), 1))
                    states = states.at(~(is_open & self._shortest[states.positions]))
                self._wait(self._go_on(states), waiting)
        return found

    def _wait(self, states: States, waiting: dict[int, list[States]]) -> None:
        """Put states where their positions are dealt with."""
        if not len(states.starts):
            return
        levels = self._program.level[states.positions]
        low, high = int(levels.min()), int(levels.max())
        for level in range(low, high + 1):
            own = states if low == high else states.at(levels == level)
            if len(own.starts):
                waiting.setdefault(level, []).append(own)

    def _stepped(
        self,
        positions: NDArray[np.int32],
        starts: NDArray[np.int64],
        places: NDArray[np.int64],
        keys: NDArray[np.uint64],
        made: NDArray[np.int64],
    ) -> States:
        """States after another token; keys, made: before it. Those that end their pattern keep them, because they are seen there."""
        closes = self._closes[positions]
        stays = closes | self._latest[positions] if self._has_latest else closes
        later, made_later = seen.after(keys, made, self._makes[positions])
        return States(
            positions, starts, places, np.where(stays, keys, later), np.where(stays, made, made_later)
        )

    def _seen(self, states: States, later: int) -> Found:
        """Matches with the last tokens of states, seen at that token or one later."""
        times = states.places + later + self._documents[states.starts]
        return Found(states.positions, states.starts, states.places + 1, times, states.keys, states.made)

    def _distinct(self, states: States) -> States:
        """Of equal states the one that stands first."""
        met = (self._program.meets | self._latest)[states.positions].nonzero()[0]
        if len(met) < 2:
            return states
        own = states.at(met)
        groups = self._groups(own)
        order = np.lexsort((own.made, own.keys, own.places, groups, own.positions))
        same = np.zeros(len(met), dtype=bool)
        same[1:] = True
        for column in (own.positions, groups, own.places):
            ordered = column[order]
            same[1:] &= ordered[1:] == ordered[:-1]
        if not same.any():
            return states
        kept = np.ones(len(states.starts), dtype=bool)
        kept[met[order[same]]] = False
        return states.at(kept)

    def _go_on(self, states: States) -> States:
        """The states one token further."""
        program = self._program
        sizes = program.next_start[states.positions + 1] - program.next_start[states.positions]
        sizes[states.places + 1 >= self._tokens.ends[states.starts]] = 0
        which = np.arange(len(sizes)).repeat(sizes)
        positions = program.next_position[spread(program.next_start[states.positions], sizes)]
        places = states.places[which] + 1
        holds = self._truth.holds(program.which[positions], places, self._tokens).nonzero()[0]
        which = which[holds]
        return self._stepped(
            positions[holds], states.starts[which], places[holds], states.keys[which], states.made[which]
        )

    def _leave(self, states: States, found: list[Found], is_one: bool) -> States:
        """The states that come after those at positions which may follow themselves, for any number of times. Matches go to found."""
        program = self._program
        states = states.at(
            np.lexsort((states.made, states.keys, states.places, self._groups(states), states.positions))
        )
        ends = self._tokens.ends[states.starts]
        limits = self._first_that_fails(program.which[states.positions], states.places + 1, ends)
        states, ends, limits = self._one_by_one(states, ends, limits)
        is_open = self._stays_open[states.positions].nonzero()[0]
        if len(is_open):
            sizes = limits[is_open] - states.places[is_open]
            ending = self._shortest[states.positions[is_open]]
            sizes[ending] = np.minimum(sizes[ending], 1)
            which = is_open.repeat(sizes)
            more = spread(np.zeros(len(sizes), dtype=np.int64), sizes)
            found.append(self._seen(self._looped(states, which, more), 1))
        sizes = program.next_start[states.positions + 1] - program.next_start[states.positions]
        sizes[self._shortest[states.positions] & self._stays_open[states.positions]] = 0
        which = np.arange(len(sizes)).repeat(sizes)
        positions = program.next_position[spread(program.next_start[states.positions], sizes)]
        lasts = np.minimum(limits, ends - 1)[which]
        ending = self._shortest[positions] & self._closes[positions]
        chosen, places = self._that_hold(positions, states.places[which] + 1, lasts + 1, ending, is_one)
        which, positions = which[chosen], positions[chosen]
        before = self._looped(states, which, places - 1 - states.places[which])
        return self._stepped(positions, before.starts, places, before.keys, before.made)

    def _one_by_one(
        self, states: States, ends: NDArray[np.int64], limits: NDArray[np.int64]
    ) -> tuple[States, NDArray[np.int64], NDArray[np.int64]]:
        """Where one state meets another of the same match on its way, only the one that stands first goes on.

        limits: the first tokens that states can't take in. Both are given back for the states that are left.
        """
        while True:
            groups = self._groups(states)
            same = (states.positions[1:] == states.positions[:-1]) & (groups[1:] == groups[:-1])
            pairs = (same & (states.places[1:] < limits[:-1])).nonzero()[0]
            met = self._looped(states, pairs, states.places[pairs + 1] - states.places[pairs])
            keys, made = states.keys[pairs + 1], states.made[pairs + 1]
            behind = (keys > met.keys) | ((keys == met.keys) & (made >= met.made))
            if not behind.any():
                limits[pairs] = states.places[pairs + 1]
                return states, ends, limits
            kept = np.ones(len(limits), dtype=bool)
            kept[pairs[behind] + 1] = False
            states, ends, limits = states.at(kept), ends[kept], limits[kept]

    def _looped(self, states: States, which: NDArray[np.int64], more: NDArray[np.int64]) -> States:
        """Some of the states after more tokens at the same position."""
        positions, starts, places, keys, made = states.at(which)
        later, made_later = seen.long_after(keys, made, more, self._makes[positions])
        if self._has_latest:
            stays = self._latest[positions]
            later, made_later = np.where(stays, keys, later), np.where(stays, made, made_later)
        return States(positions, starts, places + more, later, made_later)

    def _groups(self, states: States) -> NDArray[np.int64]:
        """What states at one position have to have in common to be compared: the beginning of the match."""
        return (
            np.where(self._latest[states.positions], -1, states.starts) if self._has_latest else states.starts
        )

    def _first_that_fails(
        self, questions: NDArray[np.int32], begins: NDArray[np.int64], ends: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """From each token the first one that does not meet a question, or the end."""
        failing = self._asked(questions, begins, ends, holds=False)
        keys = questions.astype(np.int64) * (len(self._tokens) + 1)
        if not len(failing):
            return ends.copy()
        at = failing.searchsorted(keys + begins)
        first = failing[np.minimum(at, len(failing) - 1)] - keys
        return np.where((at < len(failing)) & (first < ends), first, ends)

    def _that_hold(
        self,
        positions: NDArray[np.int32],
        begins: NDArray[np.int64],
        ends: NDArray[np.int64],
        first: NDArray[np.bool_],
        is_one: bool,
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The tokens in ranges that are as the position of each asks, of some ranges the first one: the places of the ranges, and the tokens.

        Where there are many, those that no match goes through are left out.
        """
        stride = len(self._tokens) + 1
        questions = self._program.which[positions]
        keys = questions.astype(np.int64) * stride
        holding = self._asked(questions, begins, ends, holds=True)
        low, sizes = _parts(holding, keys + begins, keys + ends, first)
        if int(sizes.sum()) > max(0, MANY + 2 * stride):
            distinct = np.unique(positions)
            if len(distinct) * stride > 4 * MOST and len(distinct) > 1 and not is_one:
                raise _TooMany
            keys = positions.astype(np.int64) * stride
            holding = reachable(self._program, self._tokens, self._truth, distinct)
            low, sizes = _parts(holding, keys + begins, keys + ends, first)
            if int(sizes.sum()) > MOST and not is_one:
                raise _TooMany
        which = np.arange(len(sizes)).repeat(sizes)
        return which, holding[spread(low, sizes)] - keys[which]

    def _asked(
        self, questions: NDArray[np.int32], begins: NDArray[np.int64], ends: NDArray[np.int64], *, holds: bool
    ) -> NDArray[np.int64]:
        """The tokens of some ranges, each of which lies in one document, that meet a question or don't, as numbers in order: of the question
        times one more than all tokens, and the token. There may be tokens between the ranges."""
        some = (begins < ends).nonzero()[0]
        if not len(some):
            return np.zeros(0, dtype=np.int64)
        questions, begins, ends = questions[some], begins[some], ends[some]
        kinds = questions.astype(np.int64) * len(self._tokens.starts) + self._documents[begins]
        order = np.argsort(kinds, kind="stable")
        groups = np.concatenate([[0], (np.diff(kinds[order]) != 0).nonzero()[0] + 1])
        questions = questions[order][groups]
        begins = np.minimum.reduceat(begins[order], groups)
        sizes = np.maximum.reduceat(ends[order], groups) - begins
        total = sizes.cumsum()
        parts = []
        begin = 0
        while begin < len(groups):
            before = int(total[begin - 1]) if begin else 0
            end = max(begin + 1, int(total.searchsorted(before + MOST, side="right")))
            asked = questions[begin:end].repeat(sizes[begin:end])
            places = spread(begins[begin:end], sizes[begin:end])
            meets = self._truth.holds(asked, places, self._tokens) == holds
            parts.append(asked[meets].astype(np.int64) * (len(self._tokens) + 1) + places[meets])
            begin = end
        return np.concatenate(parts)


def _parts(
    numbers: NDArray[np.int64], begins: NDArray[np.int64], ends: NDArray[np.int64], first: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where ranges begin among ascending numbers, and how many of these lie in each; of some the first one counts alone."""
    low = numbers.searchsorted(begins)
    sizes = np.maximum(numbers.searchsorted(ends) - low, 0)
    sizes[first] = np.minimum(sizes[first], 1)
    return low, sizes
