"""Named groups of spans of a Doc, which may overlap: `doc.spans["key"]`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, overload

from kernel.errors import DataError
from kernel.tokens.span import Span

if TYPE_CHECKING:
    from kernel.tokens.doc import Doc

Record = tuple[int, int, int, int, int]
"""(start, end, label, kb_id, id)"""


@dataclass
class GroupData:
    """What a Doc stores of a group: no reference back to the Doc, so that both die with the last view."""

    name: str = ""
    attrs: dict[str, Any] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)


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
        if span.doc is not self.doc:
            raise DataError(
                f"the span {span.text!r} belongs to another document than the group {self.name!r}"
            )
        return (span.start, span.end, span.label, span.kb_id, span.id)

    def append(self, span: Span) -> None:
        self._data.records.append(self._record(span))

    def extend(self, spans: Iterable[Span]) -> None:
        self._data.records.extend([self._record(span) for span in spans])

    @property
    def has_overlap(self) -> bool:
        """Whether any two spans share a token."""
        ordered = sorted(record[:2] for record in self._data.records)
        return any(left[1] > right[0] for left, right in pairwise(ordered))

    def copy(self, doc: Doc | None = None) -> SpanGroup:
        """A group of its own, of another Doc with the same tokens if one is given."""
        data = self._data
        return self._view(
            self.doc if doc is None else doc, GroupData(data.name, dict(data.attrs), list(data.records))
        )


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
