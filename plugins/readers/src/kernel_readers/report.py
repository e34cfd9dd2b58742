"""What a reader took from its files and what it left: said in warnings and notes, and shown by `kernel debug data`."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from kernel.component import Finding
from kernel.errors import note, warn

INCLUSIVE = "ends one character before its last word does"
BLANKS = "has blanks at its ends"
OVERLAPS = "overlaps another entity"
# Tokens that are named, the most frequent ones.
_SHOWN = 5
_COLUMNS = (
    "Read are those called text, sentence, label, category or class; others get names, from left to right: "
    'columns = ["text", "label", "_"] in the reader\'s block, --columns text,label,_ of kernel convert, with _ for what is not read'
)
# What tools keep beside annotations, as Prodigy does keys that begin with "_".
_BESIDE = frozenset({"meta", "tokens", "id"})


class Lost(NamedTuple):
    """An entity that could not be kept. place: where it stands, for people. token: one that it ends or begins within. is_of_group: whether it is a span of a group."""

    label: str
    text: str
    place: str
    why: str
    token: str = ""
    is_of_group: bool = False

    def __str__(self) -> str:
        return f"{self.place}: {self.label!r} {self.text!r} {self.why}"


@dataclass
class Form:
    """How many files were found to be alike, and what is in them."""

    files: int = 0
    sentences: int = 0
    documents: int = 0


@dataclass
class Counted:
    """Something that was left out or put right: how often, and where first."""

    number: int
    first: str
    is_harmless: bool


@dataclass
class Report:
    """What one pass over a file, or the files of a directory, came upon.

    is_of_one_file: whether places need no file. line: where the document that was read last begins, None if the format has
    no lines. records: objects read. unused: keys that were not read -> records that have them; aside: those among them that are known
    to hold nothing to read. rows, columns: the same of tables. kept: label -> entities. remarks: what was left out or put right, `{}` for a number -> how often.
    forms: description of column files -> what they hold.
    """

    is_of_one_file: bool = True
    line: int | None = None
    records: int = 0
    unused: Counter[str] = field(default_factory=Counter)
    aside: set[str] = field(default_factory=set)
    rows: int = 0
    columns: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    lost: list[Lost] = field(default_factory=list)
    remarks: dict[str, Counted] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)

    def place(self, path: Path, line: int | None, *, offset: int | None = None) -> str:
        """Where something is, for people."""
        where = (
            (f"line {line}" if self.is_of_one_file else f"{path}:{line}") if line is not None else str(path)
        )
        return where if offset is None else f"{where}, offset {offset}"

    def remark(self, what: str, place: str, number: int = 1, *, is_harmless: bool = False) -> None:
        """Count something that was left out or put right. is_harmless: whether it was meant to be."""
        self.remarks.setdefault(what, Counted(0, place, is_harmless)).number += number

    def opened(self, path: Path, number: int, line: int, *, has_begun: bool) -> None:
        """Warn of tags that were put right. number: I- that open an entity. line: of the first. has_begun: whether others begin with B-.

        A file without any B- is IOB1 and as it should be.
        """
        if number and has_begun:
            warn(opened(f"{path}:{line}", number))

    def took(self, form: str, *, sentences: int, documents: int) -> None:
        """Count a file of sentences."""
        found = self.forms.setdefault(form, Form())
        found.files += 1
        found.sentences += sentences
        found.documents += documents

    def say(self, path: Path | str) -> None:
        """One warning for each thing that was lost, one note for each that was taken."""
        for finding in self.findings(path, for_each_label=False):
            (note if finding.level in ("good", "info") else warn)(finding.message)

    def findings(self, path: Path | str, *, for_each_label: bool = True) -> Iterator[Finding]:
        """Everything, `path` first in each message.

        for_each_label: one finding a label that lost entities, with all of them; else one for all.
        """
        for form, found in self.forms.items():
            files = f"{found.files} files: " if found.files > 1 else ""
            yield Finding(
                "good",
                f"{path}: {files}{form}; {_n(found.sentences, 'sentence')}; {_n(found.documents, 'document')}",
            )
        if for_each_label and self.rows:
            yield Finding("info", f"{path}: {_n(self.rows, 'row')} of a table without columns of entities")
        yield from self._keys(path)
        yield from self._columns(path)
        for what, counted in self.remarks.items():
            text = what.replace("{}", f"{counted.number:,}")
            level: Literal["info", "warn"] = "info" if counted.is_harmless else "warn"
            yield Finding(level, f"{path}: {text} (the first: {counted.first})")
        if for_each_label:
            yield from self._by_label(path)
            return
        overlapping = [one for one in self.lost if one.why == OVERLAPS]
        for is_of_group, one_is, many in (
            (False, "1 entity", "entities"),
            (True, "1 span of a group", "spans of groups"),
        ):
            misplaced = [one for one in self.lost if one.why != OVERLAPS and one.is_of_group == is_of_group]
            if not misplaced:
                continue
            number = len(misplaced)
            subject = f"{one_is} doesn't" if number == 1 else f"{number:,} {many} don't"
            what = f"{subject} begin and end where tokens do"
            yield Finding(
                "warn", f"{path}: {what}; {self._lost_together(misplaced)}{self._way_out(misplaced)}"
            )
        if overlapping:
            what = f"{len(overlapping):,} entities overlap others"
            way = '. A token belongs to one entity at most; groups of spans may overlap: spans = {"name": [...]}'
            yield Finding("warn", f"{path}: {what}; {self._lost_together(overlapping)}{way}")

    def _keys(self, path: Path | str) -> Iterator[Finding]:
        quiet = {key for key in self.unused if key in _BESIDE or key in self.aside or key.startswith("_")}
        for level, keys in _levels(quiet, self.unused.keys() - quiet):
            shown = ", ".join(f"{key!r} ({self.unused[key]:,})" for key in sorted(keys))
            yield Finding(level, f"{path}: keys that are not read, of {_n(self.records, 'record')}: {shown}")

    def _columns(self, path: Path | str) -> Iterator[Finding]:
        quiet = {name for name in self.columns if name.startswith("_") or name.lower() in _BESIDE}
        for level, names in _levels(quiet, self.columns.keys() - quiet):
            shown = ", ".join(f"{name!r} ({self.columns[name]:,})" for name in sorted(names))
            way = "" if level == "info" else f". {_COLUMNS}"
            yield Finding(
                level, f"{path}: columns that are not read, of {_n(self.rows, 'row')}: {shown}{way}"
            )

    def _by_label(self, path: Path | str) -> Iterator[Finding]:
        lost: dict[str, list[Lost]] = {}
        for one in self.lost:
            lost.setdefault(one.label, []).append(one)
        for label, ones in sorted(lost.items()):
            total = len(ones) + self.kept[label]
            why = ", ".join(f"{number:,} {reason}" for reason, number in _reasons(ones))
            yield Finding(
                "fail" if 2 * len(ones) >= total else "warn",
                f"{path}: {label}: {self.kept[label]:,} kept, {len(ones):,} lost ({why}){self._way_out(ones)}",
                tuple(map(str, ones)),
            )

    def _lost_together(self, lost: list[Lost]) -> str:
        labels = Counter(one.label for one in lost)
        shares = ", ".join(
            f"{label} {self.kept[label]:,} kept, {n:,} lost" for label, n in sorted(labels.items())
        )
        then = "left out" if lost[0].is_of_group else "their tokens count as not annotated"
        return f"{then} (the first: {lost[0]}); {shares}"

    def _way_out(self, lost: list[Lost]) -> str:
        """What would keep most of them."""
        # A few such entities stand before tokens like 'Ltd.'; only where most are so, something is wrong with all ends.
        inclusive = sum(one.why == INCLUSIVE for one in self.lost)
        if 2 * inclusive > sum(self.kept.values()) + len(self.lost):
            return ". Their ends seem to be inclusive; 'end' must be the first character after the entity"
        if any(one.why == BLANKS for one in lost):
            return f". trim = true in the reader's block, --trim of kernel convert, keeps {sum(one.why == BLANKS for one in lost):,} of them"
        tokens = Counter(one.token for one in lost if one.token).most_common(_SHOWN)
        shown = ", ".join(f"{token!r} ({number:,})" for token, number in tokens)
        return f". These tokens reach further than their entities: {shown}" if shown else ""


def _levels(quiet: set[str], others: set[str]) -> Iterator[tuple[Literal["info", "warn"], set[str]]]:
    if quiet:
        yield "info", quiet
    if others:
        yield "warn", others


def opened(place: str, number: int) -> str:
    """That tags were put right. place: of the first."""
    return f"{place}: I- follows no entity of its label and opens one; {number} in this file"


def _reasons(lost: list[Lost]) -> list[tuple[str, int]]:
    return Counter(one.why for one in lost).most_common()


def _n(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
