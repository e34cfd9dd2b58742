"""Writes brat standoff: of each document a text, and an `.ann` file with its spans and what is said of them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, count, repeat
from pathlib import Path
from typing import Any

from kernel.tokens import Doc
from kernel.tokens.iob import MISSING
from kernel.vocab import attrs
from kernel_readers.formats.brat import ANNOTATIONS, GROUP, KEY, OWN_BASE, TEXT, joined
from kernel_readers.formats.offsets import Offset, apart_from_others
from kernel_readers.formats.relations import KEY as RELATIONS
from kernel_readers.formats.relations import relations_of
from kernel_readers.writing.losses import Losses

_HOLDS = frozenset(
    {"entities", "spans", "ids of entities", "tokens of which entities are not annotated", "user data"}
)
FILE = "file"
_FILE_NAME = re.compile(r"\w[\w. -]{0,99}")
_NAME, _SPACE = re.compile(r"\S+"), re.compile(r"\s")
# Ids of spans: parts of one have the same.
_ID = re.compile(r"T\d{1,9}")

Parts = tuple[tuple[int, int], ...]


@dataclass
class _Span:
    """What becomes a line. parts: in characters. base: what it is in a knowledge base."""

    parts: Parts
    label: str
    base: str = ""
    id: str = ""


class BratWriter:
    """A folder with two files a document, called as the file that it came from, or else numbered: `000001.txt` and `000001.ann`.

    Entities and the spans of groups are written alike; brat knows no groups.
    """

    suffixes = ()
    is_folder = True

    def write(self, docs: Iterable[tuple[Doc, dict[str, Any]]], target: Path) -> None:
        """Write documents into an empty folder, each at once."""
        losses = Losses("brat", _HOLDS)
        taken: set[str] = set()
        for number, (doc, others) in enumerate(docs, start=1):
            name = _name(others.get(FILE), number, taken)
            losses.of(
                doc,
                {key: value for key, value in others.items() if key != FILE or not isinstance(value, str)},
            )
            losses.of_groups(doc)
            text = losses.without_zeros(doc.text)
            lines = _Lines(doc, text, losses).lines
            for suffix, content in ((TEXT, text), (ANNOTATIONS, "".join(f"{line}\n" for line in lines))):
                (target / f"{name}{suffix}").write_bytes(content.encode())
        losses.say()


def _name(wanted: Any, number: int, taken: set[str]) -> str:
    """The name of a document's files, which no other has, in whatever case. wanted: that of its file, if it is known."""
    name = wanted if isinstance(wanted, str) and _FILE_NAME.fullmatch(wanted) else f"{number:06}"
    if name.casefold() in taken:
        name = next(
            each
            for each in chain([f"{number:06}"], map("{}-{}".format, repeat(name), count(2)))
            if each.casefold() not in taken
        )
    taken.add(name.casefold())
    return name


@dataclass
class _Lines:
    """The lines of a document, and what they lack. text: of the file, with as many characters as the document."""

    doc: Doc
    text: str
    losses: Losses
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        kept = list(self.doc.user_data.get(KEY, ()))
        spans = self._spans(kept)
        self._compare(spans)
        for span in spans:
            places = ";".join(f"{start} {end}" for start, end in span.parts)
            covered = " ".join(self.text[start:end] for start, end in span.parts)
            self.lines.append(f"{span.id}\t{span.label} {places}\t{_SPACE.sub(' ', covered)}")
        self._write_others(spans, [line for line in kept if line["id"][0] != "T"])
        others = self.doc.user_data.keys() - {KEY, RELATIONS}
        if others:
            self.losses.add("user data", len(others))

    def _spans(self, kept: Sequence[dict[str, Any]]) -> list[_Span]:
        """All that is marked, each once. kept: lines as they were read, whose ids remain."""
        found: dict[tuple[Parts, str, str], _Span] = {}
        several: dict[tuple[str, str, str], list[tuple[int, int]]] = {}
        lost = 0
        named = [(span, "") for span in self.doc.ents]
        named += [(span, key) for key, group in self.doc.spans.items() for span in group]
        for span, key in named:
            place = (span.start_char, span.end_char)
            if key and _ID.fullmatch(span.id_):
                several.setdefault((key, span.label_, span.id_), []).append(place)
            else:
                lost += not self._put(found, (place,), span.label_, span.kb_id_)
        for (_, label, id), places in several.items():
            lost += not self._put(found, tuple(sorted(set(places))), label, "", id)
        if lost:
            self.losses.add("entities and spans whose labels or borders have white space", lost)
        return self._with_ids(found, kept)

    def _put(
        self, found: dict[tuple[Parts, str, str], _Span], places: Parts, label: str, base: str, id: str = ""
    ) -> bool:
        """Add what is marked, unless brat can't have it."""
        parts = tuple(part for place in places for part in self._without_line_ends(*place))
        is_whole = tuple(map(tuple, joined([list(part) for part in parts], self.text))) == places
        if not _NAME.fullmatch(label) or not is_whole:
            return False
        if base and not _NAME.fullmatch(base):
            self.losses.add("ids of entities")
            base = ""
        found.setdefault((parts, label, base), _Span(parts, label, base, id))
        return True

    def _without_line_ends(self, start: int, end: int) -> list[tuple[int, int]]:
        parts = []
        for piece in re.finditer(r"[^\n]+", self.text[start:end]):
            parts.append((start + piece.start(), start + piece.end()))
        return parts

    def _with_ids(
        self, found: dict[tuple[Parts, str, str], _Span], kept: Sequence[dict[str, Any]]
    ) -> list[_Span]:
        """In the order of their places, numbered; those that were read, and parts that had such an id, keep it."""
        known = {
            (tuple(map(tuple, line["parts"])), line["label"]): line["id"]
            for line in kept
            if line["id"][0] == "T"
        }
        taken: set[str] = set()
        spans = sorted(found.values(), key=lambda span: (span.parts, span.label, span.base))
        for span in spans:
            whole = tuple(map(tuple, joined([list(part) for part in span.parts], self.text)))
            wanted = known.get((whole, span.label), span.id)
            span.id = wanted if _ID.fullmatch(wanted) and wanted not in taken else ""
            taken.add(span.id)
        free = (f"T{number}" for number in range(1, 2 * len(spans) + 2) if f"T{number}" not in taken)
        for span in spans:
            span.id = span.id or next(free)
        return spans

    def _compare(self, spans: Sequence[_Span]) -> None:
        """Count what will be something else when it is read again: see `formats.brat`."""
        doc = self.doc
        offsets = []
        for span in spans:
            whole = joined([list(part) for part in span.parts], self.text)
            id = span.id if len(whole) > 1 else ""
            offsets += [Offset(start, end, span.label, span.base, id) for start, end in whole]
        offsets.sort()
        apart, overlapping = apart_from_others(offsets)
        lone = {offset[:4] for offset in apart if not offset.id}
        own = {(ent.start_char, ent.end_char, ent.label_, ent.kb_id_) for ent in doc.ents}
        has_group = bool(overlapping) or any(offset.id for offset in apart)
        back = set(offsets) if has_group else set()
        group = {
            Offset(span.start_char, span.end_char, span.label_, span.kb_id_, span.id_)
            for span in doc.spans.get(GROUP, ())
        }
        self._add("entities that overlap spans, and are read as spans", own - lone)
        self._add("ids of entities", [ent for ent in doc.ents if ent.id_])
        self._add("spans that overlap no other, and are read as entities", group if not has_group else ())
        self._add("ids of spans", group - back if has_group else ())
        self._add(
            f"entities beside the group {GROUP!r} that are read as its spans too",
            back - group if group else (),
        )
        for key, each in doc.spans.items():
            if key != GROUP:
                self._add(f"spans of the group {key!r}, which are read as entities or as {GROUP!r}", each)
        grouped = [*overlapping, *(offset for offset in apart if offset.id)]
        self._compare_missing({place for offset in grouped for place in range(offset.start, offset.end)})

    def _compare_missing(self, touched: set[int]) -> None:
        """Tokens of which nothing is annotated are those of spans that overlap."""
        iob = self.doc.columns.get(attrs.ENT_IOB)
        missing = [token for token in self.doc if iob is None or iob[token.i] == MISSING]
        lost = [token for token in missing if touched.isdisjoint(range(token.idx, token.idx + len(token)))]
        if lost and len(missing) == len(self.doc):
            self.losses.add("documents of which entities are not annotated, which are read as having none")
        else:
            self._add("tokens of which entities are not annotated", lost)

    def _add(self, kind: str, lost: Any) -> None:
        if len(lost):
            self.losses.add(kind, len(lost))

    def _write_others(self, spans: Sequence[_Span], kept: Sequence[dict[str, Any]]) -> None:
        """Relations, references and all that was read beside spans, of what is there."""
        ids = {span.id for span in spans}
        # Events may name events that come later. What names a line that goes has to go too.
        written, size = list(kept), len(kept) + 1
        while len(written) < size:
            size = len(written)
            there = ids | {line["id"] for line in written}
            written = [line for line in written if self._names(line) <= there]
        if len(written) < len(kept):
            self.losses.add("lines about spans that are no more", len(kept) - len(written))
        references = {(line["of"][0], line["value"]) for line in written if line["id"][0] == "N"}
        self.lines += [_as_line(line) for line in written]
        self._write_relations(spans, {line["id"] for line in written})
        taken = {line["id"] for line in written}
        free = (f"N{number}" for number in range(1, len(spans) + len(taken) + 2) if f"N{number}" not in taken)
        for span in spans:
            base, colon, name = span.base.partition(":")
            value = span.base if colon and base and name and base != OWN_BASE else f"{OWN_BASE}:{span.base}"
            if span.base and (span.id, value) not in references:
                covered = " ".join(self.text[start:end] for start, end in span.parts)
                self.lines.append(f"{next(free)}\tReference {span.id} {value}\t{_SPACE.sub(' ', covered)}")

    def _names(self, line: dict[str, Any]) -> set[str]:
        return {*line.get("of", ()), *(name for _, name in line.get("arguments", ()))}

    def _write_relations(self, spans: Sequence[_Span], taken: set[str]) -> None:
        """Relations that no line has yet."""
        ends = {(span.parts[0][0], span.parts[-1][1], span.label): span.id for span in spans}
        have = {
            (line["label"], *(name for _, name in line["arguments"]))
            for line in self.doc.user_data.get(KEY, ())
            if line["id"][0] == "R" and line["id"] in taken
        }
        found = relations_of(self.doc)
        free = (f"R{number}" for number in range(1, len(found) + len(taken) + 2) if f"R{number}" not in taken)
        for relation in found:
            head, child = (ends.get(end[:3]) for end in (relation.head, relation.child))
            if head is None or child is None or not _NAME.fullmatch(relation.label):
                self.losses.add("relations of other things than spans")
            elif (relation.label, head, child) not in have:
                self.lines.append(f"{next(free)}\t{relation.label} Arg1:{head} Arg2:{child}")


def _as_line(line: dict[str, Any]) -> str:
    """A line as it was read."""
    id, label, of = line["id"], line["label"], line.get("of", [])
    arguments = [f"{role}:{name}" for role, name in line.get("arguments", ())]
    if id[0] == "E":
        return "\t".join([id, " ".join([f"{label}:{of[0]}", *arguments])])
    values = [line["value"]] if line.get("value") else []
    content = " ".join([label, *of, *arguments, *values])
    return "\t".join([id, content, *([line["text"]] if line.get("text") else [])])
