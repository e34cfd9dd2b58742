"""Notebooks of Jupyter: the code of their cells. What a cell has that is no Python, `!` and `%` lines, counts as commands."""

from __future__ import annotations

import json
import re
from typing import Any

from kernel_spacy.migrate import commands, python
from kernel_spacy.migrate.findings import Finding

_MAGIC = re.compile(r"^\s*[%!?]")


def migrated(text: str) -> tuple[str, list[Finding]]:
    """A notebook as ours, and what of it is not here. Lines of findings are counted through all cells of code."""
    try:
        notebook = json.loads(text)
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        sources = ["".join(cell["source"]) for cell in cells]
    except (ValueError, KeyError, TypeError) as error:
        return text, [Finding(1, "notebook", f"it can't be read, and stays as it is: {error}")]
    findings: list[Finding] = []
    changed, before = False, 0
    for cell, source in zip(cells, sources, strict=True):
        new, found = _cell(source)
        findings += [Finding(one.line + before, one.what, one.why) for one in found]
        before += source.count("\n") + 1
        if new != source:
            changed = True
            cell["source"] = new.splitlines(keepends=True) if isinstance(cell["source"], list) else new
    return (_written(notebook, text) if changed else text), findings


def _cell(source: str) -> tuple[str, list[Finding]]:
    if source.startswith("%%"):
        return commands.migrated(source)
    lines = source.splitlines(keepends=True)
    magic = {number: line for number, line in enumerate(lines) if _MAGIC.match(line)}
    marked = [_mark(number, line) if number in magic else line for number, line in enumerate(lines)]
    new, findings = python.migrated("".join(marked).encode())
    text = new.decode()
    for number, line in magic.items():
        ours, more = commands.migrated(line)
        findings += [Finding(number + 1, one.what, one.why) for one in more]
        text = text.replace(_mark(number, line), ours, 1)
    return text, findings


def _mark(number: int, line: str) -> str:
    """A line of Python that stands for one that is none."""
    indent = line[: len(line) - len(line.lstrip())]
    return f"{indent}__magic_line_{number}__\n" if line.endswith("\n") else f"{indent}__magic_line_{number}__"


def _written(notebook: dict[str, Any], text: str) -> str:
    """JSON as Jupyter writes it, with the indent of the file as it was."""
    indent = re.match(r"\{\s*\n(\s+)\"", text)
    end = "\n" if text.endswith("\n") else ""
    return json.dumps(notebook, indent=len(indent[1]) if indent else 1, ensure_ascii=False) + end
