"""From the rows of word pieces to one vector per token."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from thinc.api import Model, Ragged

from kernel_transformers.data import TransformerData

# numpy's, cupy's or those of the pretended device.
Array: TypeAlias = Any
Pooling: TypeAlias = "Model[Ragged, Array]"


def pool_pieces(pooling: Pooling) -> Model[list[TransformerData], list[Array]]:
    """Return a layer: what a transformer gave for each Doc to one array (tokens, width) each.

    pooling: makes one row of the rows of each token. A token without any gets zeros, whatever the pooling. The gradient is one
    array (rows of the Doc, width) per Doc.
    """
    return Model(
        "pool_pieces", _forward, init=_init, layers=[pooling], dims={"nI": None, "nO": pooling_width(pooling)}
    )


def pooling_width(pooling: Pooling) -> int | None:
    """The width that a pooling layer says it gives, None if it says nothing."""
    width: int | None = pooling.maybe_get_dim("nO") if pooling.has_dim("nO") else None
    return width


def _init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    pooling, ops = model.layers[0], model.ops
    if not model.has_dim("nI"):
        return
    sample = Ragged(ops.alloc2f(1, model.get_dim("nI")), ops.asarray1i([1]))
    pooling.initialize(X=sample)
    model.set_dim("nO", int(pooling.predict(sample).shape[-1]), force=True)


def _forward(
    model: Model[list[TransformerData], list[Array]], outputs: Sequence[TransformerData], is_train: bool
) -> tuple[list[Array], Callable[[Sequence[Array]], list[Array]]]:
    ops, pooling = model.ops, model.layers[0]
    tokens = [len(data) for data in outputs]
    sizes = [int(data.rows.shape[0]) for data in outputs]
    counts = np.concatenate([np.zeros(0, "int64"), *(data.wordpieces.align_lengths for data in outputs)])
    if not counts.any():
        width = _width(model, outputs)
        nothing = ops.alloc2f(len(counts), width)
        return ops.unflatten(nothing, tokens), lambda gradients: [data.rows * 0 for data in outputs]
    # A Doc without rows may not even know its width.
    rows = ops.flatten([ops.asarray(data.rows) for data in outputs if len(data.rows)])
    starts = np.cumsum([0, *sizes[:-1]])
    pairs = zip(outputs, starts, strict=True)
    numbers = np.concatenate([data.wordpieces.align_rows + start for data, start in pairs])
    index = ops.asarray(numbers)
    covered = None if counts.all() else ops.asarray(np.flatnonzero(counts))
    lengths = ops.asarray1i(counts if covered is None else counts[counts > 0])
    pooled, backprop = pooling(Ragged(rows[index], lengths), is_train=is_train)
    vectors = pooled
    if covered is not None:
        vectors = ops.alloc((len(counts), int(pooled.shape[-1])), dtype=pooled.dtype)
        vectors[covered] = pooled

    def learn(gradients: Sequence[Array]) -> list[Array]:
        d_vectors = ops.flatten(gradients)
        d_taken = backprop(d_vectors if covered is None else d_vectors[covered]).dataXd
        d_rows = ops.alloc(rows.shape, dtype=rows.dtype)
        if np.bincount(numbers).max() == 1:
            d_rows[index] = d_taken
        else:
            ops.scatter_add(d_rows, index, d_taken)
        parts: list[Array] = ops.unflatten(d_rows, sizes)
        return parts

    return ops.unflatten(vectors, tokens), learn


def _width(model: Model[Any, Any], outputs: Sequence[TransformerData]) -> int:
    if model.has_dim("nO"):
        return int(model.get_dim("nO"))
    return max((data.width for data in outputs), default=0)
