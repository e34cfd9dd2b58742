"""Patterns of file names, as shells write them: `data/*.jsonl`."""

from __future__ import annotations

from glob import glob, has_magic
from pathlib import Path

from kernel.errors import DataError

# Names that are shown of a folder in which nothing is found.
_SHOWN = 5


def is_pattern(path: Path) -> bool:
    """Whether a path has `*`, `?` or `[` and is not itself there."""
    return has_magic(str(path)) and not path.exists()


def matching(path: Path) -> list[Path]:
    """What a pattern stands for, sorted, hidden names left out; of any other path itself. `DataError` if nothing is called so."""
    if not is_pattern(path):
        return [path]
    found = sorted(map(Path, glob(str(path), recursive=True)))
    if not found:
        raise DataError("no file matches this pattern", path=path, hint=_what_is_there(path))
    return found


def _what_is_there(path: Path) -> str:
    """What the last folder that is there, before the pattern begins, holds."""
    folder = next(place for place in path.parents if not has_magic(str(place)))
    if not folder.is_dir():
        return f"There is no directory {str(folder)!r}."
    names = sorted(file.name for file in folder.iterdir() if not file.name.startswith("."))
    shown = ", ".join(map(repr, names[:_SHOWN])) + (", ..." if len(names) > _SHOWN else "")
    return f"The directory {str(folder)!r} holds: {shown or 'nothing'}"
