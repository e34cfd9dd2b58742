"""States that a decoder reaches one after the other: each is a sum of rows that were computed before.

What a token contributes in a slot does not depend on the state, so that it is computed for all tokens and slots in one
product (Chen and Manning 2014), for some thousands of tokens at a time. Scoring states is then gathering, adding, and two
small layers on top; learning from them is adding up the gradients of rows, and again one product over tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any

import numpy as np
from thinc.api import Model, Ops

from kernel.numeric.ops import maxout, maxout_winners
from kernel.numeric.server import read, version

Array = Any

TABLE_BYTES = 64 << 20
"""Memory for the rows of a table."""
SPARE = 2
"""Tables that are kept for the next batches."""
TOGETHER = 32
"""States whose rows are gathered before they are added: what they take stays in the cache."""


class Rows:
    """The weights that make rows out of token vectors, as (inputs + 1, slots * pieces * width). Not to be written to."""

    def __init__(self, project: Model[Any, Any], lower: Model[Any, Any], *, folded: bool) -> None:
        """folded: take the vectors before the projection instead of projected ones."""
        W = read(lower, "W")
        xp = lower.ops.xp
        self.slots, self.pieces, self.width, inputs = W.shape
        flat = W.reshape(-1, inputs)
        self.folded = folded
        # The last input is 1. The bias of a state comes with its first slot, whatever is in it.
        weights = xp.zeros((len(flat), (project.get_dim("nI") if folded else inputs) + 1), dtype=W.dtype)
        weights[:, :-1] = flat @ read(project, "W") if folded else flat
        if folded:
            weights[:, -1] = flat @ read(project, "b")
        bias = read(lower, "b").reshape(-1)
        weights[: len(bias), -1] += bias
        self.weights = xp.ascontiguousarray(weights.T) if folded else weights.T
        self.pad = read(lower, "pad").reshape(-1).copy()
        self.pad[: len(bias)] += bias

    @property
    def size(self) -> int:
        """Numbers that the rows of one token take."""
        return len(self.pad)

    def fill(self, ops: Ops, vectors: Array, out: Array) -> None:
        """Write the rows of some tokens to `out` (tokens + 1, size); the last is that of no token."""
        inputs = ops.xp.ones((len(vectors), len(self.weights)), dtype=vectors.dtype)
        inputs[:, :-1] = vectors
        ops.xp.matmul(inputs, self.weights, out=out[:-1])
        out[-1] = self.pad


class KeptRows:
    """The weights for prediction, of rows and on top, kept as long as the parameters don't change, and memory for rows."""

    def __init__(self) -> None:
        self._kept: tuple[tuple[int, ...] | None, Rows | None] = (None, None)
        self._kept_upper: tuple[Any, Upper | None] = (None, None)
        self._spare: list[Array] = []

    def __reduce__(self) -> tuple[Any, ...]:
        # A copy begins with nothing, in this process and in another, where versions mean something else.
        return KeptRows, ()

    def get(self, project: Model[Any, Any], lower: Model[Any, Any]) -> Rows:
        stamp = version((project, lower))
        kept_stamp, kept = self._kept
        if kept is None or stamp is None or stamp != kept_stamp:
            # Folding saves work where the projection widens vectors.
            kept = Rows(project, lower, folded=project.get_dim("nI") <= project.get_dim("nO"))
            self._kept = stamp, kept
        return kept

    def get_upper(
        self, ops: Ops, upper: Model[Any, Any], pieces: int, unseen: Sequence[int], *, rectified: bool
    ) -> Upper:
        """The layer on top, packed; see `Upper`."""
        stamp = version((upper,))
        state = stamp, tuple(unseen), rectified
        kept_state, kept = self._kept_upper
        if kept is None or stamp is None or state != kept_state:
            kept = Upper(ops, upper, pieces, unseen, packed=True, rectified=rectified)
            self._kept_upper = state, kept
        return kept

    def memory(self, n: int, size: int, dtype: Any, ops: Ops) -> Array:
        """An array (n or more, size), to be given back with `give`."""
        # Threads that predict with one model take from the same list.
        try:
            spare = self._spare.pop()
        except IndexError:
            return ops.xp.empty((n, size), dtype=dtype)
        fits = len(spare) >= n and spare.shape[1] == size and spare.dtype == dtype
        if fits and isinstance(spare, ops.xp.ndarray):
            return spare
        return ops.xp.empty((n, size), dtype=dtype)

    def give(self, memory: Array) -> None:
        """Let others have memory that is no longer needed."""
        if memory.nbytes <= TABLE_BYTES + memory[0].nbytes and len(self._spare) < SPARE:
            self._spare.append(memory)


class Upper:
    """From the sums of rows to scores."""

    def __init__(
        self,
        ops: Ops,
        upper: Model[Any, Any] | None,
        pieces: int,
        unseen: Sequence[int],
        *,
        packed: bool,
        rectified: bool,
    ) -> None:
        """unseen: classes with the lowest finite score. packed: lay out the weights for products with few rows.

        rectified: whether states of one piece lose what is below zero.
        """
        self.ops, self.pieces, self.unseen = ops, pieces, list(unseen)
        self.rectified = rectified
        self.upper, self.packed = upper, packed
        self.with_bias: Array = None
        if upper is not None:
            weights = read(upper, "W").T
            self.weights = ops.xp.ascontiguousarray(weights) if packed else weights
            self.bias = read(upper, "b")
            if packed:
                self.with_bias = ops.xp.concatenate((weights, self.bias[None]))

    def hidden(self, states: Array) -> Array:
        if self.pieces > 1:
            return maxout(self.ops, states, self.pieces)
        return self.ops.xp.maximum(states, 0) if self.rectified else states

    def scores(self, hidden: Array) -> np.ndarray:
        if self.upper is None:
            found = self.ops.to_numpy(hidden.copy())
        else:
            product = self.ops.xp.matmul(hidden, self.weights)
            product += self.bias
            found = self.ops.to_numpy(product)
        if self.unseen:
            found[..., self.unseen] = np.finfo(found.dtype).min
        result: np.ndarray = found
        return result

    def winners(self, states: Array) -> list[Array]:
        """By piece, where (S, width) the gradient goes that comes to `hidden`."""
        if self.pieces > 1:
            return maxout_winners(self.ops, states, maxout(self.ops, states, self.pieces), self.pieces)
        return [states > 0] if self.rectified else []

    def backprop(self, d_scores: Array, hidden: Array, winners: list[Array], mask: Array | None) -> Array:
        """The gradient (S, pieces * width) of the states; adds to those of the upper layer.

        hidden: what `hidden` gave, times the mask.
        """
        ops = self.ops
        if self.unseen:
            d_scores[:, self.unseen] = 0
        d_hidden = d_scores
        if self.upper is not None:
            self.upper.inc_grad("W", ops.gemm(d_scores, hidden, trans1=True))
            self.upper.inc_grad("b", d_scores.sum(axis=0))
            d_hidden = ops.gemm(d_scores, read(self.upper, "W"))
            if mask is not None:
                d_hidden *= mask
        if not winners:
            return d_hidden
        width = d_hidden.shape[1]
        d_states = ops.xp.empty((len(d_hidden), len(winners) * width), dtype=d_hidden.dtype)
        for piece, wins in enumerate(winners):
            ops.xp.multiply(d_hidden, wins, out=d_states[:, piece * width : (piece + 1) * width])
        return d_states


class Steps:
    """Scores of states whose slots hold some tokens of a batch, and what is needed to learn from these states."""

    def __init__(
        self,
        lower: Model[Any, Any],
        rows: Rows,
        upper: Upper,
        vectors: Array,
        tokens: Array,
        table: Array,
        *,
        keep: bool,
        mask: Array | None = None,
    ) -> None:
        """vectors: (N, inputs) of a batch. tokens: (n,) those that states may have, by their places among these.

        table: (n + 1, rows.size), to be filled. keep: remember the states for `begin_update`. mask: (N, width) of dropout
        for the token in the first slot; without one it is that of the last token.
        """
        self.lower, self.rows, self.upper, self.vectors = lower, rows, upper, vectors
        self.ops: Ops = lower.ops
        self.n_slots, self.n = rows.slots, len(tokens)
        self._tokens = tokens
        rows.fill(self.ops, vectors[tokens], table)
        self._width = rows.size // rows.slots
        self._table = table.reshape(-1, self._width)
        self._mask, self._keep = mask, keep
        self._ids: list[np.ndarray] = []
        self._states: list[Array] = []
        self._hidden: list[Array] = []
        self._scores: list[np.ndarray] = []

    # What follows is not needed for one state at a time.

    @cached_property
    def _columns(self) -> np.ndarray:
        return np.arange(self.n_slots)[:, None]

    @cached_property
    def _ones(self) -> Array:
        return self.ops.xp.ones((1, self.n_slots), dtype=self._table.dtype)

    @cached_property
    def _tokens_or_last(self) -> Array:
        """The tokens, and once more a last one: -1 finds it."""
        return self.ops.xp.append(self._tokens, -1)

    def score(self, ids: np.ndarray) -> np.ndarray:
        """Scores (S, classes) of the states with the tokens `ids` (n_slots, S), -1 for none."""
        states = self._sum(self.ops.asarray((ids * self.n_slots + self._columns).T))
        hidden = self.upper.hidden(states)
        if self._mask is not None:
            hidden = hidden * self._mask[self._tokens_or_last[self.ops.asarray(ids[0])]]
        scores = self.upper.scores(hidden)
        if self._keep:
            self._ids.append(ids)
            self._states.append(states)
            self._hidden.append(hidden)
            self._scores.append(scores)
        return scores

    def _sum(self, places: Array) -> Array:
        """The sums (S, width) of the rows at `places` (S, n_slots)."""
        if self.ops.xp is not np:
            return self._table[places].sum(axis=1)
        sums = np.empty((len(places), 1, self._width), dtype=self._table.dtype)
        for start in range(0, len(places), TOGETHER):
            some = slice(start, start + TOGETHER)
            np.matmul(self._ones, self._table.take(places[some], axis=0, mode="wrap"), out=sums[some])
        return sums[:, 0]

    def single(self, start: int, stop: int) -> Callable[[Sequence[int]], np.ndarray]:
        """A function for states of the tokens from `start` to `stop`, one at a time and with as little ado as can be.

        It takes n_slots tokens as numbers from `start` on, -1 for none; its result is valid until it is called again.
        """
        training = self._mask is not None or self._keep or not self.upper.packed
        if self.ops.xp is not np or training:
            return lambda ids: self.score(np.array([[i if i < 0 else i + start] for i in ids]))[0]
        return _single(self._table.reshape(self.n + 1, self.n_slots, -1), self.upper, start, stop)

    def begin_update(self) -> tuple[np.ndarray, Callable[[np.ndarray], Array]]:
        """Scores (S, classes) of all states that were scored, in order, and the function that takes their gradient.

        That function is to be called once. It adds to the gradients of the layers and returns that of the vectors; it
        writes to the memory of the table.
        """
        xp = self.ops.xp
        scores, ids = np.concatenate(self._scores), np.concatenate(self._ids, axis=1).astype(np.int32)
        states, hidden = xp.concatenate(self._states), xp.concatenate(self._hidden)
        self._ids, self._states, self._hidden, self._scores = [], [], [], []
        # Of the states themselves, which are the largest, it is enough to know which pieces counted.
        return scores, partial(self._backprop, ids, hidden, self.upper.winners(states))

    def _backprop(self, ids: np.ndarray, hidden: Array, winners: list[Array], d_scores: np.ndarray) -> Array:
        ops, xp = self.ops, self.ops.xp
        on_device = ops.asarray(ids)
        mask = None if self._mask is None else self._mask[self._tokens_or_last[on_device[0]]]
        d_states = self.upper.backprop(ops.asarray(d_scores), hidden, winners, mask)
        self._table.fill(0)
        places = xp.where(on_device < 0, self.n, on_device) * self.n_slots + ops.asarray(self._columns)
        for slot in places.astype("int32"):
            ops.scatter_add(self._table, slot, d_states)
        d_rows = self._table.reshape(self.n + 1, -1)
        W = read(self.lower, "W")
        self.lower.inc_grad(
            "W", ops.gemm(d_rows[:-1], self.vectors[self._tokens], trans1=True).reshape(W.shape)
        )
        self.lower.inc_grad("pad", d_rows[-1].reshape(W.shape[:3]))
        self.lower.inc_grad("b", d_rows[:, : self._width].sum(axis=0).reshape(W.shape[1:3]))
        return ops.gemm(d_rows[:-1], W.reshape(-1, W.shape[-1]))


def _single(table: np.ndarray, upper: Upper, start: int, stop: int) -> Callable[[Sequence[int]], np.ndarray]:
    """`Steps.single` on a table (tokens + 1, slots, width), of 8 slots or more."""
    n_slots, width = table.shape[1:]
    rows = [*table[start:stop].reshape(-1, width), *table[-1]]
    columns = [rows[slot::n_slots] for slot in range(n_slots)]
    c0, c1, c2, c3, c4, c5, c6, c7, *others = columns
    total = np.empty(width, dtype=table.dtype)
    parts, add, larger, dot = total.reshape(upper.pieces, -1), np.add, np.maximum, np.dot
    # The pieces two by two are quicker than all in one call.
    first, second, *others_of = [*parts, parts[0]] if len(parts) == 1 else parts
    # The last input of the layer on top is 1.
    inputs = np.ones(parts.shape[1] + 1, dtype=table.dtype)
    hidden = inputs[:-1]
    weights, last = upper.with_bias, upper.upper is None
    scores = hidden if last else np.empty(weights.shape[1], dtype=table.dtype)
    rectified = len(parts) == 1 and upper.rectified
    lowest, unseen = np.finfo(table.dtype).min, upper.unseen

    def score(ids: Sequence[int]) -> np.ndarray:
        i0, i1, i2, i3, i4, i5, i6, i7, *more = ids
        add(c0[i0], c1[i1], out=total)
        add(total, c2[i2], out=total)
        add(total, c3[i3], out=total)
        add(total, c4[i4], out=total)
        add(total, c5[i5], out=total)
        add(total, c6[i6], out=total)
        add(total, c7[i7], out=total)
        if more:
            for column, token in zip(others, more, strict=True):
                add(total, column[token], out=total)
        larger(first, second, out=hidden)
        for part in others_of:
            larger(hidden, part, out=hidden)
        if rectified:
            larger(hidden, 0, out=hidden)
        if not last:
            dot(inputs, weights, out=scores)
        if unseen:
            scores[unseen] = lowest
        return scores

    return score
