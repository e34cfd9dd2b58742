"""Pseudo-projective trees: arcs that cross others are lifted, the label says what was done, and a parser's trees go back.

Nivre and Nilsson (2005), "Pseudo-Projective Dependency Parsing", scheme "head": the label of a lifted arc
gets the label of its true head behind a delimiter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.tokens.heads import roots_of
from kernel.tokens.lifting import lift
from kernel.tokens.reattach import Search

DELIMITER = "||"
Numbers = NDArray[np.int64]


def projectivized(heads: Sequence[int], labels: Sequence[str]) -> tuple[list[int], list[str]]:
    """Heads (positions) and labels of a tree without crossing arcs, and which arcs were lifted in the labels."""
    before = np.asarray(heads, dtype=np.int64)
    after = lifted(before)
    marked = list(labels)
    for index in np.flatnonzero(before != after).tolist():
        marked[index] = f"{labels[index]}{DELIMITER}{labels[heads[index]]}"
    return after.tolist(), marked


def lifted(heads: Numbers) -> Numbers:
    """Heads (positions, (N,)) with no crossing arc but those of roots; any number of texts side by side.

    The shortest of the arcs that cross others is lifted to the head of its head, the leftmost of equals, until none
    crosses. DataError for a cycle.
    """
    roots_of(heads - np.arange(len(heads)))
    parts = crossed_parts(heads)
    if not parts:
        return heads
    found = heads.copy()
    for start, end in parts:
        found[start:end] = np.array(lift((heads[start:end] - start).tolist())) + start
    return found


def crossed_parts(heads: Numbers) -> list[tuple[int, int]]:
    """The parts of a text, (first token, token after the last), that no arc leaves and where arcs cross or cover a root."""
    n, tokens = len(heads), np.arange(len(heads))
    arcs = np.flatnonzero(heads != tokens)
    if not len(arcs):
        return []
    left, right = np.minimum(arcs, heads[arcs]), np.maximum(arcs, heads[arcs])
    opened, closed = np.bincount(left, minlength=n), np.bincount(right, minlength=n)
    over = np.cumsum(opened - closed)
    """Number of arcs over the gap behind each token."""
    firsts = np.flatnonzero(np.concatenate(([0], over[:-1])) == 0)
    wrong = np.concatenate(
        (left[_crossing(left, right)], np.flatnonzero((heads == tokens) & (over > opened)))
    )
    if not len(wrong):
        return []
    parts = np.unique(np.searchsorted(firsts, wrong, side="right") - 1)
    return list(zip(firsts[parts].tolist(), np.append(firsts, n)[parts + 1].tolist(), strict=True))


def _crossing(left: Numbers, right: Numbers) -> Numbers:
    """Some of the arcs that cross others, at least one of each part of the text that has any.

    Arcs are read as brackets. Where none cross, each closes the last one that was opened; on each level of nesting
    the brackets then come in pairs.
    """
    n, width = len(left), 2 * (int(right.max()) + 1)
    # At each token, first the ends of arcs, shorter ones first, then the beginnings, longer ones first.
    place = np.concatenate((right * width + width // 2 - 1 - left, left * width + width - 1 - right))
    order = np.argsort(place)
    closes = order < n
    level = np.cumsum(np.where(closes, -1, 1)) + closes
    pairs = (order % n)[np.argsort(level, kind="stable")].reshape(-1, 2)
    crossing: Numbers = pairs[pairs[:, 0] != pairs[:, 1]].ravel()
    return crossing


@dataclass(frozen=True, slots=True)
class LabelParts:
    """What labels say about lifted arcs. A number of a label is its place in the list that this was made of."""

    names: tuple[str, ...]
    """All labels without what was added to those of lifted arcs; the places in here are the numbers below."""
    own: Numbers
    """The label itself, by number of the label; a last entry, -1, stands for no label."""
    above: Numbers
    """The label of the true head, -1 for arcs that were not lifted; the same last entry."""

    @classmethod
    def of(cls, labels: Sequence[str]) -> LabelParts:
        """`labels` are the labels of the trees that a parser has learned."""
        index: dict[str, int] = {}
        pairs = [label.partition(DELIMITER) for label in labels]
        own = [index.setdefault(name, len(index)) for name, _, _ in pairs]
        above = [index.setdefault(head, len(index)) if between else -1 for _, between, head in pairs]
        return cls(tuple(index), np.array([*own, -1], dtype=np.int64), np.array([*above, -1], dtype=np.int64))


def deprojectivized(
    heads: Numbers, labels: Numbers, parts: LabelParts, is_space: Callable[[], NDArray[Any]]
) -> tuple[Numbers, Numbers]:
    """The heads (positions, (N,)) and labels (numbers in `parts.names`) of a parser's trees, with lifted arcs taken back.

    labels: int (N,), -1 for none. is_space: asked, if any arc was lifted, whether a token is whitespace, (N,). A token whose label says that its arc was lifted
    hangs on the first token below its head, by breadth-first search, that has the label of the true head, isn't whitespace and
    doesn't hang on the token itself; where there is none it stays. So do all of a tree where the new arcs form a cycle.
    """
    own, above = parts.own[labels], parts.above[labels]
    lifts = above >= 0
    if not lifts.any():
        return heads, own
    marked = np.flatnonzero(lifts)
    roots = roots_of(heads - np.arange(len(heads)))
    is_concerned = np.zeros(len(heads), dtype=bool)
    is_concerned[roots[marked]] = True
    concerned = np.flatnonzero(is_concerned[roots])
    place = np.zeros(len(heads), dtype=np.int64)
    place[concerned] = np.arange(len(concerned))
    search = Search(place[heads[concerned]])
    names = np.where(is_space()[concerned].astype(bool), -1, own[concerned])
    found = search.first_below(names, place[marked], above[marked])
    there = found >= 0
    moved = heads.copy()
    moved[marked[there]] = concerned[found[there]]
    kept = np.isin(roots, roots[_cyclic(moved)])
    return np.where(kept, heads, moved), own


def _cyclic(heads: Numbers) -> Numbers:
    """The tokens whose heads lead into a cycle."""
    at = heads
    for _ in range(len(heads).bit_length()):
        at = at[at]
    return np.flatnonzero(heads[at] != at)
