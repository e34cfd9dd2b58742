"""Reading the text of a config into sections and options, with positions and comments.

The format is that of Python's configparser: `[section]`, `key = value` or `key: value`, comments on lines of
their own after `#` or `;`, and values that go on over lines with a deeper indent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kernel.errors import Problem

_SECTION = re.compile(r"\[(.+)\]$")
_OPTION = re.compile(r"(?P<key>.*?)\s*[=:]\s*(?P<value>.*)$")


@dataclass(slots=True)
class Option:
    """`key = text`. line: where the value starts; lines: its lines, stripped; columns: where they start."""

    key: str
    line: int
    key_column: int
    columns: list[int]
    lines: list[str]
    comments: list[str]

    @property
    def text(self) -> str:
        return "\n".join(self.lines).rstrip()


@dataclass(slots=True)
class Section:
    """`[name]` with its options in file order."""

    name: str
    line: int
    column: int
    comments: list[str]
    options: list[Option] = field(default_factory=list)


@dataclass(slots=True)
class Document:
    """A config as written. problems: every line that couldn't be read."""

    sections: list[Section] = field(default_factory=list)
    last_comments: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read(text: str, file: str) -> Document:
    """Read a config's text; nothing is raised, problems are collected."""
    document = Document()
    section: Section | None = None
    option: Option | None = None
    pending: list[str] = []
    indent = 0

    def problem(message: str, hint: str | None = None) -> None:
        document.problems.append(
            Problem(message, file=file, line=number, column=level + 1, value=stripped, suggestion=hint)
        )

    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        stripped = line.strip()
        level = len(line) - len(line.lstrip())
        if stripped.startswith(("#", ";")):
            pending.append(stripped)
        elif not stripped:
            if option is not None:
                option.lines.append("")
                option.columns.append(1)
            if pending and pending[-1]:
                pending.append("")
        elif option is not None and level > indent:
            option.lines.append(stripped)
            option.columns.append(level + 1)
            option.comments.extend(pending)
            pending = []
        elif stripped.startswith("["):
            indent, option = level, None
            match = _SECTION.match(stripped)
            if match is None:
                problem("a section's header is [name], alone on its line")
                section = Section("", number, 1, [])
                continue
            section = _new_section(document, match[1], file, number, level, pending)
            pending = []
        else:
            indent, option = level, None
            match = _OPTION.match(stripped)
            if match is None or not match["key"]:
                hint = "A value that goes on over several lines is indented." if section else None
                problem("expected [section] or key = value", hint)
            elif section is None:
                problem("a value before the first section", "Every value belongs to a [section].")
                section = Section("", number, 1, [])
            else:
                column = level + match.start("value") + 1
                option = Option(match["key"], number, level + 1, [column], [match["value"]], pending)
                _add_option(document, section, option, file)
                pending = []
    document.last_comments = _trimmed(pending)
    return document


def _new_section(
    document: Document, name: str, file: str, line: int, level: int, comments: list[str]
) -> Section:
    section = Section(name, line, level + 1, _trimmed(comments))
    place = {"file": file, "line": line, "column": level + 1, "value": f"[{name}]"}
    first = next((other for other in document.sections if other.name == name), None)
    if first is not None:
        message = f"section [{name}] is already defined on line {first.line}"
        document.problems.append(Problem(message, **place, suggestion="Join the two."))  # type: ignore[arg-type]
    elif name == "DEFAULT" or name != name.strip() or not all(name.split(".")):
        message = f"[{name}] can't be the name of a section"
        document.problems.append(Problem(message, **place))  # type: ignore[arg-type]
    else:
        document.sections.append(section)
    return section


def _add_option(document: Document, section: Section, option: Option, file: str) -> None:
    option.comments = _trimmed(option.comments)
    first = next((other for other in section.options if other.key == option.key), None)
    if first is None:
        section.options.append(option)
        return
    path = f"{section.name}.{option.key}"
    message = f"already set on line {first.line}"
    document.problems.append(Problem(message, file, option.line, option.key_column, path))


def _trimmed(comments: list[str]) -> list[str]:
    while comments and not comments[-1]:
        comments = comments[:-1]
    return comments
