"""Sums over the rows that belong to one document, and their gradient, also for a batch without any token."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def lengths_of(parts: Sequence[Any]) -> NDArray[np.int32]:
    """The number of rows of each array, or tokens of each document: int32 (D,)."""
    return np.fromiter(map(len, parts), dtype=np.int32, count=len(parts))


def sum_rows(ops: Any, X: Any, lengths: Any) -> Any:
    """Add up the rows of each document: (N, width) to (D, width); zeros where a document has none."""
    if not len(X):
        return ops.xp.zeros((len(lengths), X.shape[1]), dtype=X.dtype)
    return ops.reduce_sum(X, lengths)


def repeat_rows(ops: Any, Y: Any, lengths: Any) -> Any:
    """Give every row of a document the document's own: (D, width) to (N, width)."""
    if not int(lengths.sum()):
        return ops.xp.zeros((0, Y.shape[1]), dtype=Y.dtype)
    return ops.backprop_reduce_sum(Y, lengths)
