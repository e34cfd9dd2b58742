"""Names as callers give them: of the parts to write, to read, to run or to leave out."""

from __future__ import annotations

from collections.abc import Iterable


def as_names(names: str | Iterable[str]) -> list[str]:
    """Names given as one string or as several. A string is a name, never the letters in it."""
    return [names] if isinstance(names, str) else list(names)
