"""The trees of a text, out of its dependencies."""

from collections.abc import Sequence
from typing import Any

Arc = tuple[int, int, str]
"""The tokens of head and dependent, and the label."""


def trees_of(arcs: Sequence[Arc], size: int) -> tuple[dict[str, list[Any]], str]:
    """Heads and labels of all tokens. Where some have no head, or several, there are none of either, and why not. size: number of tokens."""
    heads = {child: head for head, child, _ in arcs}
    if len(heads) < size:
        return {}, f"{size - len(heads)} tokens have none"
    if len(heads) < len(arcs):
        return {}, "tokens have several"
    if _has_cycle(heads):
        return {}, "they form a cycle"
    labels = {child: label for _, child, label in arcs}
    places = range(size)
    return {
        "heads": [heads[place] for place in places],
        "deps": ["ROOT" if heads[place] == place else labels[place] for place in places],
    }, ""


def _has_cycle(heads: dict[int, int]) -> bool:
    """Whether a walk from head to head comes back to where it was, at another place than a root."""
    done: set[int] = set()
    for start in heads:
        walk: set[int] = set()
        place = start
        while place not in done and heads[place] != place:
            if place in walk:
                return True
            walk.add(place)
            place = heads[place]
        done |= walk | {place}
    return False
