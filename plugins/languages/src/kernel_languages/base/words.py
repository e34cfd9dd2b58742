"""Word lists are written as running text."""

from __future__ import annotations


def words(text: str) -> list[str]:
    """The words of a text, split at whitespace."""
    return text.split()
