"""How two tokens may stand to each other in a tree or in a sentence, for all tokens of a batch at once.

Candidates are sorted by a key that is chosen so that those which stand to a token as asked lie side by side. Ancestors alone don't: they are
reached from one to the next.
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kernel.vocab import attrs
from kernel_matchers.token_patterns.ranges import spread
from kernel_matchers.token_patterns.tokens import Tokens

RELATIONS = ("<", ">", "<<", ">>", ".", ".*", ";", ";*", "$+", "$-", "$++", "$--", ">+", ">-", ">++", ">--", "<+", "<-", "<++", "<--")  # fmt: skip
"""What may stand between a first and a second token: `A < B`, A depends on B."""

Ints = NDArray[np.int64]


class Trees:
    """The trees of N tokens. heads: each one's head in the batch, int64 (N,); of a root it is the root itself."""

    def __init__(self, tokens: Tokens) -> None:
        size = len(tokens)
        self.heads = np.arange(size) + tokens.numbers(attrs.HEAD).view(np.int64)
        self.is_root = self.heads == np.arange(size)
        starts = tokens.numbers(attrs.SENT_START) == 1
        starts[tokens.starts[:-1][np.diff(tokens.starts) > 0]] = True
        borders = np.append(np.flatnonzero(starts), size)
        sentence = np.cumsum(starts) - 1
        # Of each token the first one of its sentence, and the one after its last.
        self.first, self.end = borders[sentence], borders[sentence + 1]

    @cached_property
    def tour(self) -> tuple[Ints, Ints]:
        """For each token its place in an order in which its descendants come right after it, and the place after the last of these."""
        size = len(self.heads)
        depth, above = (~self.is_root).astype(np.int64), self.heads.copy()
        while (more := depth[above]).any():
            # Twice as far up in each round.
            depth, above = depth + more, above[above]
        deepest = int(depth.max(initial=0))
        order = np.argsort(depth, kind="stable")
        borders = np.searchsorted(depth[order], np.arange(deepest + 2)).tolist()
        sizes = np.ones(size, dtype=np.int64)
        for level in range(deepest, 0, -1):
            own = order[borders[level] : borders[level + 1]]
            np.add.at(sizes, self.heads[own], sizes[own])
        # Behind the head and the siblings before it; roots behind the trees before them.
        heads = np.where(self.is_root, -1, self.heads)
        order = np.lexsort((np.arange(size), heads))
        before = np.cumsum(sizes[order]) - sizes[order]
        new = np.ones(size, dtype=bool)
        new[1:] = np.diff(heads[order]) != 0
        before -= np.maximum.accumulate(np.where(new, before, 0))
        behind = np.empty(size, dtype=np.int64)
        behind[order] = before + (heads[order] >= 0)
        total, above = np.where(self.is_root, 0, behind), self.heads
        for _ in range(deepest.bit_length()):
            total, above = total + total[above], above[above]
        places = total + behind[above]
        return places, places + sizes

    def related(self, tokens: Ints, relation: str, candidates: NDArray[np.bool_]) -> tuple[Ints, Ints]:
        """The candidates that stand to tokens as asked: places in `tokens`, and the candidates of each in ascending order.

        tokens: int64 (n,). candidates: bool (N,).
        """
        if relation == "<<":
            return self._ancestors(tokens, candidates)
        chosen, low, high = self._ranges(tokens, relation, candidates)
        sizes = high - low
        which = np.arange(len(tokens)).repeat(sizes)
        found = chosen[spread(low, sizes)]
        if relation == ">>":
            order = np.lexsort((found, which))
            return which, found[order]
        return which, found

    def has_related(self, tokens: Ints, relation: str, candidates: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """For each token whether a candidate stands to it as asked."""
        if relation == "<<":
            found: NDArray[np.bool_] = self._nearest(candidates)[tokens] >= 0
            return found
        _, low, high = self._ranges(tokens, relation, candidates)
        return high > low

    def _ranges(self, tokens: Ints, relation: str, candidates: NDArray[np.bool_]) -> tuple[Ints, Ints, Ints]:
        """Candidates in some order, and for each token where those that stand to it as asked begin there, and end."""
        heads, stride = self.heads, len(self.heads) + 1
        if relation == ">>":
            places, ends = self.tour
            chosen = np.flatnonzero(candidates)
            chosen = chosen[np.argsort(places[chosen])]
            keys, low, high = places[chosen], places[tokens] + 1, ends[tokens]
        elif relation[0] in "<.;":
            chosen = keys = np.flatnonzero(candidates)
            low, high = self._places(tokens, relation)
        else:
            chosen = np.flatnonzero(candidates & ~self.is_root)
            chosen = chosen[np.argsort(heads[chosen], kind="stable")]
            keys = heads[chosen] * stride + chosen
            base = (heads[tokens] if relation[0] == "$" else tokens) * stride
            low, high = base.copy(), base + stride
            if relation[1:] == "+":
                low, high = base + tokens + 1, base + tokens + 2
            elif relation[1:] == "-":
                low, high = base + tokens - 1, base + tokens
            elif relation[1:] == "++":
                low = base + tokens + 1
            elif relation[1:] == "--":
                high = base + tokens
            low = np.maximum(low, base)
            if relation[0] == "$":
                high = np.where(self.is_root[tokens], low, high)
        begin = keys.searchsorted(low)
        return chosen, begin, np.maximum(keys.searchsorted(high), begin)

    def _places(self, tokens: Ints, relation: str) -> tuple[Ints, Ints]:
        """The range of tokens that stand to each token as asked, for those of which that is one range of the text."""
        first, end, heads = self.first[tokens], self.end[tokens], self.heads[tokens]
        if relation == ".":
            return tokens + 1, np.minimum(tokens + 2, end)
        if relation == ".*":
            return tokens + 1, end
        if relation == ";":
            return np.maximum(tokens - 1, first), tokens
        if relation == ";*":
            return first, tokens
        away = heads - tokens
        is_met = {
            "<": away != 0,
            "<+": away == 1,
            "<-": away == -1,
            "<++": away > 0,
            "<--": away < 0,
        }[relation]
        return heads, heads + is_met

    def _nearest(self, candidates: NDArray[np.bool_]) -> Ints:
        """The nearest ancestor of each token that is a candidate, -1 if there is none."""
        above = self.heads.copy()
        while True:
            passed = ~candidates[above] & ~self.is_root[above]
            if not passed.any():
                break
            above[passed] = above[above[passed]]
        above[self.is_root | ~candidates[above]] = -1
        return above

    def _ancestors(self, tokens: Ints, candidates: NDArray[np.bool_]) -> tuple[Ints, Ints]:
        nearest = self._nearest(candidates)
        which, at = np.arange(len(tokens)), nearest[tokens]
        parts = []
        while True:
            which, at = which[at >= 0], at[at >= 0]
            if not len(at):
                break
            parts.append((which, at))
            at = nearest[at]
        if not parts:
            return which, at
        which, found = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        order = np.lexsort((found, which))
        return which[order], found[order]
