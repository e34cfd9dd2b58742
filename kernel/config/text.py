"""Reading the text of a config into sections and options, with positions and comments.

The format is that of Python's configparser: `[section]`, `key = value` or `key: value`, comments on lines of
their own after `#` or `;`, and values that go on over lines with a deeper indent.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from kernel.config.sources import Line, Place, problem
from kernel.config.values import DEEPEST
from kernel.errors import Problem

_SECTION = re.compile(r"\[(.+)\]$")
# What a broken header was meant to be: the rest of its section is worth a look all the same.
_MEANT = re.compile(r"\[+\s*([^\s\[\]#;=]+)")
# An indented line that was hardly meant to go on with a value, if that was whole: another key, or a header. No line of
# a list or mapping looks like that.
_STRAY = re.compile(r"(?P<key>[\w@*][\w.@*-]*)\s*=(?!=)|\[(?!(?:true|false|null)\]$)[A-Za-z_][\w.-]*\]$")
_WORD = re.compile(r"[^\s\[\]{}\"',]+|\$\{[^{}]+\}")
_OPTION = re.compile(r"(?P<key>[^=:]*)[=:]\s*(?P<value>.*)$")


@dataclass(slots=True)
class Option:
    """`key = text`. texts: its lines, stripped; lines: where each of them stands.

    is_whole: whether the text doesn't look as if it went on; None if nobody has looked.
    """

    key: str
    key_column: int
    lines: list[Line]
    texts: list[str]
    comments: list[str]
    is_whole: bool | None = None

    @property
    def text(self) -> str:
        return "\n".join(self.texts).rstrip()


@dataclass(slots=True)
class Section:
    """`[name]` with its options by key, in file order."""

    name: str
    line: Line
    comments: list[str]
    options: dict[str, Option] = field(default_factory=dict)


@dataclass(slots=True)
class Document:
    """A config as written: its sections by name, in file order. problems: every line that couldn't be read."""

    sections: dict[str, Section] = field(default_factory=dict)
    last_comments: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read(text: str, file: str) -> Document:
    """Read a config's text; nothing is raised, problems are collected."""
    return _Reader(file).run(text)


def _is_whole(text: str) -> bool:
    """Whether a value doesn't look as if it went on: JSON, a variable or one word."""
    if _WORD.fullmatch(text):
        return True
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


class _Reader:
    """section: the open one, None before the first. is_repeated: its name stood in the file before."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.document = Document()
        self.section: Section | None = None
        self.is_repeated = False
        self.option: Option | None = None
        self.pending: list[str] = []

    def run(self, text: str) -> Document:
        indent = 0
        for number, raw in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
            stripped = raw.strip()
            level = len(raw) - len(raw.lstrip())
            line = Line(number, level + 1, raw)
            if stripped.startswith(("#", ";")):
                self.pending.append(stripped)
            elif not stripped:
                self._blank(line)
            elif self.option is not None and level > indent and not self._is_stray(stripped, line):
                self._continue(self.option, stripped, line)
            else:
                indent, self.option = min(level, indent) if self.option is not None else level, None
                if stripped.startswith("["):
                    self._header(stripped, line)
                else:
                    self._option(stripped, line)
        self.document.last_comments = self._comments()
        return self.document

    def _continue(self, option: Option, text: str, line: Line) -> None:
        """Add a line to a value."""
        option.texts.append(text)
        option.lines.append(line)
        option.comments.extend(self._comments(trim=False))
        # A value that has gone on with a line of that look is no JSON, and none that more lines could make whole.
        if option.is_whole is not False:
            option.is_whole = None

    def _is_stray(self, text: str, line: Line) -> bool:
        """Whether an indented line is a key or header of its own, by all looks: noted as a problem."""
        option = self.option
        match = _STRAY.match(text)
        if option is None or match is None:
            return False
        if option.is_whole is None and (written := option.text):
            option.is_whole = _is_whole(written)
        if not option.is_whole:
            return False
        owner = f"{self.section.name}.{option.key}" if self.section else option.key
        what = f"'{match['key']}'" if match["key"] else f"the section {text}"
        message = f"{what} is indented, so it would be part of the value of {owner} on line {option.lines[0].number}"
        self._problem(
            message, line, text, "Start it in the first column. A value of several lines ends in brackets."
        )
        return True

    def _blank(self, line: Line) -> None:
        if self.option is not None:
            self.option.texts.append("")
            self.option.lines.append(line)
        if self.pending and self.pending[-1]:
            self.pending.append("")

    def _header(self, text: str, line: Line) -> None:
        match = _SECTION.match(text)
        name = match[1] if match else ""
        if match is None:
            meant = _MEANT.match(text)
            name = meant[1] if meant else ""
            hint = "A comment needs a line of its own." if re.search(r"\]\s*[#;]", text) else None
            self._problem("a section's header is [name], alone on its line", line, text, hint)
        elif (
            name == "DEFAULT"
            or name != name.strip()
            or "[" in name
            or "]" in name
            or not all(part and part == part.strip() for part in name.split("."))
            or name.count(".") >= DEEPEST
        ):
            self._problem(f"[{name}] can't be the name of a section", line, text)
        first = self.document.sections.get(name)
        self.is_repeated = first is not None
        if first is not None:
            if match is not None:
                message = f"section [{name}] is already defined on line {first.line.number}"
                self._problem(message, line, text, "Join the two.", path=name)
            self.section = first
            return
        self.section = Section(name, line, self._comments())
        if name and all(name.split(".")) and name != "DEFAULT" and name == name.strip():
            self.document.sections[name] = self.section

    def _option(self, text: str, line: Line) -> None:
        match = _OPTION.match(text)
        key = match["key"].rstrip() if match else ""
        if match is None or not key:
            hint = "A value that goes on over several lines is indented." if self.section else None
            self._problem("expected [section] or key = value", line, text, hint)
            return
        if self.section is None:
            hint = "Every value belongs to a [section]."
            self._problem("a value before the first section", line, text, hint)
            self.section = Section("", line, [])
            return
        start = Line(line.number, line.column + match.start("value"), line.raw)
        option = Option(key, line.column, [start], [match["value"]], self._comments())
        self.option = option
        first = self.section.options.setdefault(option.key, option)
        if first is option:
            return
        if not self.is_repeated:
            message = f"already set on line {first.lines[0].number}"
            self._problem(message, line, option.key, path=f"{self.section.name}.{option.key}")

    def _problem(self, message: str, line: Line, text: str, hint: str | None = None, path: str = "") -> None:
        place = Place(self.file, line.number, line.column, len(text), line.raw)
        value = None if path else text
        self.document.problems.append(problem(message, path, place, value=value, suggestion=hint))

    def _comments(self, *, trim: bool = True) -> list[str]:
        comments, self.pending = self.pending, []
        while trim and comments and not comments[-1]:
            comments = comments[:-1]
        return comments
