"""The linear layer over hashed n-grams of the field's first versions, whose classes share one row of weights."""

from collections.abc import Callable
from typing import Any

from thinc.api import Model, get_width

from kernel.numeric.server import gradient, read
from kernel_architectures.textcat.hashed_linear import blocks_of
from kernel_architectures.textcat.segments import repeat_rows, sum_rows

# The size of the table, which no setting changes.
LENGTH = 1 << 18


def SharedLinear(nO: int | None = None, length: int = LENGTH) -> Model[Any, Any]:
    """Sum weights over the n-grams of each document, and add a bias.

    Input: the pairs (rows int32 (2, M), lengths int32 (D,)) of `NgramBuckets`; output: float32 (D, nO). An n-gram with the row r has
    for class c the weight W[r + c]. Parameters: W (length + nO - 1,), which is the part in use of the weights of thinc's SparseLinear.v1;
    b (nO,). Both start as zeros.
    """
    return Model(
        "shared_linear",
        _forward,
        init=_init,
        params={"W": None, "b": None},
        dims={"nO": nO, "length": length},
    )


def _init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    if Y is not None and model.has_dim("nO") is None:
        model.set_dim("nO", get_width(Y))
    nO = model.get_dim("nO")
    model.set_param("W", model.ops.alloc1f(model.get_dim("length") + nO - 1))
    model.set_param("b", model.ops.alloc1f(nO))


def _forward(model: Model[Any, Any], inputs: Any, is_train: bool) -> tuple[Any, Callable[[Any], Any]]:
    ops = model.ops
    W, b = read(model, "W"), read(model, "b")
    classes = ops.xp.arange(len(b), dtype="int32")
    scores = ops.xp.zeros((len(inputs[0][1]), len(b)), dtype=W.dtype)
    scores += b
    parts = [(rows, lengths, blocks_of(lengths, len(b))) for rows, lengths in inputs]
    for rows, lengths, blocks in parts:
        for docs, run in blocks:
            weights = W.take(rows[0, run][:, None] + classes)
            weights += W.take(rows[1, run][:, None] + classes)
            scores[docs] += sum_rows(ops, weights, lengths[docs])

    def backprop(d_scores: Any) -> Any:
        dW = gradient(model, "W").reshape(-1, 1)
        for rows, lengths, blocks in parts:
            for docs, run in blocks:
                d_weights = repeat_rows(ops, d_scores[docs], lengths[docs]).reshape(-1, 1)
                for half in rows:
                    ops.scatter_add(dW, (half[run][:, None] + classes).ravel(), d_weights)
        model.inc_grad("b", d_scores.sum(axis=0))
        return inputs

    return scores, backprop


def resized(layer: Model[Any, Any], nO: int, bias: float) -> Model[Any, Any]:
    """A layer with more classes. What is learned stays, but new classes have weights of the others from the start; bias: theirs."""
    larger = SharedLinear(nO, layer.get_dim("length"))
    larger.ops = layer.ops
    if layer.has_param("W") is True:
        larger.initialize()
        W, b = read(layer, "W"), read(layer, "b")
        larger.get_param("W")[: len(W)] = W
        larger.get_param("b")[: len(b)] = b
        larger.get_param("b")[len(b) :] = bias
    return larger
