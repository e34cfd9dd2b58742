"""Named groups of spans of a Doc, which may overlap: `doc.spans["key"]`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from copy import deepcopy
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Self, overload

from kernel.errors import DataError, WrongType
from kernel.tokens.group_data import GroupData, Record
from kernel.tokens.span import Span
from kernel.tokens.span_bytes import group_from_bytes, group_to_bytes, groups_from_bytes, groups_to_bytes

if TYPE_CHECKING:
    from kernel.tokens.doc import Doc


class SpanGroup(Sequence[Span]):
    """A list of spans of one Doc, with a name and a dict of attributes (for example scores)."""

    __slots__ = ("_data", "doc")

    def __init__(
        self, doc: Doc, *, name: str = "", attrs: dict[str, Any] | None = None, spans: Iterable[Span] = ()
    ) -> None:
        self.doc = doc
        self._data = GroupData(name, dict(attrs or {}))
        self.extend(spans)

    @classmethod
    def _view(cls, doc: Doc, data: GroupData) -> SpanGroup:
        group = cls.__new__(cls)
        group.doc = doc
        group._data = data
        return group

    @property
    def name(self) -> str:
        return self._data.name

    @name.setter
    def name(self, name: str) -> None:
        self._data.name = name

    @property
    def attrs(self) -> dict[str, Any]:
        return self._data.attrs

    @attrs.setter
    def attrs(self, attrs: dict[str, Any]) -> None:
        self._data.attrs = attrs

    def __repr__(self) -> str:
        return f"SpanGroup({self.name!r}, {list(self)})"

    def __len__(self) -> int:
        return len(self._data.records)

    def _span(self, record: Record) -> Span:
        start, end, label, kb_id, span_id = record
        return Span(self.doc, start, end, label, kb_id=kb_id, span_id=span_id)

    @overload
    def __getitem__(self, key: int) -> Span: ...
    @overload
    def __getitem__(self, key: slice) -> list[Span]: ...
    def __getitem__(self, key: int | slice) -> Span | list[Span]:
        if isinstance(key, slice):
            return [self._span(record) for record in self._data.records[key]]
        return self._span(self._data.records[key])

    def __setitem__(self, index: int, span: Span) -> None:
        self._data.records[index] = self._record(span)

    def __delitem__(self, index: int) -> None:
        del self._data.records[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SpanGroup) and other.doc is self.doc and other._data == self._data

    __hash__ = None  # type: ignore[assignment]

    def _record(self, span: Span) -> Record:
        if not isinstance(span, Span):
            raise WrongType(
                f"the group {self.name!r} holds spans, not {span!r}",
                hint="Where `char_span` finds no span it gives None: leave that out." if span is None else "",
            )
        if span.doc is not self.doc:
            raise DataError(
                f"the span {span.text!r} belongs to another document than the group {self.name!r}"
            )
        return (span.start, span.end, span.label, span.kb_id, span.id)

    def append(self, span: Span) -> None:
        self._data.records.append(self._record(span))

    def extend(self, spans: Iterable[Span]) -> None:
        """Add spans. The attributes of a group come along, unless this one has them."""
        self._data.records.extend([self._record(span) for span in spans])
        if isinstance(spans, SpanGroup):
            self._data.attrs.update({**deepcopy(spans.attrs), **self._data.attrs})

    def __add__(self, other: Iterable[Span]) -> SpanGroup:
        """A group of its own with the spans of both."""
        group = self.copy()
        group.extend(other)
        return group

    def __iadd__(self, other: Iterable[Span]) -> Self:
        self.extend(other)
        return self

    def to_bytes(self) -> bytes:
        """Name, attributes and spans. Labels and ids are numbers, which the vocab of who reads them has to know."""
        return group_to_bytes(self.doc, self._data)

    def from_bytes(self, bytes_data: bytes) -> Self:
        """Replace all by what `to_bytes` wrote. OutOfRange if a span is longer than the document."""
        found = group_from_bytes(bytes_data)
        for start, end, *_ in found.records:
            Span(self.doc, start, end)
        self._data.name, self._data.attrs, self._data.records = found.name, found.attrs, found.records
        return self

    @property
    def has_overlap(self) -> bool:
        """Whether any two spans share a token."""
        ordered = sorted(record[:2] for record in self._data.records)
        return any(left[1] > right[0] for left, right in pairwise(ordered))

    def copy(self, doc: Doc | None = None) -> SpanGroup:
        """A group of its own; of another Doc of the same text if one is given, where tokens have to begin and end there too."""
        data = self._data
        target = self.doc if doc is None else doc
        records = list(data.records)
        if target is not self.doc:
            records = [self._record_in(target, span) for span in self]
        return self._view(target, GroupData(data.name, deepcopy(data.attrs), records))

    def _record_in(self, doc: Doc, span: Span) -> Record:
        """A span as one of another document."""
        found = doc.char_span(span.start_char, span.end_char) if len(span) else doc[span.start : span.end]
        if found is None or found.text != span.text:
            raise DataError(
                f"no tokens of the other document begin and end where {span.text!r} does",
                offset=span.start_char,
            )
        label, kb_id, span_id = (doc.intern(text) for text in (span.label_, span.kb_id_, span.id_))
        return (found.start, found.end, label, kb_id, span_id)


class SpanGroups(MutableMapping[str, SpanGroup]):
    """`doc.spans`: a mapping from names to groups. Any iterable of spans can be assigned."""

    __slots__ = ("doc",)

    def __init__(self, doc: Doc) -> None:
        self.doc = doc

    def __repr__(self) -> str:
        return repr(dict(self))

    def __len__(self) -> int:
        return len(self.doc.groups)

    def __iter__(self) -> Iterator[str]:
        return iter(self.doc.groups)

    def __contains__(self, key: object) -> bool:
        return key in self.doc.groups

    def __getitem__(self, key: str) -> SpanGroup:
        return SpanGroup._view(self.doc, self.doc.groups[key])

    def __setitem__(self, key: str, spans: Iterable[Span]) -> None:
        attrs = spans.attrs if isinstance(spans, SpanGroup) else {}
        self.doc.groups[key] = SpanGroup(self.doc, name=key, attrs=attrs, spans=spans)._data
        self.doc.version += 1

    def __delitem__(self, key: str) -> None:
        del self.doc.groups[key]
        self.doc.version += 1

    def setdefault(self, key: str, default: Iterable[Span] | None = None) -> SpanGroup:
        if key not in self:
            self[key] = default or ()
        return self[key]

    def copy(self, doc: Doc) -> SpanGroups:
        """The groups of another Doc of the same text, which get copies of these."""
        groups = SpanGroups(doc)
        for key, group in self.items():
            doc.groups[key] = group.copy(doc)._data
        doc.version += 1
        return groups

    def to_bytes(self) -> bytes:
        """All groups. Labels and ids are numbers, which the vocab of who reads them has to know."""
        return groups_to_bytes(self.doc)

    def from_bytes(self, bytes_data: bytes) -> SpanGroups:
        """Replace the groups by what `to_bytes` wrote. OutOfRange if a span is longer than the document."""
        found = groups_from_bytes(bytes_data)
        for group in found.values():
            for start, end, *_ in group.records:
                Span(self.doc, start, end)
        self.doc.groups = found
        self.doc.version += 1
        return self
