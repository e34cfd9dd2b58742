"""Configs of spaCy: `kernel_spacy.configs` says what changes, and what stays as it is keeps its place."""

from __future__ import annotations

import re

from kernel import Config
from kernel.errors import KernelError
from kernel_spacy.configs import Note, convert
from kernel_spacy.migrate.findings import Finding

_IS_CONFIG = re.compile(
    r"^\[(nlp|training|components|corpora|pretraining|initialize)(\.[^\]]*)?\]", re.MULTILINE
)


def is_config(text: str) -> bool:
    """Whether a text is a config of a pipeline, whole or partial, and no other file of sections."""
    return _IS_CONFIG.search(text) is not None


def migrated(text: str) -> tuple[str, list[Finding]]:
    """A config as ours, and what of it is not here. It stays as it is if it can't be read."""
    try:
        config = Config.from_str(text, interpolate=False)
        converted, notes = convert(config)
    except (KernelError, ValueError) as error:
        first = str(error).partition("\n")[0]
        return text, [Finding(1, "config", f"it can't be read, and stays as it is: {first}")]
    findings = [Finding(note.line or 1, note.path, note.text) for note in notes if note.outcome == "refused"]
    new = _in_place(text, notes)
    if Config.from_str(new, interpolate=False) != converted:
        new = converted.to_str()
    return new, findings


def _in_place(text: str, notes: list[Note]) -> str:
    """The text with what changes within a line exchanged there."""
    lines = text.splitlines(keepends=True)
    for note in notes:
        if note.line is not None and note.after not in ("", note.before) and note.line <= len(lines):
            lines[note.line - 1] = lines[note.line - 1].replace(note.before, note.after, 1)
    return "".join(lines)
