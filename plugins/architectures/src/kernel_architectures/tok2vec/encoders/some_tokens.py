"""The output of a window encoder for some tokens only: each layer computes what they depend on.

The gradient of masked words, say, is wanted at 15 % of the tokens. Of four layers with a window of one token the last computes
these, the one before it also their neighbours, and so on: less than half of all rows. Numbers and gradients are those of the whole, but
for rounding and for what dropout draws.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from thinc.api import Model

from kernel_architectures.tok2vec import dense

Array = Any


@dataclass(frozen=True)
class Step:
    """What one layer computes, of a batch whose documents lie one after the other.

    read: rows of the layer below that are needed, (R,), ascending. sources: for each row that is computed and each place in its
    window, where among these it finds its input, (rows, 2 * window + 1); R for what lies outside of its document.
    """

    read: NDArray[np.int64]
    sources: NDArray[np.int64]


def steps(lengths: Sequence[int], rows: NDArray[np.int64], window: int, depth: int) -> list[Step]:
    """The steps of `depth` layers to the output at `rows`, the lowest layer first. lengths: of the documents."""
    document = np.repeat(np.arange(len(lengths)), lengths)
    offsets = np.arange(-window, window + 1)
    place = np.empty(len(document), dtype=np.int64)
    found = []
    for _ in range(depth):
        near = rows[:, None] + offsets
        inside = (near >= 0) & (near < len(document))
        near = np.where(inside, near, rows[:, None])
        inside &= document[near] == document[rows][:, None]
        needed = np.zeros(len(document), dtype=bool)
        needed[near[inside]] = True
        read = np.flatnonzero(needed)
        place[read] = np.arange(len(read))
        found.append(Step(read, np.where(inside, place[near], len(read))))
        rows = read
    return found[::-1]


def encode_at(
    model: Model[Any, Any], flat: Array, lengths: Sequence[int], rows: NDArray[np.int64], is_train: bool
) -> tuple[Array, Callable[[Array], Array]]:
    """A window encoder's output at `rows` of a batch, (len(rows), width).

    flat: its input, (tokens, width), documents of `lengths` one after the other. The backward pass gives the gradient of all of it.
    """
    ops, window = model.ops, model.attrs["window_size"]
    xp, width = ops.xp, flat.shape[1]
    plan = steps(lengths, rows, window, len(model.layers))
    first = ops.asarray(plan[0].read if plan else rows)
    X = flat[first]
    backprops = []
    for block, step in zip(model.layers, plan, strict=True):
        padded = xp.concatenate([X, xp.zeros((1, width), dtype=X.dtype)])
        sources = ops.asarray(step.sources)
        columns = dense.with_ones(ops, len(sources), sources.shape[1] * width, X.dtype)
        for number in range(sources.shape[1]):
            columns[:, number * width : (number + 1) * width] = padded[sources[:, number]]
        Y, backprop_block = block(columns, is_train)
        X = Y + padded[sources[:, window]]
        backprops.append((backprop_block, sources, len(padded)))

    def backprop(d_output: Array) -> Array:
        dX = d_output
        for backprop_block, sources, size in reversed(backprops):
            d_columns = backprop_block(dX)
            d_below = xp.zeros((size, width), dtype=dX.dtype)
            d_below[sources[:, window]] = dX
            for number in range(sources.shape[1]):
                # Each row is read once for each place in a window; the last is nobody's.
                d_below[sources[:, number]] += d_columns[:, number * width : (number + 1) * width]
            dX = d_below[:-1]
        d_flat = xp.zeros_like(flat)
        d_flat[first] = dX
        return d_flat

    return X, backprop
