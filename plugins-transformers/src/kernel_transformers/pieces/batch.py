"""The word pieces of a batch of documents, as columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Strings = Callable[[NDArray[np.int64]], list[str]]


@dataclass(eq=False)
class WordpieceBatch:
    """The pieces of D documents in W windows, N pieces in all, and the pieces of each of their T tokens.

    A window is what the model reads at once: a span with the special pieces around it, or a part of a span that is too long.
    Rows are numbered over all windows one after another, 0 to N - 1, without padding.
    """

    ids: NDArray[np.int64]
    """(N,) the number of each piece in the vocabulary of the model."""
    type_ids: NDArray[np.int64] | None
    """(N,) segments; None if all are 0."""
    lengths: NDArray[np.int64]
    """(W,) pieces of each window, special ones too; never 0."""
    window_spans: NDArray[np.int64]
    """(W,) which span a window is, or is a part of, counted over the batch. An empty span has none."""
    doc_windows: NDArray[np.int64]
    """(D + 1,) the windows of document d are doc_windows[d] to doc_windows[d + 1]."""
    doc_rows: NDArray[np.int64]
    """(D + 1,) the same for its rows."""
    align_rows: NDArray[np.int64]
    """(M,) the rows of the first token, then those of the second, and so on."""
    align_lengths: NDArray[np.int64]
    """(T,) how many rows each token has: 0 if no span covers it."""
    doc_tokens: NDArray[np.int64]
    """(D + 1,) the same as `doc_rows` for the tokens of the documents."""
    cut: int = 0
    """How many spans were longer than the model takes."""
    pad_id: int = 0
    to_strings: Strings | None = field(default=None, repr=False)

    def __len__(self) -> int:
        """How many windows there are."""
        return len(self.lengths)

    @property
    def width(self) -> int:
        """Pieces of the longest window."""
        return int(self.lengths.max(initial=0))

    @cached_property
    def mask(self) -> NDArray[np.bool_]:
        """(W, width) where a padded array has a row."""
        mask: NDArray[np.bool_] = np.arange(self.width) < self.lengths[:, None]
        return mask

    @cached_property
    def strings(self) -> list[list[str]]:
        """The pieces of each window as the vocabulary writes them, padded ones too."""
        if self.to_strings is None:
            return []
        flat = self.to_strings(self.input_ids.reshape(-1))
        return [flat[start : start + self.width] for start in range(0, len(flat), max(self.width, 1))]

    @cached_property
    def input_ids(self) -> NDArray[np.int64]:
        """(W, width) the numbers, padded at the end."""
        return self.padded(self.ids, self.pad_id)

    @property
    def attention_mask(self) -> NDArray[np.float32]:
        """(W, width) 1 for a piece, 0 for padding."""
        return self.mask.astype(np.float32)

    @cached_property
    def token_type_ids(self) -> NDArray[np.int64] | None:
        """(W, width) the segments, None if all are 0."""
        return None if self.type_ids is None else self.padded(self.type_ids, 0)

    def padded(self, values: NDArray[np.int64], fill: int) -> NDArray[np.int64]:
        """(W, width) of a value for each row, (N,)."""
        table = np.full(self.mask.shape, fill, dtype=values.dtype)
        table[self.mask] = values
        return table

    @classmethod
    def empty(cls, tokens: Sequence[int] | NDArray[np.int64]) -> WordpieceBatch:
        """That of documents without any span. tokens: how many each has."""
        none = np.zeros(0, dtype=np.int64)
        nothing = np.zeros(len(tokens) + 1, dtype=np.int64)
        total = borders(tokens)
        aligned = np.zeros(int(total[-1]), dtype=np.int64)
        return cls(none, None, none, none, nothing, nothing, none, aligned, total)


def borders(lengths: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
    """(n + 1,) where each of n parts begins, and where the last one ends."""
    ends = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=ends[1:])
    return ends


def within(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """(sum of lengths,) 0, 1, ... in each of the parts."""
    starts = borders(lengths)
    return np.arange(starts[-1]) - np.repeat(starts[:-1], lengths)
