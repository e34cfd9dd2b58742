"""A config of spaCy 3 as one of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kernel import Config
from kernel_spacy.configs import components, curated, functions, sections
from kernel_spacy.configs.notes import Note

# Each changes the config in its place, and says what it changed. Later ones see what earlier ones did.
_STEPS: tuple[Callable[[Config], list[Note]], ...] = (
    curated.convert,
    components.convert,
    sections.convert,
    functions.convert,
)


def convert(config: Config | dict[str, Any]) -> tuple[Config, list[Note]]:
    """A config of spaCy 3.0 to 3.8, whole or partial, as one of ours, and what became of its lines, in their order.

    Variables, comments and the order of sections stay. What is refused stays as it is written, and so is found again when the
    config is used; a logger or a callback that is not there makes way for what does without it.
    """
    found = config.copy() if isinstance(config, Config) else Config(config)
    notes = [note for step in _STEPS for note in step(found)]
    # What an earlier step put there is nothing that carries over.
    changed = {note.path for note in notes if note.outcome != "same"}
    notes = [note for note in notes if note.outcome != "same" or not _is_new(note, changed)]
    return found, sorted(notes, key=lambda note: (note.line is None, note.line or 0))


def _is_new(note: Note, changed: set[str]) -> bool:
    return note.path in changed or note.before.startswith("kernel.")
