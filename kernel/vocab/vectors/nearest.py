"""The rows of a table that are nearest to given vectors, exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Numbers of a block of scores.
_BLOCK = 1 << 23
# Digits that float32 can tell: the same vector twice is 1.
_DIGITS = 6


def nearest(
    table: NDArray[np.float32], norms: NDArray[np.float32], queries: NDArray[Any], n: int, batch_size: int
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The n rows of the highest cosine with each query, the best first, of equal ones the lower row first.

    norms: of the rows, (rows,); those below 0 are left out, and at least n are not. Returns rows and scores, (queries, n).
    """
    rows = np.zeros((len(queries), n), dtype=np.int32)
    scores = np.zeros((len(queries), n), dtype=np.float32)
    if n == 0 or not len(queries):
        return rows, scores
    scale = np.where(norms > 0, 1 / np.where(norms > 0, norms, 1), 0).astype(np.float32)
    out = np.flatnonzero(norms < 0)
    step = max(1, min(batch_size, _BLOCK // len(table)))
    for start in range(0, len(queries), step):
        batch = np.ascontiguousarray(queries[start : start + step], dtype=np.float32)
        lengths = np.linalg.norm(batch, axis=1, keepdims=True)
        found = (batch / np.where(lengths == 0, 1, lengths)) @ table.T
        found *= scale
        np.round(found, _DIGITS, out=found)
        found[:, out] = -np.inf
        if n == 1:
            # No need to order anything: of equal ones the first is found.
            best = found.argmax(axis=1)
            rows[start : start + step, 0] = best
            scores[start : start + step, 0] = found[np.arange(len(batch)), best]
            continue
        # All that are not below the n-th best: a few more than n if scores are equal.
        limit = np.partition(found, len(table) - n, axis=1)[:, len(table) - n, None]
        query, row = np.nonzero(found >= limit)
        value = found[query, row]
        order = np.lexsort((row, -value, query))
        ends = np.cumsum(np.bincount(query, minlength=len(batch)))
        firsts = np.concatenate([[0], ends[:-1]])
        chosen = order[firsts[:, None] + np.arange(n)]
        rows[start : start + step] = row[chosen]
        scores[start : start + step] = value[chosen]
    return rows, np.clip(scores, -1.0, 1.0)


def lengths_of(table: NDArray[np.float32]) -> NDArray[np.float32]:
    """The length (L2) of each row."""
    lengths: NDArray[np.float32] = np.sqrt(np.einsum("ij,ij->i", table, table))
    return lengths
