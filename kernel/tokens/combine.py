"""Documents made of documents: copies, parts and concatenations."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from copy import copy, deepcopy
from importlib import import_module
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError, warn
from kernel.tokens.columns import STRING_COLUMNS, values_of
from kernel.tokens.group_data import GroupData
from kernel.vocab import attrs

if TYPE_CHECKING:
    from kernel.tokens.doc import Doc


def copy_doc(doc: Doc) -> Doc:
    """A Doc with the same content and arrays of its own."""
    new = type(doc).from_rows(doc.vocab, doc.table, doc.rows.copy(), doc.spaces.copy(), doc.known_text)
    new.columns = {attr: column.copy() for attr, column in doc.columns.items()}
    new.known_entities = doc.known_entities
    new.groups = {
        key: GroupData(group.name, deepcopy(group.attrs), list(group.records))
        for key, group in doc.groups.items()
    }
    new.cats = dict(doc.cats)
    new.tensor = doc.tensor.copy() if len(doc.tensor) else doc.tensor
    new.user_data = deepcopy(doc.user_data) if doc.user_data else {}
    new.has_unknown_spaces = doc.has_unknown_spaces
    new.said = None if doc.said is None else doc.said.copy()
    return new


def cut(doc: Doc, start: int, end: int, *, copy_user_data: bool = False) -> Doc:
    """The tokens from start to end as a Doc. Entities that stick out are dropped, and heads outside replaced.

    copy_user_data: whether user data comes along, of tokens and spans what lies inside.
    """
    offsets = doc.offsets()
    text = None if doc.known_text is None else doc.known_text[int(offsets[start]) : int(offsets[end])]
    rows, spaces = doc.rows[start:end].copy(), doc.spaces[start:end].copy()
    new = type(doc).from_rows(doc.vocab, doc.table, rows, spaces, text)
    new.has_unknown_spaces = doc.has_unknown_spaces
    new.cats = dict(doc.cats)
    if len(doc.tensor) == len(doc) and end > start:
        new.tensor = doc.tensor[start:end].copy()
    for attr, column in doc.columns.items():
        part = column[start:end].copy()
        if attr == attrs.SENT_START:
            part[:1] = 1
        new.set_column(attr, part)
    if attrs.HEAD in doc.columns:
        _replace_heads_outside(new, doc, start)
    if attrs.ENT_IOB in doc.columns:
        _drop_cut_entities(new, doc, start, end)
    for key, group in doc.groups.items():
        records = [
            (first - start, last - start, label, kb_id, span_id)
            for first, last, label, kb_id, span_id in group.records
            if start <= first and last <= end
        ]
        if records:
            new.groups[key] = GroupData(group.name, deepcopy(group.attrs), records)
    if copy_user_data:
        first_char, last_char = int(offsets[start]), int(offsets[end])
        for key, value in doc.user_data.items():
            moved = _moved_key(key, -first_char)
            if moved is None or moved[2] is None:
                new.user_data[key] = copy(value)
            elif first_char <= key[2] and (key[2] if key[3] is None else key[3] - 1) < last_char:
                new.user_data[moved] = copy(value)
    return new


def _replace_heads_outside(new: Doc, doc: Doc, start: int) -> None:
    """Hang tokens whose head is no part of the new Doc on the nearest ancestor that is, or else on a root of their own."""
    heads, n = new.columns[attrs.HEAD], len(new)
    target = np.arange(n) + heads
    outside = np.flatnonzero((target < 0) | (target >= n)).tolist()
    if not outside:
        return
    roots: dict[int, int] = {}
    for token in outside:
        above = [ancestor.i - start for ancestor in doc[start + token].ancestors]
        inside = next((place for place in above if 0 <= place < n), None)
        # Of one tree there is one root, the first token that has lost its head.
        heads[token] = (roots.setdefault(above[-1], token) if inside is None else inside) - token
    new.set_column(attrs.HEAD, heads)
    if attrs.DEP in new.columns:
        new.edit_column(attrs.DEP)[outside] = new.intern("dep")


def _drop_cut_entities(new: Doc, doc: Doc, start: int, end: int) -> None:
    found = doc.entity_ranges()
    # Those that touch the tokens; at most the first and the last of them stick out.
    touching = found[
        bisect_right(found, start, key=itemgetter(1)) : bisect_left(found, end, key=itemgetter(0))
    ]
    for first, last, _ in {*touching[:1], *touching[-1:]}:
        if first < start or last > end:
            here = slice(max(first, start) - start, min(last, end) - start)
            new.edit_column(attrs.ENT_IOB)[here] = 2
            for attr in (attrs.ENT_TYPE, attrs.ENT_KB_ID, attrs.ENT_ID):
                if attr in new.columns:
                    new.edit_column(attr)[here] = 0


def _moved_key(key: Any, distance: int) -> Any:
    """The key of an extension attribute's value, moved by characters; None if it isn't one."""
    if not (isinstance(key, tuple) and len(key) == 4 and key[0] == "._."):
        return None
    _, name, start, end = key
    return ("._.", name, None if start is None else start + distance, None if end is None else end + distance)


def concatenate(
    docs: Sequence[Doc],
    ensure_whitespace: bool,
    exclude: Sequence[str],
    only: Sequence[str | int] | None = None,
) -> Doc | None:
    """One Doc of several. Annotations that some lack are missing in their part; `only` names those to keep."""
    if not docs:
        return None
    vocab = docs[0].vocab
    if any(doc.vocab is not vocab for doc in docs):
        raise DataError(
            "documents of different vocabs can't be combined", hint="read them with one vocab, e.g. DocBin"
        )
    table = docs[0].table
    rows = [doc.rows if doc.table is table else _rows_in(doc, table) for doc in docs]
    spaces = [doc.spaces.copy() for doc in docs]
    if ensure_whitespace:
        for doc, flags in zip(docs[:-1], spaces[:-1], strict=True):
            if len(flags) and not values_of(doc, attrs.IS_SPACE)[-1]:
                flags[-1] = True
    new = type(docs[0]).from_rows(vocab, table, np.concatenate(rows), np.concatenate(spaces), None)
    new.has_unknown_spaces = any(doc.has_unknown_spaces for doc in docs)
    kept = {attr for doc in docs for attr in doc.columns}
    # The first token of each begins a sentence, whether or not anything else is known.
    kept.add(attrs.SENT_START)
    if only is not None:
        kept.intersection_update(map(attrs.intify, only))
    if attrs.HEAD in kept:
        kept.add(attrs.SENT_START)
    for attr in sorted(kept):
        new.set_column(attr, np.concatenate([_column_for(doc, attr, table) for doc in docs]))
    if "cats" not in exclude:
        for doc in docs:
            new.cats.update(doc.cats)
    if "tensor" not in exclude and all(len(doc.tensor) == len(doc) for doc in docs) and len(docs[0].tensor):
        # Arrays of the GPU are joined there.
        module = import_module(type(docs[0].tensor).__module__.partition(".")[0])
        new.tensor = module.concatenate([doc.tensor for doc in docs])
    places = np.cumsum([0, *map(len, docs)]).tolist()
    if "spans" not in exclude:
        _combine_groups(new, docs, places)
    if "user_data" not in exclude:
        offsets = new.offsets()
        for doc, place in zip(docs, places, strict=False):
            for key, value in doc.user_data.items():
                moved = _moved_key(key, int(offsets[place]))
                new.user_data[key if moved is None else moved] = value
    return new


def _column_for(doc: Doc, attr: int, table: Any) -> NDArray[Any]:
    values = values_of(doc, attr)
    if attr == attrs.SENT_START and len(values) and values[0] != 1:
        values = values.copy()
        values[0] = 1
    if attr in STRING_COLUMNS and doc.table is not table:
        intern_values(doc, values, table)
    return values


def intern_values(doc: Doc, values: NDArray[np.uint64], table: Any) -> None:
    """Make another generation know the strings whose numbers are used, so that they live as long as it."""
    for number in np.unique(values).tolist():
        table.intern(doc.vocab.strings[number])


def _rows_in(doc: Doc, table: Any) -> NDArray[np.int32]:
    """The tokens of a document as rows of another generation."""
    used, inverse = np.unique(doc.rows, return_inverse=True)
    old = doc.table
    rows = [table.row(old.orth(row), old.own_norm(row)) for row in used.tolist()]
    return np.array(rows, dtype=np.int32)[inverse]


def _combine_groups(new: Doc, docs: Sequence[Doc], places: list[int]) -> None:
    lost = set()
    for doc, place in zip(docs, places, strict=False):
        for key, group in doc.groups.items():
            into = new.groups.setdefault(key, GroupData(group.name, deepcopy(group.attrs)))
            if into.attrs != group.attrs:
                lost.add(key)
            strings = doc.vocab.strings
            for start, end, *ids in group.records:
                label, kb_id, span_id = (new.intern(strings[each]) for each in ids)
                into.records.append((start + place, end + place, label, kb_id, span_id))
    if lost:
        warn(f"span groups {sorted(lost)}: the first document's attributes are kept, the others' are lost")
