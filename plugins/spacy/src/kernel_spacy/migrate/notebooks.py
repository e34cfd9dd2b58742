"""Notebooks of Jupyter: the code of their cells. What a cell has that is no Python, `!` and `%` lines, counts as commands."""

from __future__ import annotations

import json
import re
from typing import Any

from kernel_spacy.migrate import commands, python
from kernel_spacy.migrate.findings import Finding

_MAGIC = re.compile(r"\s*[%!?]")
# Magics that Python follows: on all lines of a cell, and on the same line.
_OF_PYTHON = re.compile(r"%%(time|timeit|capture|prun|memit|mprun)\b")
_LINE_OF_PYTHON = re.compile(r"\s*%(time|timeit|prun|memit|mprun|lprun)\b.*\bspacy\b")
_BY_HAND = "Python after a magic stays as it is: change it by hand"
_UNREADABLE = "it is no Python that can be parsed, and stays as it is"
_CELL = re.compile(r"^__cell_(\d+)__\n", re.MULTILINE)
_MARK = re.compile(r"__magic_\d+_\d+__")


def migrated(text: str) -> tuple[str, list[Finding]]:
    """A notebook as ours, and what of it is not here. Lines of findings are counted through all cells of code."""
    try:
        notebook = json.loads(text)
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        sources = ["".join(cell["source"]) for cell in cells]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        return text, [Finding(1, "notebook", f"it can't be read, and stays as it is: {error}")]
    new, findings = _cells(sources)
    for cell, before, after in zip(cells, sources, new, strict=True):
        if after != before:
            cell["source"] = after.splitlines(keepends=True) if isinstance(cell["source"], list) else after
    return (_written(notebook, text) if new != sources else text), findings


def _cells(sources: list[str]) -> tuple[list[str], list[Finding]]:
    """The cells as ours. Those of Python are one module: what one of them imports, others use."""
    new = list(sources)
    findings: list[Finding] = []
    module: list[str] = []
    # Of the module's lines, which they are of all cells; and what its marks stand for.
    lines: list[int] = []
    marks: dict[str, str] = {}
    line = 1
    for number, source in enumerate(sources):
        found: list[Finding] = []
        if source.startswith("%%") and not _OF_PYTHON.match(source):
            new[number], found = commands.migrated(source)
        else:
            code, found = _marked(source, number, marks)
            if python.is_readable(code):
                module.append(f"__cell_{number}__\n{code}\n")
                lines += [line, *range(line, line + code.count("\n") + 1)]
            elif "spacy" in source:
                found = [Finding(1, "cell", _UNREADABLE)]
        findings += [Finding(one.line + line - 1, one.what, one.why) for one in found]
        line += source.count("\n") + 1
    after, found = python.migrated("".join(module).encode("utf-8", "surrogatepass"))
    findings += [Finding(lines[one.line - 1], one.what, one.why) for one in found]
    parts = _CELL.split(after.decode("utf-8", "surrogatepass"))
    for cell, part in zip(parts[1::2], parts[2::2], strict=True):
        new[int(cell)] = _MARK.sub(lambda mark: marks.get(mark[0], mark[0]), part.removesuffix("\n"))
    return new, sorted(set(findings))


def _marked(source: str, cell: int, marks: dict[str, str]) -> tuple[str, list[Finding]]:
    """A cell with names in place of the lines that are no Python. marks: gets what they stand for, as ours."""
    findings: list[Finding] = []
    lines = source.split("\n")
    for number, line in enumerate(lines):
        if not _MAGIC.match(line):
            continue
        ours, found = commands.migrated(line)
        if _LINE_OF_PYTHON.match(line):
            found = [*found, Finding(1, line.strip(), _BY_HAND)]
        findings += [Finding(number + 1, one.what, one.why) for one in found]
        mark = f"__magic_{cell}_{number}__"
        marks[mark] = ours.lstrip()
        lines[number] = line[: len(line) - len(line.lstrip())] + mark
    return "\n".join(lines), findings


def _written(notebook: dict[str, Any], text: str) -> str:
    """JSON as Jupyter writes it, with the indent of the file as it was."""
    indent = re.match(r"\{\s*\n(\s+)\"", text)
    end = "\n" if text.endswith("\n") else ""
    return json.dumps(notebook, indent=len(indent[1]) if indent else 1, ensure_ascii=False) + end
