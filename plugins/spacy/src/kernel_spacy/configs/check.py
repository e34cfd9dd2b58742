"""What becomes of each line of a config, with everything that kernel finds wrong in what it becomes."""

from __future__ import annotations

from dataclasses import replace

from kernel import Config
from kernel_spacy.configs.convert import convert
from kernel_spacy.configs.notes import Note

# A path that is to be set on the command line.
_OPEN = '""'


def check(config: Config) -> list[Note]:
    """Notes on the lines of a config of spaCy, in their order: what carries over, what changes, what can't."""
    # Half of the packages are imported for it, which those who load a pipeline do not need.
    from kernel.training.diagnosis import diagnose

    converted, notes = convert(config)
    told = {note.path for note in notes if note.outcome == "refused"}
    _, problems = diagnose(converted, [])
    for problem in problems:
        path = problem.path or ""
        if (
            problem.value == _OPEN
            or path in told
            or (path and any(one.startswith(f"{path}.") for one in told))
        ):
            continue
        text = " ".join(filter(None, (problem.message, problem.suggestion)))
        notes.append(Note(path, "refused", problem.value or "", "", text, problem.line))
        notes = [
            note if note.path != path or note.outcome != "same" else replace(note, text="") for note in notes
        ]
    return sorted(notes, key=lambda note: (note.line is None, note.line or 0))
