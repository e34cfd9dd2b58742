"""Trees and sentences from a column of heads, each relative to its token."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError


def checked_starts(relative: NDArray[np.int32]) -> NDArray[np.int8]:
    """`starts_from_heads`; DataError also if a head lies outside the text."""
    heads = np.arange(len(relative)) + relative
    wrong = np.flatnonzero((heads < 0) | (heads >= len(heads)))
    if len(wrong):
        raise DataError(
            f"the head of token {int(wrong[0])} is token {int(heads[wrong[0]])}, outside the text"
        )
    return starts_from_heads(relative)


def roots_of(heads: NDArray[Any]) -> NDArray[np.int64]:
    """The root of each token's tree from relative heads, shape (n,). DataError if there is a cycle."""
    position = np.arange(len(heads))
    root: NDArray[np.int64] = position + heads
    # Each pass doubles the distance followed, so that log2(depth) passes reach every root.
    for _ in range(max(1, len(heads)).bit_length() + 1):
        further = root[root]
        if np.array_equal(further, root):
            break
        root = further
    in_cycle = np.flatnonzero(heads[root] != 0)
    if len(in_cycle):
        raise DataError(f"the heads form a cycle that token {int(in_cycle[0])} hangs on")
    return root


def starts_from_heads(heads: NDArray[Any]) -> NDArray[np.int8]:
    """Sentence starts from relative heads: 1 on the first token of each tree, -1 elsewhere."""
    starts = np.full(len(heads), -1, dtype=np.int8)
    if len(heads):
        _, first = np.unique(roots_of(heads), return_index=True)
        starts[first] = 1
        starts[0] = 1
    return starts
