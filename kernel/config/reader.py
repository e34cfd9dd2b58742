"""From the sections of a text to the nested dict of a config, with a source for every value."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kernel.config.sources import FILE, Source, Sources
from kernel.config.text import Document, Option
from kernel.config.values import PYTHON_LITERALS, ValueProblem, parse_value, show_text
from kernel.errors import Problem, warn


def nest(document: Document, file: str, kind: str = FILE) -> tuple[dict[str, Any], Sources, list[Problem]]:
    """Data and sources of a document, and everything that is wrong with its names and values.

    `[a.b]` implies a section `[a]`.
    """
    data: dict[str, Any] = {}
    sources: Sources = {}
    problems: list[Problem] = []
    names = {section.name for section in document.sections}
    for section in document.sections:
        header = Source(kind, file, section.line, (section.column,), section.column, f"[{section.name}]")
        node, path = data, ""
        for part in section.name.split("."):
            path = f"{path}.{part}" if path else part
            # A parent that has no header of its own stands where its first child does.
            sources.setdefault(path, header)
            child = node.setdefault(part, {})
            node = child if isinstance(child, dict) else {}
        sources[section.name] = replace(header, comments=tuple(section.comments))
        for option in section.options:
            path = f"{section.name}.{option.key}"
            if path in names:
                message = "set here, and a section of that name exists too"
                problems.append(Problem(message, file, option.line, option.key_column, path))
                continue
            source = sources[path] = _option_source(option, kind, file)
            try:
                node[option.key] = parse_value(option.text)
            except ValueProblem as error:
                line, column = source.place(error.offset)
                value = show_text(option.text)
                problems.append(Problem(str(error), file, line, column, path, value, None, error.hint))
            else:
                _warn_of_python(option, path, file)
    return data, sources, problems


def _option_source(option: Option, kind: str, file: str) -> Source:
    comments = option.comments
    while comments and not comments[-1]:
        comments = comments[:-1]
    return Source(
        kind, file, option.line, tuple(option.columns), option.key_column, option.text, tuple(comments)
    )


def _warn_of_python(option: Option, path: str, file: str) -> None:
    text = option.text
    where = f"{file}:{option.line}:{option.columns[0]}: {path}"
    if text in PYTHON_LITERALS:
        json_text = {"True": "true", "False": "false", "None": "null"}[text]
        warn(f"{where}: {text} is read as {json_text}; a config writes {json_text}")
    elif len(text) > 1 and text[0] == text[-1] == "'":
        warn(f"{where}: single quotes become part of the value; a config writes double quotes, or none")
