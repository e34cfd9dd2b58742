"""Features of a batch of documents: attributes of all their tokens as one array.

Work that depends on the word form alone is done once per distinct form. Distinct forms come in the order in
which they first occur in the batch, so that the result doesn't depend on what was seen before.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kernel.tokens.batch import batch_column, batch_rows
from kernel.tokens.columns import as_uint64
from kernel.tokens.doc import Doc
from kernel.vocab import attrs


def lexical(names: Sequence[int]) -> bool:
    """Whether all attributes depend on the word form alone."""
    return attrs.LEXICAL.issuperset(names)


def token_features(docs: Sequence[Doc], names: Sequence[int]) -> NDArray[np.uint64]:
    """Attributes of all tokens, shape (N, len(names))."""
    table, rows = batch_rows(docs)
    features = np.empty((len(rows), len(names)), dtype=np.uint64)
    for column, attr in enumerate(names):
        if table is not None and attr in attrs.LEXICAL:
            features[:, column] = table.column(attr)[rows]
        else:
            features[:, column] = as_uint64(batch_column(docs, attr))
    return features


def unique_features(
    docs: Sequence[Doc], names: Sequence[int]
) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Attributes of the distinct tokens, shape (U, len(names)), and each token's place there, shape (N,).

    Tokens are the same if their word form is (form and norm), where all attributes are lexical; otherwise if
    the attributes' values are. `features[inverse]` is `token_features(docs, names)`.
    """
    if not lexical(names):
        features = token_features(docs, names)
        first, inverse = _distinct_lines(features)
        return features[first], inverse
    table, rows = batch_rows(docs)
    if table is None:
        # Several generations: form and norm tell the word forms apart, as rows do in one.
        first, inverse = _distinct_lines(token_features(docs, (attrs.ORTH, attrs.NORM)))
        return token_features(docs, names)[first], inverse
    chosen, inverse = distinct_rows(rows, len(table))
    features = np.empty((len(chosen), len(names)), dtype=np.uint64)
    for column, attr in enumerate(names):
        features[:, column] = table.column(attr)[chosen]
    return features, inverse


def distinct_rows(rows: NDArray[np.int32], size: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The distinct rows (all below `size`) in order of first occurrence, and each row's place there."""
    count = np.arange(len(rows), dtype=np.int32)
    first_of = np.empty(size, dtype=np.int32)
    # Written from the back, the first occurrence stays.
    first_of[rows[::-1]] = count[::-1]
    first = first_of[rows]
    opens = first == count
    place = np.cumsum(opens, dtype=np.int32) - 1
    return rows[opens], place[first]


def _distinct_lines(features: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Where each distinct line first occurs, in that order, and each line's place there."""
    if len(features) == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32)
    _, first, inverse = np.unique(features, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    return first[order], place[inverse.reshape(-1)]
