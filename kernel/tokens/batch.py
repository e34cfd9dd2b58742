"""The columns of a batch of documents: read, or written, for all of its tokens at once.

Whoever annotates does it here: one array with a value for each of the N tokens of the batch, one document after
another, instead of a loop over tokens. The types are those of `columns.dtype_of`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise, repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError
from kernel.tokens.columns import dtype_of, values_of
from kernel.tokens.doc import Doc
from kernel.tokens.group_data import GroupData
from kernel.tokens.heads import starts_from_heads
from kernel.vocab import attrs
from kernel.vocab.lexemes import LexemeTable


def _shared_table(docs: Sequence[Doc]) -> LexemeTable | None:
    table = docs[0].table if docs else None
    return table if all(doc.table is table for doc in docs) else None


def batch_rows(docs: Sequence[Doc]) -> tuple[LexemeTable | None, NDArray[np.int32]]:
    """The generation of the documents and a row per token, shape (N,).

    The generation is None if there are several (or no documents); the rows then have no common meaning. They may be the rows
    of the only document: not to be written to.
    """
    if len(docs) == 1:
        return docs[0].table, docs[0].rows
    rows = np.concatenate([doc.rows for doc in docs]) if docs else np.zeros(0, dtype=np.int32)
    return _shared_table(docs), rows


def batch_column(docs: Sequence[Doc], attr: int, default: Any = None) -> NDArray[Any]:
    """One attribute of all tokens in its own type, shape (N,); `default` where a Doc hasn't set it."""
    if not docs:
        return np.zeros(0, dtype=np.uint64)
    if default is None or attr not in attrs.ANNOTATIONS:
        return np.concatenate([values_of(doc, attr) for doc in docs])
    parts = [doc.columns.get(attr) for doc in docs]
    filled = [
        np.full(len(doc), default, dtype=values_of(doc, attr).dtype) if part is None else part
        for doc, part in zip(docs, parts, strict=True)
    ]
    return np.concatenate(filled)


def batch_has(docs: Sequence[Doc], attr: int) -> bool:
    """Whether any of the documents has a column of an annotation."""
    return any(attr in doc.columns for doc in docs)


def set_batch_column(docs: Sequence[Doc], attr: int, values: NDArray[Any], *, overwrite: bool = True) -> None:
    """Set an annotation of all tokens, shape (N,). Each document keeps its slice of the array.

    overwrite: if not, what a token has already (a value other than 0) stays, and only the other tokens are set.
    """
    if overwrite and len(docs) == 1:
        docs[0].set_column(attr, values)
        return
    values = np.asarray(values, dtype=dtype_of(attr))
    _check_size(docs, values)
    end = 0
    for doc in docs:
        start, end = end, end + len(doc.rows)
        found = values[start:end]
        present = None if overwrite else doc.columns.get(attr)
        doc.set_column(attr, found if present is None else np.where(present != 0, present, found))


def set_batch_entities(
    docs: Sequence[Doc],
    iob: NDArray[np.int8],
    types: NDArray[np.uint64],
    found: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint64]] | None = None,
) -> None:
    """Set the entities of all documents. Each keeps its slices of the arrays.

    iob: int8 (N,), 0 for missing, 1 I, 2 O, 3 B. types: uint64 (N,), the number of the label, 0 outside. found: the E
    entities that these two describe, if it is known, so that nobody has to look: first token, token after the last
    (int64 (E,), counted over the batch, ascending) and label (uint64 (E,)).
    """
    _check_size(docs, iob)
    _check_size(docs, types)
    borders = list(accumulate([len(doc.rows) for doc in docs], initial=0))
    if found is None:
        for doc, (start, end) in zip(docs, pairwise(borders), strict=True):
            doc.set_entity_columns(iob[start:end], types[start:end])
        return
    starts, ends, labels = found
    if len(docs) == 1:
        # One call for one text: its entities are those of the batch.
        own = list(zip(starts.tolist(), ends.tolist(), labels.tolist(), strict=True))
        docs[0].set_entity_columns(iob, types, own)
        return
    parts = np.searchsorted(starts, borders)
    shift = np.repeat(borders[:-1], np.diff(parts))
    own = list(zip((starts - shift).tolist(), (ends - shift).tolist(), labels.tolist(), strict=True))
    for doc, (start, end), (first, last) in zip(
        docs, pairwise(borders), pairwise(parts.tolist()), strict=True
    ):
        doc.set_entity_columns(iob[start:end], types[start:end], own[first:last])


def set_batch_spans(
    docs: Sequence[Doc],
    key: str,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    labels: NDArray[np.uint64] | None = None,
    group_attrs: Sequence[Mapping[str, Any]] | None = None,
    ids: NDArray[np.uint64] | None = None,
) -> None:
    """Replace one span group of all documents.

    starts, ends: first token and token after the last of S spans, int64 (S,), counted over the batch; no span is empty, and those of a
    document come after those of the document before. labels, ids: uint64 (S,), numbers of strings; None if they have none.
    group_attrs: for each document the attributes of its group.
    """
    borders = np.fromiter(accumulate([len(doc.rows) for doc in docs], initial=0), np.int64, len(docs) + 1)
    owner = np.searchsorted(borders[1:], starts, side="right")
    if len(owner) and (
        (starts < 0).any()
        or (np.diff(owner) < 0).any()
        or (starts >= ends).any()
        or owner[-1] == len(docs)
        or (ends > borders[owner + 1]).any()
    ):
        raise DataError(
            f"spans for the group {key!r} are empty, out of order or reach out of their documents"
        )
    parts = np.searchsorted(owner, np.arange(len(docs) + 1)).tolist()
    shift = borders[owner]
    names, span_ids = (repeat(0, len(starts)) if each is None else each.tolist() for each in (labels, ids))
    # One number object for each place, however many spans begin or end there: where many do, that is two fifths of the memory.
    place_of = list(range(int((ends - shift).max(initial=0)) + 1)).__getitem__
    first, after = (map(place_of, (each - shift).tolist()) for each in (starts, ends))
    records = list(zip(first, after, names, repeat(0), span_ids, strict=False))
    for place, (doc, (first, last)) in enumerate(zip(docs, pairwise(parts), strict=True)):
        own = {} if group_attrs is None else dict(group_attrs[place])
        doc.groups[key] = GroupData(key, own, records[first:last])
        doc.version += 1


def set_batch_heads(docs: Sequence[Doc], relative: NDArray[np.int32], labels: NDArray[np.uint64]) -> None:
    """Set the trees of all documents, and the sentence starts that follow: each tree is a sentence.

    relative: heads, each relative to its token, int32 (N,), 0 for roots. labels: of the arcs, uint64 (N,), numbers of
    strings. `DataError` if heads leave their document or form a cycle.
    """
    _check_size(docs, relative)
    _check_size(docs, labels)
    heads = np.arange(len(relative)) + relative
    lengths = [len(doc.rows) for doc in docs]
    firsts, ends = _borders(lengths)
    outside = (heads < firsts) | (heads >= ends)
    if outside.any():
        place = int(outside.argmax())
        document = bisect_right(list(accumulate(lengths)), place)
        token = place - sum(lengths[:document])
        raise DataError(f"the head of token {token} lies outside the text", document=document)
    starts = starts_from_heads(relative)
    for attr, values in ((attrs.HEAD, relative), (attrs.DEP, labels), (attrs.SENT_START, starts)):
        set_batch_column(docs, attr, values)


def _borders(lengths: Sequence[int]) -> tuple[Any, Any]:
    """For each token of documents the first of its document, and the one after the last; only two numbers for one document."""
    if len(lengths) == 1:
        return 0, lengths[0]
    ends = np.cumsum(lengths)
    return np.repeat(ends - lengths, lengths), np.repeat(ends, lengths)


def _check_size(docs: Sequence[Doc], values: NDArray[Any]) -> None:
    """`DataError` if there isn't a value for each token."""
    total = sum([len(doc.rows) for doc in docs])
    if len(values) != total:
        raise DataError(f"{len(values)} values for {total} tokens in {len(docs)} documents")
