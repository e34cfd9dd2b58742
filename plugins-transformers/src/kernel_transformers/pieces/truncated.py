"""Spans of which only the first pieces are read, as spacy-transformers does with those that are too long."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kernel_transformers.pieces.batch import WordpieceBatch, borders, within


def truncated(pieces: WordpieceBatch, longest: int) -> WordpieceBatch:
    """The first `longest` pieces of each window, special ones too: those behind the text go with the rest.

    A token behind them has no rows, and gets zeros from the pooling; one that is cut through keeps the rows before.
    """
    kept = within(pieces.lengths) < longest
    lengths = np.minimum(pieces.lengths, longest)
    # The number of each row that stays, among those that stay.
    numbers = borders(kept.astype(np.int64))[:-1]
    of_tokens = np.repeat(np.arange(len(pieces.align_lengths)), pieces.align_lengths)
    aligned = kept[pieces.align_rows]
    return replace(
        pieces,
        ids=pieces.ids[kept],
        type_ids=None if pieces.type_ids is None else pieces.type_ids[kept],
        lengths=lengths,
        doc_rows=borders(lengths)[pieces.doc_windows],
        align_rows=numbers[pieces.align_rows[aligned]],
        align_lengths=np.bincount(of_tokens[aligned], minlength=len(pieces.align_lengths)),
    )
