"""Span groups of a Doc as bytes, in the field's layout.

No groups are an empty list in msgpack; groups are a map from a group's bytes to the keys it is stored under.
A group is a msgpack map of name, attrs and spans; a span is 40 bytes, big-endian: id, kb_id and label as
unsigned 64 bit, then first token, end token, first character, end character as signed 32 bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct
from typing import TYPE_CHECKING

from kernel.errors import warn
from kernel.tokens.group_data import GroupData, Record
from kernel.vocab.packing import pack, unpack

if TYPE_CHECKING:
    from kernel.tokens.doc import Doc

EMPTY = b"\x90"
_SPAN = Struct(">QQQllll")


def groups_to_bytes(doc: Doc) -> bytes:
    """The span groups of a Doc."""
    if not doc.groups:
        return EMPTY

    stored: dict[bytes, list[str]] = {}
    for key, group in doc.groups.items():
        stored.setdefault(group_to_bytes(doc, group), []).append(key)
    return pack(stored)


def group_to_bytes(doc: Doc, group: GroupData) -> bytes:
    """One group of spans of a Doc."""
    offsets = doc.offsets()
    spans = []
    for start, end, label, kb_id, span_id in group.records:
        last_space = int(doc.spaces[end - 1]) if end > start else 0
        characters = int(offsets[start]), int(offsets[end]) - last_space
        spans.append(_SPAN.pack(span_id, kb_id, label, start, end, *characters))
    return pack({"name": group.name, "attrs": group.attrs, "spans": spans})


def group_from_bytes(data: bytes) -> GroupData:
    """One group. Numbers of labels and ids are as stored."""
    message = unpack(data)
    return GroupData(message["name"], dict(message["attrs"]), [_record(each) for each in message["spans"]])


def _record(data: bytes) -> Record:
    span_id, kb_id, label, start, end, _, _ = _SPAN.unpack(data)
    return (start, end, label, kb_id, span_id)


def groups_from_bytes(data: bytes) -> dict[str, GroupData]:
    """The span groups by key. Numbers of labels and ids are as stored."""
    if data == EMPTY:
        return {}

    groups = {}
    stored = unpack(data)
    for group_bytes, keys in (
        stored.items() if isinstance(stored, dict) else ((each, None) for each in stored)
    ):
        group = group_from_bytes(group_bytes)
        if keys is None and group.name in groups:
            warn(
                f"several groups of spans are called {group.name!r} in an old file, which has no other keys: the last is kept"
            )
        for key in [group.name] if keys is None else keys:
            groups[key] = GroupData(group.name, dict(group.attrs), list(group.records))
    return groups


def numbers_of(groups: dict[str, GroupData]) -> Iterator[int]:
    """The numbers of all strings that groups refer to."""
    for group in groups.values():
        for record in group.records:
            yield from record[2:]
