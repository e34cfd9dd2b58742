"""What a document has that `Doc.to_json` leaves out, as plain values under one key of its record: `rest`.

unknown_spaces   true where nobody knows which words a space follows
sent_starts      a number a token: 1, 0 (not known) or -1; where sentences and heads don't tell all of it
missing          tokens of which entities are not annotated
blocked          tokens that are to be in no entity
norms            [token, norm] for those whose norm its form doesn't decide
span_attrs       name of a group of spans -> its attributes, such as the scores; an array is {"array": [...], "dtype": "float32"}
user_data        [key, value]
"""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from kernel.tokens import Doc, Span
from kernel.tokens.iob import BEGIN, MISSING
from kernel.vocab import attrs
from kernel_readers.formats.record import Record

KEY = "rest"
_ARRAY = "array"


def rest_of(doc: Doc) -> tuple[dict[str, Any], dict[str, int]]:
    """What is written of a document; and, by kinds for people, how much JSON can't hold."""
    found: dict[str, Any] = {}
    if doc.has_unknown_spaces:
        found["unknown_spaces"] = True
    starts = doc.columns.get(attrs.SENT_START)
    if starts is not None and len(doc) and _is_special(doc, starts):
        found["sent_starts"] = starts.tolist()
    iob = doc.columns.get(attrs.ENT_IOB)
    if iob is not None and iob.any():
        places = np.flatnonzero(iob == MISSING).tolist()
        blocked = np.flatnonzero((iob == BEGIN) & (doc.columns[attrs.ENT_TYPE] == 0)).tolist()
        found |= {name: each for name, each in (("missing", places), ("blocked", blocked)) if each}
    norms = {row: doc.table.own_norm(row) for row in np.unique(doc.rows).tolist()}
    own = {row for row, norm in norms.items() if norm is not None}
    if own:
        found["norms"] = [[i, norms[row]] for i, row in enumerate(doc.rows.tolist()) if row in own]
    morphs = doc.columns.get(attrs.MORPH)
    if morphs is not None and morphs.any() and not morphs.all():
        found["unknown_morphs"] = np.flatnonzero(morphs == 0).tolist()
    lost: Counter[str] = Counter()
    span_attrs: dict[str, dict[str, Any]] = {}
    for name, group in doc.spans.items():
        for attr, value in group.attrs.items():
            plain = _as_plain(value)
            if _is_plain({attr: plain}):
                span_attrs.setdefault(name, {})[attr] = plain
            else:
                lost[f"attributes {attr!r} of the spans {name!r}"] += 1
    if span_attrs:
        found["span_attrs"] = span_attrs
    user_data = [[key, value] for key, value in doc.user_data.items() if _is_plain([key, value])]
    if user_data:
        found["user_data"] = user_data
    if len(user_data) < len(doc.user_data):
        names = [key for key, value in doc.user_data.items() if not _is_plain([key, value])]
        lost.update(f"user data {_name_of(key)}" for key in names)
    return found, dict(lost)


def _as_plain(value: Any) -> Any:
    """A value as JSON has it: an array of numbers as an object with its values and its type, as `_from_plain` takes it."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
        return {_ARRAY: value.tolist(), "dtype": str(value.dtype)}
    if isinstance(value, np.generic):
        return value.item()
    return value


def _from_plain(value: Any) -> Any:
    if isinstance(value, dict) and value.keys() == {_ARRAY, "dtype"}:
        return np.array(value[_ARRAY], dtype=np.dtype(value["dtype"]))
    return value


def _name_of(key: Any) -> str:
    """A key of user data for people: of an extension attribute, its name."""
    if isinstance(key, tuple) and len(key) == 4 and key[0] == "._.":
        return f"._.{key[1]}"
    return repr(key)[:40] if isinstance(key, str) else f"under keys of the type {type(key).__name__}"


def _is_special(doc: Doc, starts: Any) -> bool:
    """Whether sentences, or heads, don't tell where sentences start: some are not known, or some tokens have no head."""
    if attrs.DEP in doc.columns:
        return not doc.columns[attrs.DEP].all()
    return bool((starts == 0).any())


def _is_plain(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return False
    return _has_plain_keys(value)


def _has_plain_keys(value: Any) -> bool:
    """Whether all keys of dicts are strings: JSON would make strings of others."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and _has_plain_keys(each) for key, each in value.items())
    return not isinstance(value, list | tuple) or all(map(_has_plain_keys, value))


def set_rest(record: Record, doc: Doc, rest: Any) -> None:
    """Give a document what `rest_of` wrote. DataError for what it can't have written."""
    if not isinstance(rest, dict):
        raise record.error(f"{KEY!r} must be an object")
    for name, value in rest.items():
        if name not in _SETTERS:
            raise record.error(f"{KEY!r} has {name!r}; known are {', '.join(_SETTERS)}")
        try:
            _SETTERS[name](doc, value)
        except (TypeError, ValueError, LookupError, OverflowError, AttributeError) as error:
            raise record.error(
                f"{KEY}.{name} doesn't fit the document of {len(doc)} tokens: {error}",
                hint=f"If the tokens were changed, leave {KEY!r} out.",
            ) from None


def _set_spaces(doc: Doc, value: Any) -> None:
    doc.has_unknown_spaces = bool(value)


def _set_starts(doc: Doc, value: Any) -> None:
    starts = np.array(value, dtype=np.int8)
    if not np.isin(starts, (-1, 0, 1)).all():
        raise ValueError("expected 1, 0 and -1")
    doc.set_column(attrs.SENT_START, starts)


def _set_missing(doc: Doc, value: Any) -> None:
    doc.set_ents([], missing=_free(doc, value), default="unmodified")


def _set_blocked(doc: Doc, value: Any) -> None:
    doc.set_ents([], blocked=_free(doc, value), default="unmodified")


def _free(doc: Doc, value: Any) -> list[Span]:
    """Tokens by their numbers, without those that are in entities: somebody may have added one since."""
    return [doc[place : place + 1] for place in _places(doc, value) if not doc[place].ent_type]


def _places(doc: Doc, value: Any) -> list[int]:
    if not all(type(place) is int and 0 <= place < len(doc) for place in value):
        raise ValueError("expected numbers of tokens")
    return list(value)


def _set_norms(doc: Doc, value: Any) -> None:
    rows = doc.rows.copy()
    for (place, norm), known in zip(value, _places(doc, [place for place, _ in value]), strict=True):
        rows[known] = doc.table.row(doc[place].text, str(norm))
    doc.set_rows(rows)


def _set_unknown_morphs(doc: Doc, value: Any) -> None:
    morphs = doc.columns[attrs.MORPH].copy()
    morphs[_places(doc, value)] = 0
    doc.set_column(attrs.MORPH, morphs)


def _set_span_attrs(doc: Doc, value: Any) -> None:
    for key, each in value.items():
        doc.spans[key].attrs = {name: _from_plain(one) for name, one in each.items()}


def _set_user_data(doc: Doc, value: Any) -> None:
    for key, each in value:
        doc.user_data[tuple(key) if isinstance(key, list) else key] = each


_SETTERS: dict[str, Callable[[Doc, Any], None]] = {
    "unknown_spaces": _set_spaces,
    "sent_starts": _set_starts,
    "missing": _set_missing,
    "blocked": _set_blocked,
    "norms": _set_norms,
    "unknown_morphs": _set_unknown_morphs,
    "span_attrs": _set_span_attrs,
    "user_data": _set_user_data,
}
