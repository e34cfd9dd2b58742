"""The page for those who come from spaCy says of every public name what stands for it here, and what it names is there."""

from __future__ import annotations

import subprocess
import sys
import tomllib

import pytest

from .conftest import ROOT

FOLDER = ROOT / "scripts" / "migration"
NAMES = (FOLDER / "names.txt").read_text(encoding="utf8").splitlines()
NOTES = tomllib.loads((ROOT / "plugins/spacy/src/kernel_spacy/migrate/notes.toml").read_text(encoding="utf8"))


def test_the_page_is_what_the_code_says() -> None:
    """Every path that the table gives can be imported, something is said of every name, and the page is fresh."""
    done = subprocess.run(
        [sys.executable, "scripts/migration", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}Run `make docs`."


def test_the_names_are_many_and_each_is_there_once() -> None:
    assert len(NAMES) == len(set(NAMES)) > 900
    assert {"spacy.load", "spacy.tokens.Doc.char_span", "factories:ner", "commands:train"} <= set(NAMES)


@pytest.mark.parametrize("kind", ["here", "different", "planned"])
def test_every_note_is_of_a_name(kind: str) -> None:
    starts = ("", ".", ":", " ")
    vain = [
        note
        for note in NOTES[kind]
        if not any(f"{note}{end}" in f"{name} " for name in NAMES for end in starts)
    ]
    assert not vain, "notes.toml speaks of what is no public name"
    # What is planned gets less as it comes.
    assert len(NOTES[kind]) > (0 if kind == "planned" else 10)
