"""Pool the token vectors of a document into one, weighted by a learned attention."""

from collections.abc import Callable, Sequence
from typing import Any

from thinc.api import Model, get_width

from kernel.numeric.server import read

from .segments import lengths_of, repeat_rows, sum_rows


def AttentionPooling(nO: int | None = None, key_transform: Model[Any, Any] | None = None) -> Model[Any, Any]:
    """Sum the vectors of each document, weighted by softmax(K @ Q) over its tokens, where K is key_transform(X), or X without one.

    Input: a list of (n tokens, nO) arrays; output: one row a document, (D, nO), zero for a document without
    tokens. Parameter: Q (nO,), the same as in thinc's ParametricAttention. key_transform: (N, nO) -> (N, nO), as in its version 2.
    """
    layers = [] if key_transform is None else [key_transform]
    return Model(
        "attention_pooling", _forward, init=_init, layers=layers, params={"Q": None}, dims={"nO": nO}
    )


def _init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    if X is not None and model.has_dim("nO") is None:
        model.set_dim("nO", get_width(X))
    for key_transform in model.layers:
        width = model.get_dim("nO")
        for dim in ("nO", "nI"):
            if key_transform.has_dim(dim) is None:
                key_transform.set_dim(dim, width)
        key_transform.initialize()
    Q = model.ops.alloc1f(model.get_dim("nO"))
    Q += model.ops.xp.random.uniform(-0.1, 0.1, Q.shape)
    model.set_param("Q", Q)


def _forward(
    model: Model[Any, Any], vectors: Sequence[Any], is_train: bool
) -> tuple[Any, Callable[[Any], Any]]:
    ops = model.ops
    Q = read(model, "Q")
    counts = lengths_of(vectors)
    lengths = ops.asarray(counts)
    X = ops.flatten(vectors)
    keys, bp_keys = model.layers[0](X, is_train) if model.layers else (X, None)
    weights = _softmax(ops, (keys @ Q).reshape(-1, 1), lengths)
    pooled = sum_rows(ops, X * weights, lengths)

    def backprop(d_pooled: Any) -> list[Any]:
        dX = repeat_rows(ops, d_pooled, lengths)
        d_weights = ops.xp.einsum("ij,ij->i", X, dX)[:, None]
        dX *= weights
        d_weights *= weights
        d_weights -= weights * repeat_rows(ops, sum_rows(ops, d_weights, lengths), lengths)
        model.inc_grad("Q", d_weights[:, 0] @ keys)
        d_keys = d_weights * Q
        dX += d_keys if bp_keys is None else bp_keys(d_keys)
        unflat: list[Any] = ops.unflatten(dX, counts)
        return unflat

    return pooled, backprop


def _softmax(ops: Any, logits: Any, lengths: Any) -> Any:
    """Softmax within each sequence: (N, 1)."""
    filled = lengths[lengths > 0]
    if not len(filled):
        return logits
    peaks, _ = ops.reduce_max(logits, filled)
    weights = ops.xp.exp(logits - repeat_rows(ops, peaks, filled))
    weights /= repeat_rows(ops, sum_rows(ops, weights, filled), filled)
    return weights
