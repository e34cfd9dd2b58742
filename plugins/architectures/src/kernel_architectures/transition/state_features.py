"""The lower layer of a transition model: a state is the sum of what its feature tokens contribute.

A state has nF slots, each with the number of a token or -1 for none. The contribution of a token depends on the slot
only, so that it can be computed once per token and slot wherever that is less work than once per state
(Kiperwasser and Goldberg 2016 describe such features; the precomputation is Chen and Manning's, 2014).

Parameters, with nO outputs in nP pieces from vectors of width nI:
    W (nF, nP, nO, nI)    spaCy's (nF, nO, nP, nI) with axes 1 and 2 exchanged
    b (nP, nO)            spaCy's (nO, nP) transposed
    pad (nF, nP, nO)      what a missing token contributes; spaCy's (1, nF, nO, nP)[0] with axes 1 and 2 exchanged
Weights of spaCy with 13 slots have the second right child of the token below the top of the stack in slot 8, where ours have the
second left child of the top: theirs is overwritten before it is used. Such weights come with the attribute `second_right`. States of one piece
are rectified where they are learned from, but not in its prediction: weights that were trained so come with `linear_in_prediction`.
Both attributes go when other weights are drawn.

The pieces of a state lie side by side (nP * nO columns), as `kernel.numeric.ops.maxout` has them.
"""

from collections.abc import Callable
from typing import Any

from thinc.api import Model, Ops

from kernel.numeric.server import read

Array = Any

TABLES = 64 << 20
"""Memory for contributions of all tokens of a batch, once these are asked for often."""


def StateFeatures(nO: int | None, nF: int, nP: int, nI: int | None = None) -> Model[Any, Any]:
    """(token vectors (N, nI), ids (S, nF)) -> states before the activation (S, nP * nO)."""
    return Model(
        "state_features",
        _forward,
        init=_init,
        dims={"nO": nO, "nF": nF, "nP": nP, "nI": nI},
        params={"W": None, "b": None, "pad": None},
    )


class Slots:
    """The layer at work on the vectors of one batch."""

    def __init__(self, model: Model[Any, Any], vectors: Array) -> None:
        self.model = model
        self.ops: Ops = model.ops
        self.vectors = vectors
        W = read(model, "W")
        n_slots, pieces, width, n_inputs = W.shape
        self.weights = W.reshape(n_slots, pieces * width, n_inputs)
        self.bias = read(model, "b").reshape(-1)
        self.pad = read(model, "pad").reshape(n_slots, pieces * width)
        self._requested = [0] * n_slots
        self._tables: dict[int, Array] = {}

    def sum_first(self, start: int, stop: int) -> Array:
        """The states (stop - start, nP * nO) of the tokens from `start` to `stop`, each by itself in slot 0."""
        states = self._product(self.vectors[start:stop], 0)
        constant = self.bias
        for missing in self.pad[1:]:
            constant = constant + missing
        states += constant
        return states

    def sum(self, ids: Array) -> Array:
        """The states (S, nP * nO) with feature tokens `ids` (S, nF)."""
        given = ids >= 0
        counts = given.sum(axis=0).tolist()
        constant = self.bias
        states = None
        missing: list[tuple[Array, Array]] = []
        for slot in range(ids.shape[1]):
            if not counts[slot]:
                constant = constant + self.pad[slot]
            elif counts[slot] == len(ids):
                whole = slot == 0 and self._is_every_token(ids)
                part = self._contribution(slot, None if whole else ids[:, slot])
                states = part if states is None else _add(states, part)
            else:
                if states is None:
                    states = self.ops.xp.zeros((len(ids), len(self.bias)), dtype=self.vectors.dtype)
                there = given[:, slot]
                rows = self.ops.xp.flatnonzero(there)
                states[rows] += self._contribution(slot, ids[rows, slot])
                missing.append((~there, self.pad[slot]))
        if states is None:
            states = self.ops.xp.zeros((len(ids), len(self.bias)), dtype=self.vectors.dtype)
        states += constant
        for rows, pad in missing:
            states[rows] += pad
        return states

    def _is_every_token(self, ids: Array) -> bool:
        n = len(self.vectors)
        return len(ids) == n and bool((ids[:, 0] == self.ops.xp.arange(n, dtype=ids.dtype)).all())

    def _contribution(self, slot: int, tokens: Array | None) -> Array:
        """What `tokens` (None: all, in order) contribute in a slot. A fresh array."""
        if tokens is None:
            return self._product(self.vectors, slot)
        self._requested[slot] += len(tokens)
        size = len(self.vectors) * len(self.bias) * self.vectors.dtype.itemsize
        often = self._requested[slot] > len(self.vectors)
        if slot not in self._tables and often and size * (len(self._tables) + 1) <= TABLES:
            self._tables[slot] = self._product(self.vectors, slot)
        if slot in self._tables:
            return self._tables[slot][tokens]
        return self._product(self.vectors[tokens], slot)

    def _product(self, vectors: Array, slot: int) -> Array:
        return self.ops.gemm(vectors, self.weights[slot], trans2=True)

    def backprop(self, d_states: Array, ids: Array, d_vectors: Array) -> None:
        """Add to the gradients of the parameters, and to `d_vectors` (N, nI)."""
        ops, model = self.ops, self.model
        d_weights = ops.xp.zeros_like(self.weights)
        d_pad = ops.xp.zeros_like(self.pad)
        total = d_states.sum(axis=0)
        given = ids >= 0
        for slot in range(ids.shape[1]):
            there = given[:, slot]
            if slot == 0 and self._is_every_token(ids):
                d_weights[slot] = ops.gemm(d_states, self.vectors, trans1=True)
                d_vectors += ops.gemm(d_states, self.weights[slot])
                continue
            rows = ops.xp.flatnonzero(there)
            if not len(rows):
                d_pad[slot] = total
                continue
            d_here, tokens = d_states[rows], ops.xp.ascontiguousarray(ids[rows, slot])
            d_weights[slot] = ops.gemm(d_here, self.vectors[tokens], trans1=True)
            ops.scatter_add(d_vectors, tokens, ops.gemm(d_here, self.weights[slot]))
            if len(rows) < len(ids):
                d_pad[slot] = d_states[~there].sum(axis=0)
        for name, value in (("W", d_weights), ("b", total), ("pad", d_pad)):
            model.inc_grad(name, value.reshape(read(model, name).shape))


def _add(states: Array, part: Array) -> Array:
    states += part
    return states


def _forward(
    model: Model[Any, Any], inputs: tuple[Array, Array], is_train: bool
) -> tuple[Array, Callable[[Array], Any]]:
    vectors, ids = inputs
    slots = Slots(model, vectors)

    def backprop(d_states: Array) -> Any:
        d_vectors = model.ops.xp.zeros_like(vectors)
        slots.backprop(d_states, ids, d_vectors)
        return d_vectors, ids

    return slots.sum(ids), backprop


def _init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    """Normal weights, then rescaled until random states have mean 0 and variance 1 after maxout.

    Layer-sequential unit variance: Mishkin and Matas 2016.
    """
    for of_weights in ("second_right", "linear_in_prediction"):
        model.attrs.pop(of_weights, None)
    dims = [model.get_dim(name) for name in ("nF", "nP", "nO", "nI")]
    n_slots, pieces, width, n_inputs = dims
    ops = model.ops
    W = draw(ops, dims, n_slots * n_inputs)
    b = ops.alloc2f(pieces, width)
    model.set_param("pad", ops.alloc3f(n_slots, pieces, width))
    inputs = draw(ops, (500, n_slots, n_inputs), 1)
    for _ in range(10):
        states = ops.xp.einsum("sfi,fpoi->spo", inputs, W) + b
        output = states.max(axis=1) if pieces > 1 else states[:, 0]
        mean, deviation = float(output.mean()), float(output.std())
        if abs(deviation - 1) < 0.01 and abs(mean) < 0.01:
            break
        W /= max(deviation, 1e-6)
        b -= mean
    model.set_param("W", W)
    model.set_param("b", b)


def draw(ops: Ops, shape: Any, fan_in: int) -> Array:
    """Normally distributed numbers of variance 1 / fan_in, from numpy's generator on every device."""
    import numpy

    return ops.asarray(numpy.random.normal(0, (1 / fan_in) ** 0.5, tuple(shape)).astype("float32"))
