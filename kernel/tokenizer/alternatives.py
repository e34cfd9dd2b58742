"""Long alternations made short: `(?:aT)|(?:bT)|(?:cT)` says the same as `(?:(?:a|b|c)T)`.

Rules of tokenizers are lists of hundreds of expressions that end alike, in sets of all letters of all scripts. Python takes
seconds to compile these sets one by one, which it does for each of them.
"""

from __future__ import annotations

import re
from functools import cache

# Sets that are shorter are compiled in no time.
_LONG_SET = 200
_REPEATED = frozenset("*+?")
_SET = r"\[\^?\]?(?:[^\]\\]++|\\.)*+\]"


@cache
def _expressions() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Flags at the start; a part of an expression."""
    flags = re.compile(r"\(\?[aiLmsu]+\)")
    part = re.compile(rf"\\.|{_SET}|\(\?(?::|=|!|<=|<!)|[^\\\[]", re.DOTALL)
    return flags, part


def with_shared_tails(source: str) -> str:
    """An expression that matches where `source` does, if perhaps another one of several matches; `source` if it is none of this kind.

    Alternatives of the whole, each in brackets, whose ends are equal, share this end. What an expression is that refers to
    groups, or has any, stays as it is.
    """
    if len(source) < 2 * _LONG_SET or "[" not in source:
        return source
    flags = _expressions()[0].match(source)
    begin = flags.end() if flags else 0
    bodies = _bodies(source, begin)
    if bodies is None:
        return source
    tails: dict[str, list[str]] = {}
    for body in bodies:
        head, tail = _cut(body)
        tails.setdefault(tail, []).append(head)
    if not any(tail and len(heads) > 1 for tail, heads in tails.items()):
        return source
    made = "|".join(
        f"(?:{'|'.join(heads)})" if not tail else f"(?:(?:{'|'.join(heads)}){tail})"
        for tail, heads in tails.items()
    )
    return source[:begin] + made


def _bodies(source: str, begin: int) -> list[list[str]] | None:
    """The parts of what stands in the brackets of `(?:...)|(?:...)`; None if the source is something else, or has an alternative in
    one of them."""
    found: list[list[str]] = []
    depth = 0
    ended = True
    # A file may be anybody's: a part is looked for at its place alone, so that the time grows with the length.
    match, place = _expressions()[1].match, begin
    while place < len(source):
        next_part = match(source, place)
        if next_part is None:
            return None
        part, place = next_part[0], next_part.end()
        if depth == 0:
            if part == "(?:" and ended:
                found.append([])
                depth, ended = 1, False
            elif part == "|" and not ended:
                ended = True
            else:
                return None
            continue
        # A group that is captured, or one of the kinds that are not told here.
        if part == "(" or (part == "|" and depth == 1):
            return None
        depth += 1 if part.startswith("(?") else -1 if part == ")" else 0
        if depth:
            found[-1].append(part)
    return None if depth or ended else found


def _cut(parts: list[str]) -> tuple[str, str]:
    """What stands before the end of an alternative, and the end: from its first long set of those at the end, each with how often it comes.

    Behind the last one may be a `$`.
    """
    place = len(parts) - (parts[-1:] == ["$"])
    first = len(parts)
    while place > 0:
        place -= 2 if place > 1 and parts[place - 1] in _REPEATED and _is_set(parts[place - 2]) else 1
        if not _is_set(parts[place]):
            break
        if len(parts[place]) >= _LONG_SET:
            first = place
    return "".join(parts[:first]), "".join(parts[first:])


def _is_set(part: str) -> bool:
    return part.startswith("[")
