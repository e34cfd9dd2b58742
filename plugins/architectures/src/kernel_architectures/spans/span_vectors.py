"""The token vectors of spans, without a copy of them for each span.

Overlapping spans share tokens: of all n-grams of 1 to 3 tokens, each token is in six. What is computed for spans therefore
takes the vectors of the tokens and the places of the spans, and gives the gradient of the vectors of the tokens.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from thinc.api import Ops, Ragged

from kernel_architectures.spans.windows import Windows


class SpanVectors(Ragged):  # type: ignore[misc]
    """A `Ragged` with a row for every token of every span. The rows are made when they are asked for.

    vectors: of the N tokens, (N, width). starts: the first token of each of the S spans. lengths: its number of tokens, 1 or
    more.
    """

    def __init__(self, ops: Ops, vectors: Any, starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> None:
        self.ops = ops
        self.vectors = vectors
        self.starts, self.counts = starts, lengths
        self.lengths = ops.asarray(lengths, dtype="int32")
        self.data_shape = (-1, vectors.shape[1])
        self.starts_ends = None
        self._windows: Windows | None = None

    @cached_property
    def data(self) -> Any:
        """The rows, (tokens of all spans, width)."""
        return self.vectors[self.ops.asarray(self.tokens())]

    def tokens(self) -> NDArray[np.int64]:
        """The token of every row."""
        ends = np.cumsum(self.counts)
        return np.arange(ends[-1] if len(ends) else 0) + np.repeat(
            self.starts - ends + self.counts, self.counts
        )

    @property
    def windows(self) -> Windows:
        """Sums and maxima of neighbouring vectors; parts of the spans share them."""
        if self._windows is None:
            self._windows = Windows(self.ops.xp, self.vectors, int(self.counts.max(initial=1)))
        return self._windows

    def part(self, start: int, end: int) -> "SpanVectors":
        """Some of the spans, in their order."""
        spans = SpanVectors(self.ops, self.vectors, self.starts[start:end], self.counts[start:end])
        spans._windows = self.windows
        return spans

    def groups(self) -> Iterator[tuple[int, NDArray[np.intp]]]:
        """(length, places of spans): the spans by length. No two of a group are the same."""
        key = self.counts * len(self.vectors) + self.starts
        order = np.argsort(key, kind="stable")
        while len(order):
            # Spans that occur again come in groups of their own: gradients can be added to the tokens of a group at once.
            sorted_key = key[order]
            new = np.ones(len(order), dtype=bool)
            np.not_equal(sorted_key[1:], sorted_key[:-1], out=new[1:])
            members = order[new]
            counts = self.counts[members]
            borders = np.flatnonzero(np.diff(counts, prepend=0, append=0)).tolist()
            for first, end in pairwise(borders):
                yield int(counts[first]), members[first:end]
            order = order[~new]


@dataclass(frozen=True)
class TokenGradient:
    """The gradient of the vectors of a `SpanVectors`: what all spans say of a token is added up already."""

    vectors: Any
    """(N, width)"""


def as_span_vectors(ops: Ops, spans: Ragged) -> SpanVectors:
    """Spans as they are, or one for each sequence of any other `Ragged`."""
    if isinstance(spans, SpanVectors):
        return spans
    lengths = ops.to_numpy(spans.lengths).astype(np.int64)
    if len(lengths) and not lengths.all():
        raise ValueError(f"span {int(np.flatnonzero(lengths == 0)[0])} has no tokens")
    return SpanVectors(ops, spans.dataXd, np.cumsum(lengths) - lengths, lengths)


def gradient_of(spans: Ragged, d_vectors: Any) -> Any:
    """The gradient of the vectors (N, width), in the form that who gave the spans expects."""
    return TokenGradient(d_vectors) if isinstance(spans, SpanVectors) else Ragged(d_vectors, spans.lengths)
