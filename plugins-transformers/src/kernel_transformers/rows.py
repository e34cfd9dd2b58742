"""Rows of word pieces, one window after another without padding, and the padded form of them that other libraries have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from thinc.api import Ragged, get_array_module

from kernel_transformers.pieces.batch import WordpieceBatch, borders

# numpy's, cupy's or those of the pretended device.
Array = Any


class ModelOutput(dict[str, Any]):
    """The padded outputs of a model by name, as attributes too. Only what the model gave is in it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        # What other libraries' outputs answer for what a model doesn't give.
        return self.get(name)

    def to_tuple(self) -> tuple[Any, ...]:
        """The outputs in their order; `last_hidden_state` is the first."""
        return tuple(self.values())


class Rows:
    """Rows of one or several Docs, and the padded form of them.

    rows: (n, width), the last layer's vector of every piece. pooler_output: (windows, width) or None. hidden_states: of every
    layer, (n, width) each, the embeddings first. attentions: of every layer a list of (heads, pieces, pieces), one per window.
    """

    def __init__(
        self,
        wordpieces: WordpieceBatch,
        rows: Array,
        *,
        pooler_output: Array | None = None,
        hidden_states: Sequence[Array] = (),
        attentions: Sequence[Sequence[Array]] = (),
    ) -> None:
        self.wordpieces = wordpieces
        self.rows = rows
        self.pooler_output = pooler_output
        self.hidden_states = tuple(hidden_states)
        self.attentions = tuple(list(layer) for layer in attentions)

    @property
    def width(self) -> int:
        """The number of columns of `rows`."""
        return int(self.rows.shape[-1])

    @property
    def model_output(self) -> ModelOutput:
        """The outputs, padded with zeros to the longest window: `last_hidden_state` (windows, longest, width) and what else there is."""
        lengths = self.wordpieces.lengths
        found = ModelOutput(last_hidden_state=pad(self.rows, lengths))
        if self.pooler_output is not None:
            found["pooler_output"] = self.pooler_output
        if self.hidden_states:
            found["hidden_states"] = tuple(pad(layer, lengths) for layer in self.hidden_states)
        if self.attentions:
            found["attentions"] = tuple(_pad_squares(layer, lengths) for layer in self.attentions)
        return found

    @property
    def tensors(self) -> tuple[Any, ...]:
        """`model_output` as a tuple: the last layer first, the pooler's output, if there is one, next."""
        return self.model_output.to_tuple()

    @property
    def token_rows(self) -> Ragged:
        """For every token, the numbers of its rows in `rows`."""
        return Ragged(self.wordpieces.align_rows, self.wordpieces.align_lengths)

    @property
    def align(self) -> Ragged:
        """For every token, the numbers of its rows in the padded form: in `tensors[0].reshape(-1, width)`."""
        lengths = np.asarray(self.wordpieces.lengths)
        longest = int(lengths.max(initial=0))
        return Ragged(places(lengths, longest)[self.wordpieces.align_rows], self.wordpieces.align_lengths)


def pad(rows: Array, lengths: Array) -> Array:
    """Rows (n, width) of windows one after another as (windows, longest, width), with zeros behind the shorter ones."""
    xp = get_array_module(rows)
    counts = np.asarray(lengths)
    padded = xp.zeros_like(rows, shape=(len(counts), int(counts.max(initial=0)), rows.shape[-1]))
    start = 0
    for number, count in enumerate(counts.tolist()):
        padded[number, :count] = rows[start : start + count]
        start += count
    return padded


def _pad_squares(squares: Sequence[Array], lengths: Array) -> Array:
    """Attention of windows, (heads, pieces, pieces) each, as (windows, heads, longest, longest)."""
    if not squares:
        return np.zeros((0, 0, 0, 0), dtype="float32")
    xp = get_array_module(squares[0])
    longest = int(np.asarray(lengths).max(initial=0))
    padded = xp.zeros_like(squares[0], shape=(len(squares), squares[0].shape[0], longest, longest))
    for number, square in enumerate(squares):
        padded[number, :, : square.shape[1], : square.shape[2]] = square
    return padded


def places(lengths: Array, longest: int) -> Array:
    """Where each row stands when all windows are padded to the longest."""
    skipped = np.arange(len(lengths)) * longest - borders(lengths)[:-1]
    return np.arange(int(lengths.sum())) + np.repeat(skipped, lengths)
