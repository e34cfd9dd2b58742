"""Token vectors of spans."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from thinc.api import Model, Ragged

from kernel.errors import DataError
from kernel_architectures.spans.span_vectors import SpanVectors, TokenGradient


def extract_spans() -> Model[tuple[Ragged, Ragged], Ragged]:
    """Take the token vectors of spans out of those of documents.

    Input: the token vectors (N, width), a sequence for each of D documents; and the spans (S, 2), where each starts and ends in
    its document, a sequence for each document. Output: a sequence of token vectors for each of the S spans. `DataError` for a span
    that is empty or leaves its document.
    """
    return Model("extract_spans", _forward)


def _forward(
    model: Model[Any, Any], source: tuple[Ragged, Ragged], is_train: bool
) -> tuple[SpanVectors, Callable[[Any], tuple[Ragged, Ragged]]]:
    ops = model.ops
    X, spans = source
    sizes = ops.to_numpy(X.lengths).astype(np.int64)
    vectors = X.dataXd
    starts, lengths = _places(ops.to_numpy(spans.dataXd), ops.to_numpy(spans.lengths), sizes)
    extracted = SpanVectors(ops, vectors, starts, lengths)

    def backprop(gradient: TokenGradient | Ragged) -> tuple[Ragged, Ragged]:
        if isinstance(gradient, TokenGradient):
            d_vectors = gradient.vectors
        else:
            d_vectors = ops.xp.zeros_like(vectors)
            if len(starts):
                ops.scatter_add(d_vectors, ops.asarray(extracted.tokens()), gradient.dataXd)
        return Ragged(d_vectors, X.lengths), spans

    return extracted, backprop


def _places(
    spans: NDArray[Any], counts: NDArray[Any], sizes: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first token of each span, counted over all documents, and its number of tokens."""
    places = np.reshape(spans, (-1, 2)).astype(np.int64)
    starts, ends = places[:, 0], places[:, 1]
    wrong = np.flatnonzero((starts < 0) | (starts >= ends) | (ends > np.repeat(sizes, counts)))
    if len(wrong):
        document = int(np.searchsorted(np.cumsum(counts), wrong[0], side="right"))
        start, end = places[wrong[0]].tolist()
        raise DataError(
            f"there is no span from token {start} to before token {end} in a document of {sizes[document]} tokens",
            document=document,
        )
    return starts + np.repeat(np.cumsum(sizes) - sizes, counts), ends - starts
