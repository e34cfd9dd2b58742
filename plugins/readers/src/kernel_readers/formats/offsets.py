"""Entities by characters: how they are written, which tokens they are, and why some are none."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from kernel.tokens import Doc, Span
from kernel_readers.formats.record import Record
from kernel_readers.report import BLANKS, INCLUSIVE, OVERLAPS, Lost, Report


class Offset(NamedTuple):
    """An entity from character `start` to before character `end` of the text of a record."""

    start: int
    end: int
    label: str
    kb_id: str = ""
    id: str = ""


def is_offsets(value: Any) -> bool:
    """Whether a value is a list of entities: objects or lists that name where they start."""
    return isinstance(value, list) and all(_is_offset(item) for item in value)


def _is_offset(item: Any) -> bool:
    if isinstance(item, Mapping):
        return any(key in item for key in ("start", "start_offset"))
    return isinstance(item, list) and len(item) == 3 and _is_int(item[0]) and _is_int(item[1])


def read_offsets(record: Record, key: str, value: Any) -> list[Offset]:
    """Entities as objects with start (or start_offset), end (end_offset) and label (or a list labels), or [start, end, label].

    Those of a group of spans, `spans.NAME`, are in their order, and may have no label; others are sorted.
    """
    if not isinstance(value, list):
        raise record.error(f"{key!r} must be a list")
    is_group = key.startswith("spans.")
    has_ids = key == "ents" or is_group
    found = [offset for item in value for offset in _read(record, item, has_ids=has_ids, is_group=is_group)]
    return found if is_group else sorted(found)


def _read(record: Record, item: Any, *, has_ids: bool, is_group: bool) -> list[Offset]:
    names: list[Any] = ["", ""]
    labels: list[Any]
    if isinstance(item, Mapping):
        start, end = (item.get(key, item.get(f"{key}_offset")) for key in ("start", "end"))
        several = item.get("labels")
        labels = several if isinstance(several, list) and "label" not in item else [item.get("label")]
        # Other tools number their spans.
        names = [item.get("kb_id"), item.get("id") if has_ids else ""]
    else:
        try:
            start, end, *labels = item
        except (TypeError, ValueError):
            labels = []
        if len(labels) != 1:
            raise record.error(f"{_shown(item)} is not [start, end, label]")
    for label in labels:
        if not (_is_int(start) and _is_int(end) and isinstance(label, str) and (label or is_group)):
            raise record.error(
                f"an entity needs whole numbers for start and end and a label, found {_shown((start, end, label))}"
            )
    kb_id, id = (name if isinstance(name, str) else "" for name in names)
    return [Offset(start, end, label, kb_id, id) for label in labels]


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _shown(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) < 100 else f"{shown[:97]}..."


class Places:
    """Where the tokens of a document are in the text of its record.

    starts, ends: of each token, in characters; ascending.
    """

    def __init__(self, text: str, starts: Sequence[int], ends: Sequence[int]) -> None:
        self.text = text
        self.starts, self.ends = starts, ends

    @classmethod
    def of(cls, doc: Doc) -> "Places":
        """Of a document whose text is that of the record."""
        offsets = doc.offsets()
        return cls(doc.text, offsets[:-1].tolist(), (offsets[1:] - doc.spaces).tolist())

    def tokens(self, start: int, end: int) -> tuple[int, int] | None:
        """The tokens (first, after the last) that these characters are; None if they are no whole tokens."""
        first, last = self.starts_token(start), _found(self.ends, end)
        return None if first is None or last is None or last < first else (first, last + 1)

    def touched(self, start: int, end: int) -> range:
        """All tokens with any of these characters."""
        first = bisect_right(self.ends, start)
        return range(first, max(first, bisect_right(self.starts, end - 1)))

    def cut(self, start: int, end: int) -> str:
        """The text of a token of which these characters take a part only, the last one such; "" if there is none."""
        for place in reversed(self.touched(start, end)):
            if self.starts[place] < start or self.ends[place] > end:
                return self.text[self.starts[place] : self.ends[place]]
        return ""

    def starts_token(self, start: int) -> int | None:
        """The token that starts at a character."""
        return _found(self.starts, start)

    def trimmed(self, start: int, end: int) -> tuple[int, int]:
        """The characters without blanks at their ends."""
        part = self.text[start:end]
        return (
            (start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip()))
            if part.strip()
            else (start, end)
        )

    def why_none(self, start: int, end: int) -> str:
        """Why these characters are no whole tokens."""
        if self.tokens(start, end + 1):
            return INCLUSIVE
        trimmed = self.trimmed(start, end)
        if trimmed != (start, end) and self.tokens(*trimmed):
            return BLANKS
        if not self.touched(start, end):
            return "holds no token"
        begins, ends = self.starts_token(start) is not None, _found(self.ends, end) is not None
        if begins or ends:
            return f"{'ends' if begins else 'begins'} inside of a token or between tokens"
        return "begins and ends inside of tokens or between them"


def _found(places: Sequence[int], wanted: int) -> int | None:
    """Where a number is in an ascending sequence."""
    place = bisect_left(places, wanted)
    return place if place < len(places) and places[place] == wanted else None


class Placing:
    """Finds the tokens of entities, and tells the report which were kept and which lost.

    lines: (start, end, label) -> the line of an entity, where that is not the one of the record.
    """

    def __init__(
        self,
        record: Record,
        places: Places,
        report: Report,
        *,
        trim: bool,
        lines: Mapping[tuple[int, int, str], int] | None = None,
    ) -> None:
        self.record, self.places, self.report, self.trim = record, places, report, trim
        self._lines = dict(lines or {})

    def _place(self, offset: Offset) -> str:
        line = self._lines.get(offset[:3], self.record.number)
        return self.report.place(self.record.path, line, offset=offset.start)

    def spans(self, doc: Doc, offsets: Sequence[Offset]) -> tuple[list[Span], set[int]]:
        """The spans, and the tokens that those without one touch. DataError for characters outside of the text."""
        found, touched = self._placed(doc, offsets, is_of_group=True)
        return [span for _, span in found], touched

    def _placed(
        self, doc: Doc, offsets: Sequence[Offset], *, is_of_group: bool = False
    ) -> tuple[list[tuple[Offset, Span]], set[int]]:
        self._check_places(offsets, "span" if is_of_group else "entity")
        placed: list[tuple[Offset, Span]] = []
        touched: set[int] = set()
        for offset in offsets:
            start, end, label = offset[:3]
            if self.trim:
                start, end = self.places.trimmed(start, end)
            found = self.places.tokens(start, end)
            if found is not None:
                self.report.kept[label] += 1
                placed.append((offset, Span(doc, *found, label, kb_id=offset.kb_id, span_id=offset.id)))
                continue
            touched.update(self.places.touched(start, end))
            place = self._place(offset)
            why = self.places.why_none(start, end)
            text, token = self.places.text[start:end][:60], self.places.cut(start, end)
            self.report.lost.append(Lost(label, text, place, why, token[:60], is_of_group))
        return placed, touched

    def _check_places(self, offsets: Sequence[Offset], noun: str = "entity") -> None:
        size = len(self.places.text)
        for start, end, label, *_ in offsets:
            if 0 <= start == end <= size:
                raise self.record.error(
                    f"the {noun} {label!r} [{start}:{end}] is empty: 'end' is the first character after it",
                    offset=start,
                )
            if not 0 <= start < end <= size:
                raise self.record.error(
                    f"the {noun} {label!r} [{start}:{end}] is outside of the text of {size} characters",
                    offset=start,
                )

    def set_entities(
        self, doc: Doc, offsets: Sequence[Offset], *, group: str = "", is_whole: bool = False
    ) -> None:
        """Annotate the entities of a document; tokens of those that are lost, or overlap, are not annotated.

        group: of spans. It takes all of them if some overlap, or are parts of one, which have an id; without one, those are
        lost. is_whole: whether it takes them in any case.
        """
        self._check_places(offsets)
        if self.trim:
            offsets = sorted(self._trimmed(offset) for offset in offsets)
        apart, overlapping = apart_from_others(offsets)
        if group:
            overlapping = [*overlapping, *(offset for offset in apart if offset.id)]
            apart = [offset for offset in apart if not offset.id]
        placed, touched = self._placed(doc, list(dict.fromkeys(offsets)) if group else apart)
        if group and (overlapping or is_whole):
            doc.spans[group] = [span for _, span in placed]
        for offset in overlapping:
            start, end, label = offset[:3]
            # Nobody knows which is meant; what learns no entities has no need to.
            touched.update(self.places.touched(start, end))
            if not group:
                place = self._place(offset)
                self.report.lost.append(Lost(label, self.places.text[start:end][:60], place, OVERLAPS))
        chosen = set(apart)
        spans = [span for offset, span in placed if offset in chosen]
        taken = {place for span in spans for place in range(span.start, span.end)}
        missing = [doc[place : place + 1] for place in sorted(touched - taken)]
        doc.set_ents(spans, missing=missing, default="outside")

    def _trimmed(self, offset: Offset) -> Offset:
        start, end = self.places.trimmed(offset.start, offset.end)
        trimmed = Offset(start, end, *offset[2:])
        if offset[:3] in self._lines:
            self._lines[trimmed[:3]] = self._lines[offset[:3]]
        return trimmed


def apart_from_others(offsets: Sequence[Offset]) -> tuple[list[Offset], list[Offset]]:
    """Those that overlap no other, and those that do; of equal ones, one. All are in order of their starts."""
    groups: list[list[Offset]] = []
    end = 0
    for offset in dict.fromkeys(offsets):
        if groups and offset.start < end:
            groups[-1].append(offset)
        else:
            groups.append([offset])
        end = max(end, offset.end)
    apart = [group[0] for group in groups if len(group) == 1]
    return apart, [offset for group in groups if len(group) > 1 for offset in group]
