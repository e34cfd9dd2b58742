"""Blocks of a config, found and replaced by their dotted paths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def blocks(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every section and every block inside a value, the outer ones first, with its dotted path; items of lists by their number."""
    if isinstance(value, dict):
        if path:
            yield path, value
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    else:
        return
    for key, item in items:
        yield from blocks(item, f"{path}.{key}" if path else str(key))


def section(config: dict[str, Any], path: str) -> dict[str, Any]:
    """A section by its dotted path; an empty dict, in no config, if there is none."""
    found: Any = config
    for part in path.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def function_of(block: dict[str, Any]) -> tuple[str, str] | None:
    """(kind, name) of the function that a block names; None for any other."""
    for key, value in block.items():
        if isinstance(key, str) and key.startswith("@") and isinstance(value, str):
            return key[1:], value
    return None
