"""The vector of a context: the mean of the vectors of its tokens. A context is a range of tokens, such as a sentence."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from thinc.api import Model


def ContextMean() -> Model[Any, Any]:
    """Means of ranges of rows: (X (N, width), ranges int64 (C, 2)) -> (C, width). Ranges are first row and row after the last.

    An empty range has zeros. The ranges lie on the host.
    """
    return Model("context_mean", _forward)


def _forward(
    model: Model[Any, Any], inputs: tuple[Any, NDArray[np.int64]], is_train: bool
) -> tuple[Any, Callable[[Any], Any]]:
    X, ranges = inputs
    ops = model.ops
    sizes = np.maximum(ranges[:, 1] - ranges[:, 0], 0)
    filled = np.flatnonzero(sizes)
    counts = sizes[filled]
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    rows = np.arange(total) + np.repeat(ranges[filled, 0] - (ends - counts), counts)
    places, lengths = ops.asarray(rows), ops.asarray(counts.astype(np.int32))
    Y = ops.xp.zeros((len(ranges), X.shape[1]), dtype=X.dtype)
    if total:
        Y[ops.asarray(filled)] = ops.reduce_mean(X[places], lengths)

    def backprop(dY: Any) -> Any:
        dX = ops.xp.zeros(X.shape, dtype=X.dtype)
        if total:
            d_rows = ops.backprop_reduce_mean(ops.xp.ascontiguousarray(dY[ops.asarray(filled)]), lengths)
            if total <= len(X) and int(np.bincount(rows).max()) == 1:
                dX[places] = d_rows
            else:
                # Contexts of several sentences overlap.
                ops.scatter_add(dX, places, d_rows)
        return dX

    return Y, backprop
