"""Named entities of a Doc: between spans and the columns ENT_IOB, ENT_TYPE, ENT_KB_ID, ENT_ID."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, SupportsIndex

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError, OutOfRange, WrongType
from kernel.tokens.columns import values_of
from kernel.tokens.iob import BEGIN, INSIDE, MISSING, OUTSIDE
from kernel.vocab import attrs

if TYPE_CHECKING:
    from kernel.tokens.doc import Doc
    from kernel.tokens.span import Span

_DEFAULTS = ("outside", "missing", "unmodified", "blocked")


def columns_from_tags(doc: Doc, tags: Sequence[str | None]) -> tuple[NDArray[np.int8], NDArray[np.uint64]]:
    """ENT_IOB and ENT_TYPE from IOB or BILUO strings; None, "" and "-" are missing, "B-" is blocked."""
    iob = np.zeros(len(tags), dtype=np.int8)
    labels = [""] * len(tags)
    for index, tag in enumerate(tags):
        if not tag or tag == "-":
            continue
        if tag == "O":
            iob[index] = OUTSIDE
            continue
        letter, dash, label = tag.partition("-")
        if dash == "" or letter not in ("B", "I", "L", "U", "E", "S"):
            raise DataError(
                f"token {index}: {tag!r} is not an entity tag: expected O, B-LABEL, I-LABEL (or L-, U-), "
                'or "" where the annotation is missing'
            )
        iob[index] = BEGIN if letter in "BUS" else INSIDE
        labels[index] = label
        if iob[index] == INSIDE and (index == 0 or labels[index - 1] != label or iob[index - 1] in (0, 2)):
            iob[index] = BEGIN
    return iob, doc.table.intern_many(labels)


def set_entities(
    doc: Doc,
    entities: Iterable[Any],
    *,
    blocked: Iterable[Span] | None = None,
    missing: Iterable[Span] | None = None,
    outside: Iterable[Span] | None = None,
    default: str = "outside",
) -> None:
    """Set the entity columns of a Doc; see `Doc.set_ents`."""
    if default not in _DEFAULTS:
        raise DataError(f"default={default!r}: expected one of {', '.join(_DEFAULTS)}")
    n = len(doc)
    names = (attrs.ENT_TYPE, attrs.ENT_KB_ID, attrs.ENT_ID)
    if default == "unmodified":
        iob = values_of(doc, attrs.ENT_IOB).copy()
        numbers = {attr: values_of(doc, attr).copy() for attr in names}
    else:
        fill = {"outside": OUTSIDE, "missing": MISSING, "blocked": BEGIN}[default]
        iob = np.full(n, fill, dtype=np.int8)
        # Of the ids only what is needed: few entities have any.
        numbers = {
            attr: np.zeros(n, dtype=np.uint64)
            for attr in names
            if attr in doc.columns or attr == attrs.ENT_TYPE
        }
    owner: list[Any] = [None] * n
    for value, spans in ((BEGIN, blocked), (MISSING, missing), (OUTSIDE, outside)):
        for span in spans or ():
            if not hasattr(span, "start"):
                raise WrongType(f"{span!r} is not a span: expected a list of spans")
            _claim(doc, owner, span.start, span.end, span)
            iob[span.start : span.end] = value
            for column in numbers.values():
                column[span.start : span.end] = 0
    for entity in entities:
        start, end, *ids = _read(doc, entity)
        _claim(doc, owner, start, end, entity)
        iob[start:end] = INSIDE
        iob[start] = BEGIN
        for attr, number in zip(names, ids, strict=True):
            if number and attr not in numbers:
                numbers[attr] = np.zeros(n, dtype=np.uint64)
            if attr in numbers:
                numbers[attr][start:end] = number
    if default == "unmodified":
        cut = [i for i in range(1, n) if iob[i] == INSIDE and owner[i] is None and owner[i - 1] is not None]
        iob[cut] = BEGIN
    doc.set_column(attrs.ENT_IOB, iob)
    for attr, column in numbers.items():
        if attr == attrs.ENT_TYPE or attr in doc.columns or column.any():
            doc.set_column(attr, column)


def _read(doc: Doc, entity: Any) -> tuple[int, int, int, int, int]:
    number = doc.intern
    if isinstance(entity, tuple):
        span_id, kb_id, label, start, end = _tuple_fields(entity)
    elif not hasattr(entity, "kb_id"):
        raise WrongType(
            f"{entity!r} is not an entity: expected spans or tuples",
            hint="Where `char_span` finds no span it gives None: leave that out." if entity is None else "",
        )
    else:
        label, start, end = entity.label, entity.start, entity.end
        kb_id, span_id = entity.kb_id, entity.id
        if entity.doc is not doc:
            texts = entity.doc.vocab.strings
            label, kb_id, span_id = (texts[each] for each in (label, kb_id, span_id))
    if not 0 <= start < end <= len(doc):
        raise OutOfRange(f"an entity from token {start} to {end} is outside of the text of {len(doc)} tokens")
    if not label:
        raise DataError(f"the entity {doc[start:end].text!r} has no label", offset=doc[start].idx)
    return start, end, number(label), number(kb_id), number(span_id)


def _tuple_fields(entity: tuple[Any, ...]) -> tuple[Any, Any, Any, int, int]:
    """(id, kb_id, label, start, end) of a tuple in one of the forms that `Doc.set_ents` names."""
    *names, start, end = entity
    if len(names) == 1:
        names = [0, 0, *names]
    elif len(names) == 2:
        names = [0, names[1], names[0]]
    if len(names) != 3 or not isinstance(start, SupportsIndex) or not isinstance(end, SupportsIndex):
        raise DataError(
            f"{entity!r} is not an entity: expected (label, start, end), (label, kb_id, start, end) or "
            "(id, kb_id, label, start, end), start and end being tokens"
        )
    return names[0], names[1], names[2], int(start), int(end)


def _claim(doc: Doc, owner: list[Any], start: int, end: int, entity: Any) -> None:
    for index in range(start, end):
        if owner[index] is not None:
            raise DataError(
                f"{_describe(doc, owner[index])} and {_describe(doc, entity)} overlap at the token "
                f"{doc[index].text!r}",
                offset=doc[index].idx,
                hint="a token belongs to one entity at most; doc.spans takes overlapping spans",
            )
        owner[index] = entity


def _describe(doc: Doc, entity: Any) -> str:
    fields = (
        _tuple_fields(entity)[2:] if isinstance(entity, tuple) else (entity.label, entity.start, entity.end)
    )
    label, start, end = fields
    name = label if isinstance(label, str) else doc.vocab.strings.find(label) or ""
    span = doc[start:end]
    return f"{name} {span.text!r} ({span.start_char}-{span.end_char})".strip()
