"""From documents and their spans to word pieces, and from each token to its pieces.

A piece belongs to every token that it shares a character with. Everything is counted over the batch, so that there is no loop over
tokens or pieces: "pairs" are the tokens of all spans, a token once for each span that it is in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError
from kernel.tokens import Doc, Span
from kernel_transformers.pieces.batch import WordpieceBatch, borders, within
from kernel_transformers.pieces.cuts import tell_cuts, tell_truncated
from kernel_transformers.pieces.pieces import Pieces
from kernel_transformers.pieces.tokenizer import PieceTokenizer
from kernel_transformers.pieces.truncated import truncated
from kernel_transformers.pieces.windows import Windows, cut, rows

# From documents to the spans of each that are read.
SpanGetter = Callable[[Sequence[Doc]], list[list[Span]]]
_HINT = "A span getter returns a list of spans for each document, in the order of the documents."


def encode(
    tokenizer: PieceTokenizer,
    docs: Sequence[Doc],
    spans: Sequence[Sequence[Span]],
    *,
    cached: bool = False,
    truncate: bool = False,
    gaps: bool = False,
) -> WordpieceBatch:
    """The word pieces of the spans of each document. cached: for texts that come again, as in training.

    A span longer than the model takes is cut into windows. truncate: its first pieces alone are read, and the tokens behind them
    have no rows. gaps: nor has a token that got no piece; else it takes the one before it.

    A token that got no piece in a span (spaces, what the tokenizer throws away) takes the nearest piece before it there, be it a
    special one, unless there may be gaps. A token in several spans has the pieces of all. Raises DataError for spans that don't belong to the documents.
    """
    places = _places(docs, spans)
    if not len(places.docs):
        return WordpieceBatch.empty(np.diff(places.tokens))
    pieces = _never_none(tokenizer, tokenizer.encode(places.texts(docs), cached=cached))
    before, after = len(tokenizer.prefix), len(tokenizer.suffix)
    too_long = int((pieces.lengths > tokenizer.capacity).sum())
    capacity = int(pieces.lengths.max()) if truncate and too_long else tokenizer.capacity
    windows = cut(pieces.lengths, capacity, capacity // 4)
    lengths, rows_of_pieces = rows(windows, (before, after))
    total = borders(lengths)
    openings = np.flatnonzero(np.diff(windows.spans, prepend=-1))
    # The last special piece before each span.
    heads = total[openings] + max(before - 1, 0)
    align_rows, align_lengths = _align(places, pieces, rows_of_pieces, None if gaps else heads)
    doc_windows = np.searchsorted(places.docs[windows.spans], np.arange(len(docs) + 1))
    batch = WordpieceBatch(
        ids=_filled(pieces.table[0], tokenizer.prefix, tokenizer.suffix, windows, pieces, total),
        type_ids=_types(tokenizer, windows, pieces, total),
        lengths=lengths,
        window_spans=places.numbers[windows.spans],
        doc_windows=doc_windows,
        doc_rows=total[doc_windows],
        align_rows=align_rows,
        align_lengths=align_lengths,
        doc_tokens=places.tokens,
        cut=too_long,
        pad_id=tokenizer.pad_id,
        to_strings=tokenizer.strings,
    )
    if not too_long:
        return batch
    if truncate:
        tell_truncated(tokenizer.capacity)
        return truncated(batch, tokenizer.max_length)
    tell_cuts(tokenizer.capacity)
    return batch


def spans_of(get_spans: Callable[[Sequence[Doc]], Any], docs: Sequence[Doc]) -> list[list[Span]]:
    """What a span getter gives for documents, in lists. DataError if it is something else than spans of each of them."""
    given = get_spans(docs)
    if isinstance(given, Mapping | str) or not isinstance(given, Iterable):
        raise DataError(f"the span getter gave an object of type {type(given).__name__}", hint=_HINT)
    found = []
    for index, parts in enumerate(given):
        if isinstance(parts, Mapping | str | Doc | Span) or not isinstance(parts, Iterable):
            raise DataError(
                f"the span getter gave an object of type {type(parts).__name__} for document {index}",
                hint=_HINT,
            )
        found.append(list(parts))
        wrong = [type(each).__name__ for each in found[-1] if not isinstance(each, Span)]
        if wrong:
            raise DataError(
                f"the span getter gave an object of type {wrong[0]} among the spans of document {index}",
                hint=_HINT,
            )
    return found


@dataclass(eq=False)
class _Places:
    """Where S spans with a token in them lie, in D documents of T tokens.

    tokens: (D + 1,) the first token of each document in the batch. starts, ends: (T,) the characters of each token, counted over the
    batch. docs, first, last: (S,) the document of each span, its first token and the one after its last, counted over the batch.
    numbers: (S,) which of all spans it is, those without a token too.
    """

    tokens: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    docs: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    numbers: NDArray[np.int64]
    characters: NDArray[np.int64]

    def texts(self, docs: Sequence[Doc]) -> list[str]:
        """The text of each span."""
        shift = self.characters[self.docs]
        starts, ends = self.starts[self.first] - shift, self.ends[self.last - 1] - shift
        columns = zip(self.docs.tolist(), starts.tolist(), ends.tolist(), strict=True)
        whole = [doc.text for doc in docs]
        return [whole[doc][start:end] for doc, start, end in columns]


def _places(docs: Sequence[Doc], spans: Sequence[Sequence[Span]]) -> _Places:
    if len(spans) != len(docs):
        raise DataError(f"the span getter gave spans of {len(spans)} documents for {len(docs)}", hint=_HINT)
    found, number = [], -1
    for index, (doc, parts) in enumerate(zip(docs, spans, strict=True)):
        for span in parts:
            number += 1
            if span.doc is not doc:
                raise DataError(
                    f"the span getter gave a span of another text for document {index}: {span.text[:40]!r}",
                    hint=_HINT,
                )
            if span.start < span.end:
                found.append((index, span.start, span.end, number))
    flat = np.array(found, dtype=np.int64).reshape(-1, 4)
    sizes = [len(doc.rows) for doc in docs]
    tokens = borders(sizes)
    offsets = [doc.offsets() for doc in docs]
    characters = borders([int(each[-1]) for each in offsets])
    shift = np.repeat(characters[:-1], sizes)
    nothing = np.zeros(0, dtype=np.int64)
    starts = np.concatenate([nothing, *(each[:-1] for each in offsets)]) + shift
    ends = np.concatenate(
        [nothing, *(each[1:] - doc.spaces for each, doc in zip(offsets, docs, strict=True))]
    )
    base = tokens[flat[:, 0]]
    return _Places(
        tokens,
        starts,
        ends + shift,
        flat[:, 0],
        flat[:, 1] + base,
        flat[:, 2] + base,
        flat[:, 3],
        characters,
    )


def _never_none(tokenizer: PieceTokenizer, pieces: Pieces) -> Pieces:
    """A window has a piece, even if nothing is left of its text and there are no special ones."""
    if len(tokenizer.prefix) + len(tokenizer.suffix) or pieces.lengths.all():
        return pieces
    empty = np.flatnonzero(pieces.lengths == 0)
    filler = np.array([[tokenizer.unknown_id], [0], [0]], dtype=np.int32)
    table = np.insert(pieces.table, borders(pieces.lengths)[empty], filler, axis=1)
    return Pieces(table, np.maximum(pieces.lengths, 1))


def _filled(
    content: NDArray[np.int32] | int,
    prefix: NDArray[np.int64],
    suffix: NDArray[np.int64],
    windows: Windows,
    pieces: Pieces,
    total: NDArray[np.int64],
) -> NDArray[np.int64]:
    """A value for each row: those of the pieces of each window, with the special ones around them."""
    values = np.empty(int(total[-1]), dtype=np.int64)
    before, after = len(prefix), len(suffix)
    inside = np.ones(len(values), dtype=bool)
    for place in range(before):
        values[total[:-1] + place] = prefix[place]
        inside[total[:-1] + place] = False
    for place in range(after):
        values[total[1:] - after + place] = suffix[place]
        inside[total[1:] - after + place] = False
    if isinstance(content, int) or len(windows.spans) == len(pieces.lengths):
        values[inside] = content
    else:
        sizes = windows.ends - windows.starts
        shift = borders(pieces.lengths)[windows.spans] + windows.starts
        values[inside] = content[np.repeat(shift, sizes) + within(sizes)]
    return values


def _types(
    tokenizer: PieceTokenizer, windows: Windows, pieces: Pieces, total: NDArray[np.int64]
) -> NDArray[np.int64] | None:
    before, after, content = tokenizer.prefix_types, tokenizer.suffix_types, tokenizer.content_type
    if not (content or before.any() or after.any()):
        return None
    return _filled(content, before, after, windows, pieces, total)


def _align(
    places: _Places, pieces: Pieces, rows_of_pieces: NDArray[np.int64], heads: NDArray[np.int64] | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows of all tokens, and how many each has. heads: (S,) the row for what comes before the first piece of a span;
    None if tokens without a piece get no row."""
    # Every span gets characters of its own, one more than it has, so that one search serves all.
    sizes = places.last - places.first
    origins = places.starts[places.first]
    bases = borders(places.ends[places.last - 1] - origins + 1)[:-1]
    pair_tokens = np.repeat(places.first, sizes) + within(sizes)
    move = np.repeat(bases - origins, sizes)
    starts, ends = places.starts[pair_tokens] + move, places.ends[pair_tokens] + move
    shift = np.repeat(bases, pieces.lengths)
    piece_starts, piece_ends = pieces.table[1] + shift, pieces.table[2] + shift

    # A piece meets the pairs from the first that ends after its start to the last that starts before its end.
    first = np.searchsorted(ends, piece_starts, side="right")
    counts = np.searchsorted(starts, piece_ends, side="left") - first
    counts[(piece_ends <= piece_starts) | (counts < 0)] = 0
    pairs = np.repeat(first, counts) + within(counts)
    found = np.repeat(rows_of_pieces, counts)
    bare = np.flatnonzero(np.bincount(pairs, minlength=len(pair_tokens)) == 0)
    if len(bare) and heads is not None:
        pairs = np.concatenate([pairs, bare])
        found = np.concatenate(
            [found, _before(bare, starts, sizes, pieces, piece_starts, rows_of_pieces, heads)]
        )
    return _by_token(places, pair_tokens, pairs, found)


def _before(
    bare: NDArray[np.int64],
    starts: NDArray[np.int64],
    sizes: NDArray[np.int64],
    pieces: Pieces,
    piece_starts: NDArray[np.int64],
    rows_of_pieces: NDArray[np.int64],
    heads: NDArray[np.int64],
) -> NDArray[np.int64]:
    """For pairs without a piece the row of the nearest piece before them in their span."""
    # Pieces may lie out of order, where a normaliser has moved characters.
    reached = np.maximum.accumulate(piece_starts)
    nearest = np.searchsorted(reached, starts[bare], side="right") - 1
    spans = np.repeat(np.arange(len(sizes)), sizes)[bare]
    lacking = nearest < borders(pieces.lengths)[spans]
    found = heads[spans]
    found[~lacking] = rows_of_pieces[nearest[~lacking]]
    return found


def _by_token(
    places: _Places,
    pair_tokens: NDArray[np.int64],
    pairs: NDArray[np.int64],
    found: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows in the order of the tokens, for each token in the order of its spans, for each span in that of the pieces."""
    for keys in (pairs, None):
        keys = pair_tokens[pairs] if keys is None else keys
        if (keys[1:] < keys[:-1]).any():
            order = np.argsort(keys, kind="stable")
            pairs, found = pairs[order], found[order]
    lengths = np.bincount(pair_tokens[pairs], minlength=int(places.tokens[-1]))
    return found, lengths
