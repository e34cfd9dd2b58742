"""From the sections of a text to the nested dict of a config, with a source for every value."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kernel.config.sources import FILE, Source, Sources, problem
from kernel.config.text import Document, Option, Section
from kernel.config.values import PYTHON_LITERALS, ValueProblem, parse_value, show_text
from kernel.errors import Problem, warn


def nest(document: Document, file: str, kind: str = FILE) -> tuple[dict[str, Any], Sources, list[Problem]]:
    """Data and sources of a document, and everything that is wrong with its names and values.

    `[a.b]` implies a section `[a]`.
    """
    data: dict[str, Any] = {}
    sources: Sources = {}
    problems: list[Problem] = []
    made_by = _sections_by_path(document)
    for section in document.sections.values():
        text = f"[{section.name}]"
        header = Source(kind, file, (section.line,), section.line.column, text)
        node, path = data, ""
        for part in section.name.split("."):
            path = f"{path}.{part}" if path else part
            # A parent that has no header of its own stands where its first child does.
            sources.setdefault(path, header)
            node = node.setdefault(part, {})
        sources[section.name] = replace(header, comments=tuple(section.comments))
        for option in section.options.values():
            path = f"{section.name}.{option.key}"
            source = _option_source(option, kind, file)
            value, found = _value(option, source, path)
            problems += found
            if path in made_by:
                other = made_by[path]
                message = f"a value, but [{other.name}] on line {other.line.number} makes it a section"
                problems.append(problem(message, path, source.key_place()))
                continue
            sources[path] = source
            node[option.key] = value
            if not found:
                _warn_of_python(option, path, file)
    return data, sources, problems


def _sections_by_path(document: Document) -> dict[str, Section]:
    """The section that makes a path one: its own, or the first one below it."""
    found: dict[str, Section] = {}
    for section in document.sections.values():
        parts = section.name.split(".")
        for depth in range(1, len(parts) + 1):
            found.setdefault(".".join(parts[:depth]), section)
    return found


def _value(option: Option, source: Source, path: str) -> tuple[Any, list[Problem]]:
    try:
        return parse_value(option.text), []
    except ValueProblem as error:
        place = source.place(error.offset, error.offset + 1)
        value = show_text(option.text)
        return option.text, [problem(str(error), path, place, value=value, suggestion=error.hint)]


def _option_source(option: Option, kind: str, file: str) -> Source:
    comments = option.comments
    while comments and not comments[-1]:
        comments = comments[:-1]
    return Source(kind, file, tuple(option.lines), option.key_column, option.text, tuple(comments))


def _warn_of_python(option: Option, path: str, file: str) -> None:
    text = option.text
    where = f"{file}:{option.lines[0].number}:{option.lines[0].column}: {path}"
    if text in PYTHON_LITERALS:
        json_text = {"True": "true", "False": "false", "None": "null"}[text]
        warn(f"{where}: {text} is read as {json_text}; a config writes {json_text}")
    elif len(text) > 1 and text[0] == text[-1] == "'":
        warn(f"{where}: single quotes become part of the value; a config writes double quotes, or none")
