"""The files of a project, each read by the module of its kind."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kernel_spacy.migrate import commands, configs, notebooks, packaging, python
from kernel_spacy.migrate.findings import Finding

_SKIPPED = frozenset({"__pycache__", "node_modules", "build", "dist", "site-packages", "venv"})
_COMPILED = "code that is compiled against spaCy can't carry over: it needs a version in Python"
_LARGEST = 20_000_000
_PYTHON = (".py", ".pyi")
Migrate = Callable[[str], tuple[str, list[Finding]]]


@dataclass(frozen=True, slots=True)
class Migrated:
    """A file before and after, and what of it somebody has to look at."""

    path: Path
    before: bytes
    after: bytes
    findings: list[Finding]

    @property
    def is_changed(self) -> bool:
        """Whether there is anything to write."""
        return self.before != self.after


def files_of(place: Path) -> Iterator[Path]:
    """The files of a folder that may have something of spaCy, in order; a file is the only one of itself.

    Hidden folders but those of workflows, environments, links and what is larger than 20 MB are left out. `OSError` if a folder can't be read.
    """
    if place.is_file():
        yield place
        return
    for folder, folders, names in os.walk(place, onerror=_raise):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if _is_walked(here / name))
        for name in sorted(names):
            path = here / name
            known = path.suffix.lower() in _PYTHON or _kind(path) is not None
            if known and not path.is_symlink() and path.is_file() and path.stat().st_size <= _LARGEST:
                yield path


def migrated(path: Path) -> Migrated | None:
    """A file as ours; None if it has nothing of spaCy. `OSError` if it can't be read."""
    before = path.read_bytes()
    if b"spacy" not in before:
        return None
    if path.suffix.lower() in _PYTHON:
        after, findings = python.migrated(before)
        return Migrated(path, before, after, findings)
    kind = _kind(path)
    if kind is None:
        return None
    try:
        text = before.decode("utf-8")
    except UnicodeDecodeError:
        return Migrated(path, before, before, [Finding(1, "encoding", "it is not UTF-8, and stays as it is")])
    new, findings = kind(text)
    return Migrated(path, before, new.encode(), findings)


def _raise(error: OSError) -> None:
    raise error


def _is_walked(folder: Path) -> bool:
    name = folder.name
    if name in _SKIPPED or folder.is_symlink() or (folder / "pyvenv.cfg").exists():
        return False
    return not name.startswith(".") or name == ".github"


def _kind(path: Path) -> Migrate | None:
    """What reads a file that is no Python; None if nothing does."""
    name, suffix = path.name, path.suffix.lower()
    if suffix == ".ipynb":
        return notebooks.migrated
    if suffix in (".pyx", ".pxd"):
        return _compiled
    if suffix == ".cfg" or suffix == ".ini":
        return _sections
    if name == "pyproject.toml":
        return packaging.metadata
    if suffix in (".txt", ".in") and "require" in name:
        return packaging.requirements
    if suffix in (".sh", ".bash", ".yml", ".yaml") or name in ("Makefile", "Dockerfile"):
        return commands.migrated
    return None


def _sections(text: str) -> tuple[str, list[Finding]]:
    return configs.migrated(text) if configs.is_config(text) else packaging.metadata(text)


def _compiled(text: str) -> tuple[str, list[Finding]]:
    line = text[: text.index("spacy")].count("\n") + 1
    return text, [Finding(line, "spacy", _COMPILED)]
