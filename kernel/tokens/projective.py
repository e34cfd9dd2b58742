"""Pseudo-projective trees: arcs that cross others are lifted, and the label says what was done.

Nivre and Nilsson (2005), "Pseudo-Projective Dependency Parsing", scheme "head": the label of a lifted arc
gets the label of its true head behind a delimiter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

DELIMITER = "||"


def projectivized(heads: Sequence[int], labels: Sequence[str]) -> tuple[list[int], list[str]]:
    """Heads (positions) and labels of a tree without crossing arcs, and which arcs were lifted in the labels."""
    lifted = list(heads)
    for start, end in _blocks(heads):
        _lift(lifted, start, end)
    marked = [
        f"{label}{DELIMITER}{labels[old]}" if old != new else label
        for label, old, new in zip(labels, heads, lifted, strict=True)
    ]
    return lifted, marked


def _blocks(heads: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The parts of a text, (first token, token after the last), that no arc connects, lifted or not."""
    reach = list(range(len(heads)))
    for index, head in enumerate(heads):
        left, right = min(index, head), max(index, head)
        reach[left] = max(reach[left], right)
    start = furthest = 0
    for index, right in enumerate(reach):
        if index > furthest:
            yield start, index
            start = index
        furthest = max(furthest, right)
    if heads:
        yield start, len(heads)


def _lift(heads: list[int], start: int, end: int) -> None:
    """Lift the arcs of a part of the text until none crosses another, in place."""
    while True:
        # An arc from a root can't be lifted: it crosses another tree.
        crossing = [
            index
            for index in range(start, end)
            if heads[heads[index]] != heads[index] and not _is_projective(heads, index)
        ]
        if not crossing:
            return
        # The shortest arc first, so that as few arcs as possible move.
        index = min(crossing, key=lambda each: (abs(each - heads[each]), each))
        heads[index] = heads[heads[index]]


def _is_projective(heads: list[int], index: int) -> bool:
    """Whether all tokens between a token and its head hang on that head."""
    head = heads[index]
    if head == index:
        return True
    for between in range(min(index, head) + 1, max(index, head)):
        above = between
        while above != head and heads[above] != above:
            above = heads[above]
        if above != head:
            return False
    return True
