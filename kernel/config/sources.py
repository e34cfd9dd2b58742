"""Where the values of a config come from."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

from kernel.config.json_places import locate
from kernel.config.values import VARIABLE
from kernel.errors import Problem

FILE = "file"
DEFAULT = "default"
OVERRIDE = "override"
ENVIRONMENT = "environment"
ARGUMENT = "argument"


class Line(NamedTuple):
    """One line of a value. number and column: where it starts, 1-based. raw: the whole line of the file."""

    number: int
    column: int
    raw: str


class Place(NamedTuple):
    """Something in a file. width: columns that it takes on its line. raw: the whole line."""

    file: str
    line: int
    column: int
    width: int
    raw: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Source:
    """Origin of one value or section.

    kind: FILE, DEFAULT, OVERRIDE, ENVIRONMENT or ARGUMENT. name: the file, the override as the user wrote it, what has the
    default, or the argument of which function. lines: those of the value, the first one with its key. key_column: where the key starts. text: the value
    as written, its lines stripped. comments: the comment lines above it, as written. is_new: an override of something
    that no file or default had.
    """

    kind: str
    name: str
    lines: tuple[Line, ...] = ()
    key_column: int | None = None
    text: str | None = None
    comments: tuple[str, ...] = ()
    is_new: bool = False

    @property
    def is_override(self) -> bool:
        return self.kind in (OVERRIDE, ENVIRONMENT)

    @property
    def is_section(self) -> bool:
        """Whether it is the header of a section."""
        return bool(self.lines) and self.lines[0].column == self.key_column

    @property
    def line(self) -> int | None:
        return self.lines[0].number if self.lines else None

    @property
    def column(self) -> int | None:
        return self.lines[0].column if self.lines else None

    def place(self, start: int = 0, end: int | None = None) -> Place | None:
        """The part of the text between two offsets, as far as it is on one line; None if nothing is written."""
        if not self.lines or self.text is None:
            return None
        start = start or len(self.text) - len(self.text.lstrip())
        starts = line_starts(self.text)
        row = bisect_right(starts, start) - 1
        border = starts[row + 1] - 1 if row + 1 < len(starts) else len(self.text)
        rest = self.text[start : border if end is None else min(end, border)].rstrip()
        line = self.lines[min(row, len(self.lines) - 1)]
        return Place(self.name, line.number, line.column + start - starts[row], max(len(rest), 1), line.raw)

    def key_place(self) -> Place | None:
        """The key of the value, or the header of the section."""
        if not self.lines or self.key_column is None:
            return self.place()
        line = self.lines[0]
        width = len(line.raw[self.key_column - 1 : line.column - 1].rstrip(" \t=:"))
        if self.is_section:
            width = len(self.text or "")
        return Place(self.name, line.number, self.key_column, max(width, 1), line.raw)

    def describe(self) -> str | None:
        """How to say where the value was set; None for a plain file, whose position says it all."""
        if self.kind == OVERRIDE:
            return f"override {self.name}"
        if self.kind == ENVIRONMENT:
            return f"environment variable {ENVIRONMENT_VARIABLE} ({self.name})"
        if self.kind == DEFAULT:
            return f"default of {self.name}"
        return self.name if self.kind == ARGUMENT else None


# A report may name many places of one long value: what was found out about a text is kept for a while.


@lru_cache(maxsize=16)
def line_starts(text: str) -> list[int]:
    """The offsets at which the lines of a text start."""
    return [0, *(match.end() for match in re.finditer("\n", text))]


@lru_cache(maxsize=16)
def first_variables(text: str) -> dict[str, int]:
    """Where in a text each variable stands first, by how it is written."""
    found: dict[str, int] = {}
    for match in VARIABLE.finditer(text):
        found.setdefault(match[0], match.start())
    return found


# Sources of a config, by dotted path.
Sources = dict[str, Source]

ENVIRONMENT_VARIABLE = "KERNEL_CONFIG_OVERRIDES"


def nearest(sources: Sources, path: str) -> tuple[Source | None, list[str]]:
    """The source of a path, or of the closest thing around it; and the rest of the path, inside of that thing."""
    rest: list[str] = []
    while path:
        if path in sources:
            return sources[path], rest
        path, _, last = path.rpartition(".")
        rest.insert(0, last)
    return None, rest


def written(sources: Sources, path: str) -> Source | None:
    """The source of the closest thing at or around a path that stands in a file."""
    while path:
        source = sources.get(path)
        if source is not None and source.lines:
            return source
        path = path.rpartition(".")[0]
    return None


def merge_sources(
    base: Sources, updates: Sources, in_base: Callable[[str], bool], in_updates: Callable[[str], bool]
) -> Sources:
    """Sources of a merged config. Comments of a replaced value stay unless the new one has its own."""
    result = dict(base)
    for path, old in base.items():
        # A mapping that is the value of one key or override: the keys in it have no sources of their own.
        around = nearest(updates, path)[0] if path not in updates and in_updates(path) else None
        if around is not None and around.is_override:
            result[path] = replace(around, comments=old.comments, is_new=False)
        elif around is not None and around.lines and not around.is_section:
            del result[path]
    for path, source in updates.items():
        former = base.get(path)
        if former is not None and former.comments and not source.comments:
            source = replace(source, comments=former.comments)
        if source.is_new and in_base(path):
            source = replace(source, is_new=False)
        result[path] = source
    return result


def place_of(sources: Sources, path: str, *, key: bool = False) -> Place | None:
    """Where the value at a path is written: inside of a list or mapping the item, else what is around it.

    key: where its key is.
    """
    source, rest = nearest(sources, path)
    if source is None or _is_default_around(source, rest):
        return None
    if not source.lines:
        # An override has no place of its own; a default stands for something that is missing from its block.
        around = written(sources, path) if source.kind == DEFAULT else None
        return around.key_place() if around else None
    if rest and source.text is not None and not source.is_section:
        found = locate(source.text, rest, key=key)
        if found:
            return source.place(*found)
    return source.key_place() if key and not rest else source.place()


def _is_default_around(source: Source, rest: list[str]) -> bool:
    """Whether the source of a path is only that of a section around it which has nothing at the path: a program put it there."""
    return source.kind == DEFAULT and source.is_section and bool(rest)


def problem_at(sources: Sources, path: str, message: str, *, key: bool = False, **details: Any) -> Problem:
    """A problem with the place and the origin of what stands at a path. key: the key itself is wrong.

    details: value, expected and suggestion of the problem.
    """
    source, rest = nearest(sources, path)
    if source is not None and _is_default_around(source, rest):
        source = None
    place = place_of(sources, path if key else followed(sources, path), key=key)
    return problem(message, path, place, origin(sources, source), **details)


def followed(sources: Sources, path: str) -> str:
    """The path whose value a default takes over by being one variable, if the user set that value. Else `path` itself."""
    seen = {path}
    source = nearest(sources, path)[0]
    target = path
    while source is not None and source.kind == DEFAULT:
        name = _variable(source)
        if name is None or name in seen:
            return path
        seen.add(name)
        target, source = name, nearest(sources, name)[0]
    return path if source is None else target


def _variable(source: Source) -> str | None:
    """The path that a value refers to, if it is one variable and nothing else."""
    found = VARIABLE.fullmatch(source.text.strip()) if source.text else None
    return found[1].replace(":", ".") if found else None


def problem(
    message: str, path: str, place: Place | None, origin: str | None = None, **details: Any
) -> Problem:
    """A problem at a place."""
    if place is not None:
        file, line, column, width, text = place
        details |= {"file": file, "line": line, "column": column, "width": width, "text": text}
    return Problem(message, path=path or None, origin=origin, **details)


def origin(sources: Sources, source: Source | None) -> str | None:
    """Where a value was set, if not where it stands: an override, a default, another value of the file."""
    if source is None:
        return None
    said = source.describe()
    name = _variable(source)
    if name is None:
        return said
    around, target = nearest(sources, name)[0], written(sources, name)
    written_as = (source.text or "").strip()
    if around is not None and around.is_override:
        return f"{written_as}, {around.describe()}"
    if said is not None:
        return f"{written_as}, {said}"
    return f"{written_as}, set at {target.place()}" if target is not None else None
