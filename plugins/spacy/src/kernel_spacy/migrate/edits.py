"""Texts that take the place of others in a file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """text takes the place of what is between two offsets, in bytes of UTF-8."""

    start: int
    end: int
    text: str


def edited(source: bytes, edits: Iterable[Edit]) -> bytes:
    """A source in UTF-8 with its edits made. `ValueError` if two edits meet, which would be a fault of ours."""
    parts, done = [], 0
    for edit in sorted(set(edits)):
        if edit.start < done:
            raise ValueError(f"two edits at byte {edit.start}")
        parts += [source[done : edit.start], edit.text.encode()]
        done = edit.end
    return b"".join([*parts, source[done:]])
