"""Pool the token vectors of a document by its first, last, largest or mean values."""

from collections.abc import Callable, Sequence
from typing import Any

from thinc.api import Model

from kernel_architectures.textcat.segments import lengths_of

REDUCTIONS = ("first", "last", "max", "mean")


def Reduce(reductions: Sequence[str]) -> Model[Any, Any]:
    """Concatenate reductions of each document's vectors, in the order of `REDUCTIONS`.

    Input: a list of (n tokens, width) arrays; output: (D, width * number of reductions). A document without tokens
    gets a row of zeros.
    """
    chosen = [name for name in REDUCTIONS if name in reductions]
    return Model("reduce", _forward, attrs={"reductions": chosen})


def _forward(
    model: Model[Any, Any], vectors: Sequence[Any], is_train: bool
) -> tuple[Any, Callable[[Any], Any]]:
    ops = model.ops
    xp = ops.xp
    counts = lengths_of(vectors)
    lengths = ops.asarray(counts)
    X = ops.flatten(vectors)
    filled = xp.flatnonzero(lengths)
    sizes = lengths[filled]
    ends = xp.cumsum(sizes)
    width = X.shape[1]
    chosen = model.attrs["reductions"]
    output = xp.zeros((len(lengths), width * len(chosen)), dtype=X.dtype)
    which = None
    for i, name in enumerate(chosen if len(filled) else ()):
        columns = slice(i * width, (i + 1) * width)
        if name == "first":
            output[filled, columns] = X[ends - sizes]
        elif name == "last":
            output[filled, columns] = X[ends - 1]
        elif name == "mean":
            output[filled, columns] = ops.reduce_mean(X, sizes)
        else:
            output[filled, columns], which = ops.reduce_max(X, sizes)

    def backprop(d_output: Any) -> list[Any]:
        dX = xp.zeros(X.shape, dtype=X.dtype)
        for i, name in enumerate(chosen if len(filled) else ()):
            d_part = xp.ascontiguousarray(d_output[filled, i * width : (i + 1) * width])
            if name == "first":
                dX[ends - sizes] += d_part
            elif name == "last":
                dX[ends - 1] += d_part
            elif name == "mean":
                dX += ops.backprop_reduce_mean(d_part, sizes)
            else:
                dX += ops.backprop_reduce_max(d_part, which, sizes)
        unflat: list[Any] = ops.unflatten(dX, counts)
        return unflat

    return output, backprop
