"""Pseudo-projective trees: arcs that cross others are lifted, and the label says what was done.

Nivre and Nilsson (2005), "Pseudo-Projective Dependency Parsing", scheme "head": the label of a lifted arc
gets the label of its true head behind a delimiter.
"""

from __future__ import annotations

from collections.abc import Sequence

DELIMITER = "||"


def projectivized(heads: Sequence[int], labels: Sequence[str]) -> tuple[list[int], list[str]]:
    """Heads (positions) and labels of a tree without crossing arcs, and which arcs were lifted in the labels."""
    lifted = list(heads)
    while True:
        # An arc from a root can't be lifted: it crosses another tree.
        crossing = [
            index
            for index, head in enumerate(lifted)
            if lifted[head] != head and not _is_projective(lifted, index)
        ]
        if not crossing:
            break
        # The shortest arc first, so that as few arcs as possible move.
        index = min(crossing, key=lambda each: (abs(each - lifted[each]), each))
        lifted[index] = lifted[lifted[index]]
    marked = [
        f"{label}{DELIMITER}{labels[old]}" if old != new else label
        for label, old, new in zip(labels, heads, lifted, strict=True)
    ]
    return lifted, marked


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
