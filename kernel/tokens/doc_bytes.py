"""A Doc as bytes, with all its strings: `Doc.to_bytes` and `Doc.from_bytes`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kernel.errors import DataError, WrongType, warn
from kernel.tokens.columns import STRING_COLUMNS, dtype_of
from kernel.tokens.span_bytes import groups_from_bytes, groups_to_bytes, numbers_of
from kernel.tokens.underscore import name_of
from kernel.vocab.packing import pack, unpack

if TYPE_CHECKING:
    from kernel.tokens.doc import Doc

_VERSION = 1


def to_bytes(doc: Doc, exclude: Sequence[str] = ()) -> bytes:
    """The document in msgpack. Tokens refer to a list of distinct word forms."""

    if "user_hooks" not in exclude and doc.said is not None and doc.said.has_hooks():
        warn("the user hooks of a Doc are functions, which are not saved: set them again after loading")
    used, inverse = np.unique(doc.rows, return_inverse=True)
    rows = used.tolist()
    norms = {place: norm for place, row in enumerate(rows) if (norm := doc.table.own_norm(row)) is not None}
    numbers: set[int] = set(numbers_of(doc.groups))
    for attr in STRING_COLUMNS.intersection(doc.columns):
        numbers.update(np.unique(doc.columns[attr]).tolist())
    message: dict[str, Any] = {
        "version": _VERSION,
        "forms": doc.table.forms(rows),
        "norms": norms,
        "tokens": inverse.astype("<i4").tobytes(),
        "spaces": doc.spaces.tobytes(),
        "unknown_spaces": doc.has_unknown_spaces,
        "columns": {attr: doc.columns[attr].tobytes() for attr in sorted(doc.columns)},
        "strings": sorted(doc.vocab.strings[number] for number in numbers),
    }
    if "cats" not in exclude:
        message["cats"] = doc.cats
    if "spans" not in exclude:
        message["spans"] = groups_to_bytes(doc)
    if "tensor" not in exclude and len(doc.tensor):
        # A tensor of the GPU is fetched.
        message["tensor"] = doc.tensor.get() if hasattr(doc.tensor, "get") else doc.tensor
    if "user_data" not in exclude and doc.user_data:
        message["user_data_keys"] = pack_user_data(doc, list(doc.user_data.keys()))
        message["user_data_values"] = pack_user_data(doc, list(doc.user_data.values()))
    return pack(message)


def pack_user_data(doc: Doc, data: Any) -> bytes:
    """What is stored of the user data of a document. WrongType names the value that can't be."""
    try:
        return pack(data)
    except (TypeError, ValueError, OverflowError) as error:
        for key, value in doc.user_data.items():
            try:
                pack((key, value))
            except (TypeError, ValueError, OverflowError) as reason:
                raise WrongType(
                    f"the document {doc.text[:40]!r} can't be stored: {name_of(key)}: {reason}",
                    hint="What is stored are texts, numbers, arrays, and lists and dicts of them.",
                ) from error
        raise


def from_bytes(doc: Doc, data: bytes, exclude: Sequence[str] = ()) -> Doc:
    """Replace the content of a Doc by the stored one. Returns the doc."""

    message = unpack(data)
    if not isinstance(message, dict) or message.get("version") != _VERSION:
        raise DataError("these bytes are not a document, or another version wrote them")
    table = doc.vocab.lexemes
    norms = {int(place): norm for place, norm in message["norms"].items()}
    rows = np.array(
        [table.row(form, norms.get(place)) for place, form in enumerate(message["forms"])], dtype=np.int32
    )
    tokens = np.frombuffer(message["tokens"], dtype="<i4")
    doc.begin(doc.vocab, table, rows[tokens], np.frombuffer(message["spaces"], dtype=bool).copy(), None)
    doc.has_unknown_spaces = message["unknown_spaces"]
    table.intern_many(message["strings"])
    for attr, values in message["columns"].items():
        doc.set_column(int(attr), np.frombuffer(values, dtype=dtype_of(int(attr))).copy())
    if "cats" not in exclude:
        doc.cats.update(message.get("cats", {}))
    if "spans" not in exclude and "spans" in message:
        doc.groups = groups_from_bytes(message["spans"])
    if "tensor" not in exclude and "tensor" in message:
        doc.tensor = message["tensor"]
    if "user_data" not in exclude and "user_data_keys" in message:
        keys = unpack(message["user_data_keys"], use_list=False)
        values = unpack(message["user_data_values"])
        doc.user_data.update(zip(keys, values, strict=True))
    return doc
