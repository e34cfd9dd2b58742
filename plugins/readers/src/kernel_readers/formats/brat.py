"""brat standoff: a text in a `.txt` file, and what is annotated of it in an `.ann` file of the same name.

The lines of an `.ann` file (https://brat.nlplab.org/standoff.html): `T` a span, of one or several parts; `R` a relation;
`E` an event; `A` or `M` an attribute; `N` a reference to a knowledge base; `#` a note; `*` things that are the same.

Spans that overlap no other are entities. Where some overlap, all are in the group `sc`. Of a span of several parts each part is
in that group, and its id says to which it belongs. Relations of spans are kept as `relations` says. A file that has more than spans and
relations is kept as plain data, line by line, under `doc.user_data["brat"]`, see `Line`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from kernel.errors import DataError
from kernel.tokens import Doc
from kernel_readers.formats.format import Settings, SuffixFormat
from kernel_readers.formats.offsets import Offset, Places, Placing
from kernel_readers.formats.record import Record
from kernel_readers.formats.relations import Relation, keep_relations
from kernel_readers.lines import check_readable, numbered_lines, whole_text
from kernel_readers.problems import collected
from kernel_readers.report import Report

ANNOTATIONS, TEXT = ".ann", ".txt"
# The group of spans that overlap, and where a document keeps what is not spans.
GROUP, KEY = "sc", "brat"
# What a reference is to that has no knowledge base of its own.
OWN_BASE = "kb"
_PARTS = re.compile(r"(?P<label>\S+) (?P<parts>\d{1,15} \d{1,15}(?:;\d{1,15} \d{1,15})*)")
_ARGUMENT = re.compile(r"([^\s:]+):(\S+)")
_KINDS = "T, R, E, A, M, N, # and *"


@dataclass
class Line:
    """A line of an `.ann` file.

    id: with its letter, which says what it is; "*" for things that are the same. label: the type. parts: of a span, [start,
    end] in characters. of: ids of what it is about: the trigger of an event, the target of an attribute, a reference or a
    note, the things that are the same. arguments: of a relation or an event, [role, id]. value: of an attribute or a
    reference. text: of a note or a reference.
    """

    id: str
    label: str
    parts: list[list[int]] = field(default_factory=list)
    of: list[str] = field(default_factory=list)
    arguments: list[list[str]] = field(default_factory=list)
    value: str = ""
    text: str = ""

    def as_data(self) -> dict[str, Any]:
        """Plain data: what the line has."""
        return {key: value for key, value in vars(self).items() if value}


@partial(SuffixFormat, suffix=ANNOTATIONS)
def read(path: Path, nlp: Any, settings: Settings, report: Report) -> Iterator[Doc]:
    """Yield the document of a text and its annotations. path: of either file.

    An `.ann` file may be empty: then the text has no entities. Raises DataError with the line for one that is not of this
    form, that names what no line has, and for a span whose text is not what stands there.
    """
    annotations, text = path.with_suffix(ANNOTATIONS), path.with_suffix(TEXT)
    if not path.exists():
        check_readable(path)
    content = _text(annotations, text)
    lines = _lines(annotations, content)
    try:
        doc = nlp.make_doc(content)
    except DataError as error:
        raise error.at(text) from error
    spans = [(number, line) for number, line in lines if line.id[0] == "T"]
    bases = _bases(annotations, lines, report)
    _set_spans(doc, annotations, spans, bases, settings, report)
    ends = {line.id: Offset(line.parts[0][0], line.parts[-1][1], line.label) for _, line in spans}
    keep_relations(doc, [_relation(line, ends) for _, line in lines if _is_of_spans(line, ends)])
    covered = {line.id: _covered(line.parts, content) for _, line in spans}
    if not all(line.id[0] == "T" or _is_plain(line, covered) for _, line in lines) or len(bases) < sum(
        line.id[0] == "N" for _, line in lines
    ):
        doc.user_data[KEY] = [line.as_data() for _, line in lines]
    report.line = 1
    yield doc


def _text(annotations: Path, text: Path) -> str:
    for path, other, what in ((annotations, text, "are no annotations"), (text, annotations, "is no text")):
        if not path.exists():
            raise DataError(
                f"there {what} beside it: {path.name}",
                path=other,
                hint="brat keeps a text in NAME.txt, and its annotations in NAME.ann in the same folder.",
            )
    # A text of nothing is one too.
    return whole_text(text) if text.stat().st_size else ""


def _lines(path: Path, text: str) -> list[tuple[int, Line]]:
    """The lines of a file with their numbers, all of which name only what is there."""
    found: list[tuple[int, Line]] = []
    if not path.stat().st_size:
        return found
    with collected("lines") as problems:
        for number, line in numbered_lines(path):
            if not line.strip():
                continue
            try:
                found.append((number, _line(line, text)))
            except DataError as error:
                problems.add(error.at(path, line=number))
        ids: dict[str, int] = {}
        for number, one in found:
            if one.id in ids and one.id != "*":
                problems.add(
                    DataError(f"{one.id} is the id of line {ids[one.id]} too", path=path, line=number)
                )
            ids[one.id] = number
        # What could not be read may have been what others name.
        for number, one in found if not problems else ():
            for name in [*one.of, *(name for _, name in one.arguments)]:
                if name not in ids and not (one.id[0] == "#" and not name[1:].isdigit()):
                    problems.add(
                        DataError(f"{one.id} names {name[:40]}, which no line has", path=path, line=number)
                    )
    return found


def _line(line: str, text: str) -> Line:
    """A line. DataError, without its place, for one that is not of this form."""
    id, tab, rest = line.partition("\t")
    id = id.strip()
    if not tab or not id or (id != "*" and not (id[0] in "TREAMN#" and id[1:].isalnum())):
        raise DataError(
            f"expected an id, a tab and what is annotated, found {line[:60]!r}",
            hint=f"Ids begin with one of {_KINDS}.",
        )
    content, _, after = rest.partition("\t")
    if id[0] == "T":
        return _span(id, content, after, text)
    label, *names = content.split(" ")
    names = [name for name in names if name]
    if not label or not (names or id[0] == "E"):
        raise DataError(f"{id} needs a type and what it is about, found {rest[:60]!r}")
    if id[0] in "RE":
        return _with_arguments(id, label, names)
    if id == "*":
        if len(names) < 2:
            raise DataError(f"{label} needs two ids or more, found {rest[:60]!r}")
        return Line(id, label, of=names)
    of, *values = names
    if len(values) > 1 or (id[0] == "N" and not values) or (id[0] == "#" and values):
        expected = {"N": "a type, an id and a reference", "#": "a type and an id"}.get(
            id[0], "a type, an id and a value at most"
        )
        raise DataError(f"{id} needs {expected}, found {content[:60]!r}")
    return Line(id, label, of=[of], value="".join(values), text=after)


def _span(id: str, content: str, covered: str, text: str) -> Line:
    match = _PARTS.fullmatch(content)
    if match is None:
        raise DataError(
            f"{id} needs a type and places, found {content[:60]!r}",
            hint="A span is written TYPE START END, and one of several parts TYPE START END;START END.",
        )
    parts = [[int(place) for place in part.split()] for part in match["parts"].split(";")]
    before = 0
    for start, end in parts:
        if not before <= start < end <= len(text):
            why = (
                f"outside of the text of {len(text)} characters"
                if max(start, end) > len(text)
                else "empty"
                if start == end
                else "out of order"
            )
            raise DataError(f"the place [{start}:{end}] of {id} is {why}")
        before = end
    found = _covered(parts, text)
    if found.split() != covered.split():
        raise DataError(
            f"the text of {id} is {covered[:60]!r}, and {found[:60]!r} stands there",
            hint="The .txt file is not the one that was annotated: look for lines or line ends that were changed.",
        )
    return Line(id, match["label"], parts=joined(parts, text))


def joined(parts: list[list[int]], text: str) -> list[list[int]]:
    """Parts with nothing but white space between them as one: brat lets no span go over the end of a line."""
    joined = parts[:1]
    for start, end in parts[1:]:
        if text[joined[-1][1] : start].strip():
            joined.append([start, end])
        else:
            joined[-1] = [joined[-1][0], end]
    return joined


def _with_arguments(id: str, label: str, names: Sequence[str]) -> Line:
    trigger = []
    if id[0] == "E":
        label, colon, of = label.partition(":")
        trigger = [of]
        if not (label and colon and of):
            raise DataError(f"{id} needs a type and its trigger, TYPE:ID, found {label[:60]!r}")
    arguments = []
    for name in names:
        match = _ARGUMENT.fullmatch(name)
        if match is None:
            raise DataError(f"{id}: expected ROLE:ID, found {name[:60]!r}")
        arguments.append([match[1], match[2]])
    if id[0] == "R" and len(arguments) != 2:
        raise DataError(f"{id} needs two arguments, found {len(arguments)}")
    return Line(id, label, of=trigger, arguments=arguments)


def _bases(path: Path, lines: Sequence[tuple[int, Line]], report: Report) -> dict[str, str]:
    """Id of a span -> what it is in a knowledge base, for those with one reference and no text to it of another use."""
    found: dict[str, str] = {}
    for number, line in lines:
        if line.id[0] != "N" or line.of[0][0] != "T":
            continue
        base, _, name = line.value.partition(":")
        if line.of[0] in found:
            report.remark(
                "{} spans have several references to knowledge bases; the first is read",
                report.place(path, number),
            )
            continue
        found[line.of[0]] = name if base == OWN_BASE and name else line.value
    return found


def _set_spans(
    doc: Doc,
    path: Path,
    spans: Sequence[tuple[int, Line]],
    bases: dict[str, str],
    settings: Settings,
    report: Report,
) -> None:
    offsets = [
        Offset(start, end, line.label, bases.get(line.id, ""), line.id if len(line.parts) > 1 else "")
        for _, line in spans
        for start, end in line.parts
    ]
    numbers = {
        (start, end, line.label): number for number, line in reversed(spans) for start, end in line.parts
    }
    placing = Placing(Record(path, 1, {}), Places.of(doc), report, trim=settings.trim, lines=numbers)
    placing.set_entities(doc, sorted(offsets), group=GROUP)


def _is_of_spans(line: Line, ends: dict[str, Offset]) -> bool:
    return line.id[0] == "R" and all(name in ends for _, name in line.arguments)


def _is_plain(line: Line, covered: dict[str, str]) -> bool:
    """Whether relations and entities say all that a line does. covered: id of a span -> its text."""
    if line.id[0] == "N":
        text = covered.get(line.of[0])
        return line.label == "Reference" and text is not None and text.split() == line.text.split()
    is_relation = line.id[0] == "R" and all(name in covered for _, name in line.arguments)
    return is_relation and [role for role, _ in line.arguments] == ["Arg1", "Arg2"]


def _covered(parts: Sequence[Sequence[int]], text: str) -> str:
    return " ".join(text[start:end] for start, end in parts)


def _relation(line: Line, ends: dict[str, Offset]) -> Relation:
    (_, head), (_, child) = line.arguments
    return Relation(line.label, ends[head], ends[child])
