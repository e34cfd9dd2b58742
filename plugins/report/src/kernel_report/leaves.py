"""The values in nested sections, each with its dotted name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

ABSENT: Final = object()
"""In the place of a value that is not there; null is one."""


def leaves(block: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """(dotted name, value), those of a section before those of the sections in it. An empty section is a value."""
    for key, value in block.items():
        if not isinstance(value, Mapping) or not value:
            yield f"{prefix}{key}", value
    for key, value in block.items():
        if isinstance(value, Mapping) and value:
            yield from leaves(value, f"{prefix}{key}.")
