"""The cosine distance of encodings and vectors of entities."""

from __future__ import annotations

from typing import Any

_EPSILON = 1e-8


def cosine_loss(ops: Any, encodings: Any, targets: Any) -> tuple[float, Any]:
    """The mean of 1 - cosine over rows, and the gradient of their sum, in the form of `encodings`. Both are (N, width).

    The gradient is that of each row by itself, whatever the number of rows.
    """
    xp = ops.xp
    X, Y = encodings + _EPSILON, targets + _EPSILON
    norm = xp.sqrt((X * X).sum(axis=1, keepdims=True))
    product = norm * xp.sqrt((Y * Y).sum(axis=1, keepdims=True))
    cosine = (X * Y).sum(axis=1, keepdims=True) / product
    gradient = cosine * X / (norm * norm) - Y / product
    return float((1 - cosine).mean()), gradient.astype(encodings.dtype)
