"""Where an item stands inside a JSON text, which may hold variables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

_SPACE = re.compile(r"\s*")
_STRING = re.compile(r'"(?:\\.|[^"\\])*"', re.DOTALL)
_ATOM = re.compile(r"(?:\$\{[^{}]*\}|[^\s,\]}:])+")


class _Stop(Exception):
    """The text is no JSON from here on."""


def locate(text: str, path: Sequence[str], *, key: bool = False) -> tuple[int, int] | None:
    """(start, end) of the item that keys and numbers lead to; the deepest one that is there, None for none at all.

    key: of the key of an item of a mapping instead.
    """
    start = 0
    found = None
    for depth, part in enumerate(path):
        is_last = depth == len(path) - 1
        item = _items_by_name(text, start).get(part)
        if item is None:
            break
        name_span, span = item
        start = span[0]
        found = name_span if key and is_last and name_span else span
    return found


# Reports name many items of one list: its items are looked for once.
@lru_cache(maxsize=64)
def _items_by_name(text: str, start: int) -> dict[str, tuple[tuple[int, int] | None, tuple[int, int]]]:
    """(span of the key, span of the value) of the items of a list or mapping, the first one of each name."""
    found: dict[str, tuple[tuple[int, int] | None, tuple[int, int]]] = {}
    for name, name_span, span in _items(text, start):
        found.setdefault(name, (name_span, span))
    return found


def _items(text: str, start: int) -> Iterator[tuple[str, tuple[int, int] | None, tuple[int, int]]]:
    """(name, span of the key, span of the value) of the items of a list or mapping, as far as it can be read."""
    position = _skip(text, start)
    opening = text[position : position + 1]
    if opening not in ("[", "{") or not opening:
        return
    closing = "]" if opening == "[" else "}"
    position = _skip(text, position + 1)
    number = 0
    try:
        while position < len(text) and text[position] != closing:
            name, name_span = str(number), None
            if opening == "{":
                end = _end(text, position)
                name, name_span = _unquoted(text[position:end]), (position, end)
                position = _skip(text, end)
                if text[position : position + 1] != ":":
                    return
                position = _skip(text, position + 1)
            end = _end(text, position)
            yield name, name_span, (position, end)
            number += 1
            position = _skip(text, end)
            if text[position : position + 1] == ",":
                position = _skip(text, position + 1)
    except _Stop:
        return


def _end(text: str, position: int) -> int:
    """Where the value ends that starts at a position."""
    opening = text[position : position + 1]
    if opening == '"':
        return _string(text, position)
    if opening not in ("[", "{") or not opening:
        match = _ATOM.match(text, position)
        if match is None:
            raise _Stop
        return match.end()
    depth = 0
    while position < len(text):
        mark = text[position]
        if mark == '"':
            position = _string(text, position)
            continue
        depth += (mark in "[{") - (mark in "]}")
        position += 1
        if not depth:
            return position
    raise _Stop


def _string(text: str, position: int) -> int:
    match = _STRING.match(text, position)
    if match is None:
        raise _Stop
    return match.end()


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(text))
    except ValueError:
        return text


def _skip(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position
