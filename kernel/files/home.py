"""`~` in paths, as shells write the home directory."""

from __future__ import annotations

from pathlib import Path


def expand_home(path: str | Path) -> Path:
    """A path with the home directory in place of `~`; the path itself where nobody knows that."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)
