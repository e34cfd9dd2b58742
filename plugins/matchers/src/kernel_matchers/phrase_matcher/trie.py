"""The phrases of a matcher as one tree of prefixes, in arrays, and its walk over the tokens of a batch.

A state stands for a prefix (Fredkin, 1960). All matches that begin anywhere in the batch grow side by side, a token at a time; a
token that begins no phrase costs one look into a table.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernel_matchers.token_patterns.ranges import spread


class Phrases(NamedTuple):
    """P phrases, one after another. values: of their tokens, uint64 (T,). lengths, keys: int64 (P,), the key being a number of the caller's."""

    values: NDArray[np.uint64]
    lengths: NDArray[np.int64]
    keys: NDArray[np.int64]


class Found(NamedTuple):
    """M matches, by first token, last token and key: keys, starts, and ends (the token after the last), each int64 (M,)."""

    keys: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


@dataclass(frozen=True)
class Trie:
    """S states, of which 0 is the empty prefix.

    values: the distinct values of tokens, sorted, uint64 (W,); a token's number is its place there, W for any other value.
    edges: how states are reached, sorted: edge e leads to state e + 1, and is (state before) * (W + 1) + number of a token; the last one is
    no edge, but larger than all. first: for each number the state after a first token, 0 if no phrase begins so, int64 (W + 1,).
    goes_on: whether a longer prefix follows, bool (S,). later: whether a token occurs behind the first of a phrase, bool (W + 1,).
    key_starts: the keys of the phrases that are done with state s are keys[key_starts[s] : key_starts[s + 1]], ascending.
    """

    values: NDArray[np.uint64]
    edges: NDArray[np.int64]
    first: NDArray[np.int64]
    goes_on: NDArray[np.bool_]
    later: NDArray[np.bool_]
    key_starts: NDArray[np.int64]
    keys: NDArray[np.int64]

    def numbers(self, column: NDArray[np.uint64]) -> NDArray[np.int64]:
        """The numbers of tokens from their values, shape (N,)."""
        if not len(self.values):
            return np.zeros(len(column), dtype=np.int64)
        places = self.values.searchsorted(column)
        places[places == len(self.values)] = 0
        places[self.values[places] != column] = len(self.values)
        return places

    def find(self, tokens: NDArray[np.int64], ends: NDArray[np.int64]) -> Found:
        """All matches. tokens: their numbers, int64 (N,). ends: for each token the end of its document, int64 (N,)."""
        reached = self.first[tokens]
        starts = reached.nonzero()[0]
        states = reached[starts]
        many = np.diff(self.key_starts)
        done: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
        length = 1
        while len(starts):
            full = many[states].nonzero()[0]
            done.append((states[full], starts[full]))
            going = self.goes_on[states]
            going &= starts + length < ends[starts]
            starts, states = starts[going], states[going]
            following = tokens[starts + length]
            going = self.later[following]
            starts, states = starts[going], states[going]
            edges = states * (len(self.values) + 1) + following[going]
            places = self.edges.searchsorted(edges)
            going = self.edges[places] == edges
            starts, states = starts[going], places[going] + 1
            length += 1
        return self._found(done, many, len(tokens))

    def _found(
        self, done: list[tuple[NDArray[np.int64], NDArray[np.int64]]], many: NDArray[np.int64], size: int
    ) -> Found:
        """The matches of states and their starts, given for each length."""
        counts = np.zeros(size + 1, dtype=np.int64)
        for states, starts in done:
            # A start comes once for a length.
            counts[starts + 1] += many[states]
        place = counts.cumsum()
        total = int(place[-1])
        found = Found(*np.empty((3, total), dtype=np.int64))
        for length, (states, starts) in enumerate(done, 1):
            sizes = many[states]
            at, key_starts = place[starts], self.key_starts[states]
            place[starts] += sizes
            if total > len(starts) and (sizes > 1).any():
                at, key_starts = spread(at, sizes), spread(key_starts, sizes)
                starts = starts.repeat(sizes)
            found.keys[at] = self.keys[key_starts]
            found.starts[at] = starts
            found.ends[at] = starts + length
        return found


def build(phrases: Phrases) -> Trie:
    """The tree of some phrases of at least one token each. Linear in their tokens, but for sorting."""
    values, tokens = np.unique(phrases.values, return_inverse=True)
    tokens = tokens.reshape(-1).astype(np.int64)
    width = len(values) + 1
    left = phrases.lengths.cumsum() - phrases.lengths
    which = np.arange(len(left))
    states = np.zeros(len(left), dtype=np.int64)
    last = np.zeros(len(left), dtype=np.int64)
    levels: list[NDArray[np.int64]] = []
    size, depth = 0, 0
    while len(which):
        # States are numbered by depth, so that all edges together are sorted.
        edges, inverse = np.unique(states * width + tokens[left[which] + depth], return_inverse=True)
        states = size + 1 + inverse.reshape(-1)
        levels.append(edges)
        size += len(edges)
        depth += 1
        last[which] = states
        going = phrases.lengths[which] > depth
        which, states = which[going], states[going]
    edges = np.concatenate([*levels, [np.iinfo(np.int64).max]])
    ends = np.unique(np.stack([last, phrases.keys], axis=1), axis=0)
    first = np.zeros(width, dtype=np.int64)
    goes_on = np.zeros(size + 1, dtype=bool)
    later = np.zeros(width, dtype=bool)
    if levels:
        first[levels[0]] = np.arange(1, len(levels[0]) + 1)
        before, by = np.divmod(edges[:-1], width)
        goes_on[before] = True
        later[by[len(levels[0]) :]] = True
    key_starts = np.searchsorted(ends[:, 0], np.arange(size + 2))
    return Trie(values, edges, first, goes_on, later, key_starts, ends[:, 1].copy())
