"""The cells of WebAnno TSV: what stands in one, without the signs that have a meaning there."""

import re
from typing import NamedTuple

# A backslash takes the meaning from the next character.
_SPLIT = re.compile(r"((?:[^\\|]|\\.)*)(?:\||$)", re.DOTALL)
_ROLES = re.compile(r"((?:[^\\;]|\\.)*)(?:;|$)", re.DOTALL)
_NUMBERED = re.compile(
    r"(?P<value>(?:[^\\\[\]]|\\.)*)(?:\[(?P<number>\d{1,9})(?:_(?P<target>\d{1,9}))?\])?", re.DOTALL
)
_UNIT = re.compile(r"(\d{1,9}-\d{1,9}(?:\.\d{1,9})?)(?:\[(\d{1,9})(?:_(\d{1,9}))?\])?")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_SPECIAL = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "b": "\b"}
NOTHING, EMPTY = "_", "*"


class Value(NamedTuple):
    """What an annotation has in a cell. number: tells it from others on the same tokens, 0 if it has none."""

    text: str
    number: int


class Unit(NamedTuple):
    """A token that is named. number: of the annotation there, 0 if it has none. other: of the one that names it."""

    id: str
    number: int
    other: int


def values(cell: str) -> list[Value] | None:
    """The values of a cell, one for each annotation; None for what is no list of such."""
    if cell in (NOTHING, ""):
        return []
    found = []
    for part in _parts(_SPLIT, cell):
        match = _NUMBERED.fullmatch(part)
        if match is None:
            return None
        text = match["value"]
        found.append(Value("" if text in (EMPTY, NOTHING) else unescaped(text), int(match["number"] or 0)))
    return found


def units(cell: str) -> list[list[Unit]] | None:
    """The tokens that a cell names: for each annotation one, or for a list of slots several; None for what is none."""
    if cell in (NOTHING, "", EMPTY):
        return []
    found = []
    for part in _parts(_SPLIT, cell):
        slots = []
        for slot in part.split(";"):
            match = _UNIT.fullmatch(slot)
            if match is None and slot not in (EMPTY, NOTHING):
                return None
            if match is not None:
                slots.append(_unit(match))
        found.append(slots)
    return found


def roles(text: str) -> list[str]:
    """The names of slots, out of the text of a value before its signs lost their meaning."""
    return ["" if part in (EMPTY, NOTHING) else unescaped(part) for part in _parts(_ROLES, text)]


def raw_values(cell: str) -> list[str]:
    """The values of a cell as they are written, without their numbers."""
    if cell in (NOTHING, ""):
        return []
    return [match["value"] if (match := _NUMBERED.fullmatch(part)) else part for part in _parts(_SPLIT, cell)]


def unescaped(text: str) -> str:
    """A text with every character that stands for itself."""
    return _ESCAPE.sub(lambda match: _SPECIAL.get(match[1], match[1]), text) if "\\" in text else text


def _parts(pattern: re.Pattern[str], text: str) -> list[str]:
    parts: list[str] = []
    position = 0
    while True:
        match = pattern.match(text, position)
        if match is None:
            return [*parts, text[position:]]
        parts.append(match[1])
        if match.end() == len(text) and match.end(1) == match.end():
            return parts
        position = match.end()


def _unit(match: re.Match[str]) -> Unit:
    first, second = int(match[2] or 0), int(match[3] or 0)
    # [2] names an annotation of the token; [1_2] one of the token, and which of this line names it.
    return Unit(match[1], first, second)
