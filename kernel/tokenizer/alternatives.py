"""Long alternations made short: `(?:aT)|(?:bT)|(?:cT)` says the same as `(?:(?:a|b|c)T)`.

Rules of tokenizers are lists of hundreds of expressions that end alike, in sets of all letters of all scripts. Python takes
seconds to compile these sets one by one, which it does for each of them.
"""

from __future__ import annotations

import re
from functools import cache

# Sets that are shorter are compiled in no time.
_LONG_SET = 200
_SET = r"\[\^?\]?(?:[^\]\\]++|\\.)*+\]"


@cache
def _expressions() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Flags at the start; a part of an expression; a tail: sets, each with how often it comes, and perhaps an end."""
    flags = re.compile(r"\(\?[aiLmsu]+\)")
    part = re.compile(rf"\\.|{_SET}|\(\?(?::|=|!|<=|<!)|[^\\\[]", re.DOTALL)
    tail = re.compile(rf"(?:{_SET}[*+?]?)+\$?\Z", re.DOTALL)
    return flags, part, tail


def with_shared_tails(source: str) -> str:
    """An expression that matches where `source` does, if perhaps another one of several matches; `source` if it is none of this kind.

    Alternatives of the whole, each in brackets, whose ends are equal, share this end. What an expression is that refers to
    groups, or has any, stays as it is.
    """
    if len(source) < 2 * _LONG_SET or "[" not in source:
        return source
    flags = _expressions()[0].match(source)
    begin = flags.end() if flags else 0
    bodies = _bodies(source[begin:])
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


def _bodies(source: str) -> list[str] | None:
    """What stands in the brackets of `(?:...)|(?:...)`; None if the source is something else, or has an alternative in one of them."""
    parts: list[str] = _expressions()[1].findall(source)
    if sum(map(len, parts)) != len(source):
        return None
    found: list[list[str]] = []
    depth = 0
    ended = True
    for part in parts:
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
    return None if depth or ended else ["".join(body) for body in found]


def _cut(body: str) -> tuple[str, str]:
    """The end of an alternative, from its first long set of those at the end, and what stands before."""
    if body.count("[") == 0:
        return body, ""
    found = _expressions()[2].search(body)
    if found is None or _is_escaped(body, found.start()):
        return body, ""
    sets = list(re.finditer(rf"{_SET}[*+?]?", found[0], re.DOTALL))
    first = next((one.start() for one in sets if len(one[0]) >= _LONG_SET), None)
    if first is None:
        return body, ""
    place = found.start() + first
    return body[:place], body[place:]


def _is_escaped(text: str, place: int) -> bool:
    before = text[:place]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1
