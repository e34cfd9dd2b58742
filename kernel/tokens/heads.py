"""Trees and sentences from a column of heads, each relative to its token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError

FEW = 32
"""Tokens for which plain Python is quicker than arrays."""


def checked_starts(relative: NDArray[np.int32], known: NDArray[np.bool_] | None = None) -> NDArray[np.int8]:
    """`starts_from_heads`; DataError also if a head lies outside the text."""
    heads = np.arange(len(relative)) + relative
    wrong = np.flatnonzero((heads < 0) | (heads >= len(heads)))
    if len(wrong):
        raise DataError(
            f"the head of token {int(wrong[0])} is token {int(heads[wrong[0]])}, outside the text"
        )
    return starts_from_heads(relative, known)


def roots_of(heads: NDArray[Any]) -> NDArray[np.int64]:
    """The root of each token's tree from relative heads, shape (n,). DataError if there is a cycle."""
    position = np.arange(len(heads))
    root: NDArray[np.int64] = position + heads
    # Each pass doubles the distance followed, so that log2(depth) passes reach every root.
    for _ in range(max(1, len(heads)).bit_length() + 1):
        further = root[root]
        if (further == root).all():
            break
        root = further
    in_cycle = np.flatnonzero(heads[root] != 0)
    if len(in_cycle):
        raise DataError(f"the heads form a cycle at token {int(in_cycle[0])}")
    return root


def starts_from_heads(heads: NDArray[Any], known: NDArray[np.bool_] | None = None) -> NDArray[np.int8]:
    """Sentence starts from relative heads: 1 on the first token of each tree, -1 elsewhere.

    known: whether a token's head is known, bool (n,); all are by default. A token whose head isn't known looks like a
    root, but its tree may hang on any other one: it begins no sentence.
    """
    if len(heads) <= FEW and known is None:
        return np.array(_few_starts(heads.tolist()), dtype=np.int8)
    starts = np.full(len(heads), -1, dtype=np.int8)
    if len(heads):
        root = roots_of(heads)
        first = np.empty(len(heads), dtype=np.int64)
        # Of all tokens of a tree the first one comes last, and stays.
        first[root[::-1]] = np.arange(len(heads) - 1, -1, -1)
        is_root = heads == 0
        starts[first[is_root if known is None else is_root & known]] = 1
        starts[0] = 1
    return starts


def _few_starts(heads: Sequence[int]) -> list[int]:
    """The same for few tokens, all of whose heads are known, one after the other."""
    starts, met = [-1] * len(heads), set()
    for token in range(len(heads)):
        root = token
        for _ in heads:
            if not heads[root]:
                break
            root += heads[root]
        else:
            raise DataError(f"the heads form a cycle at token {token}")
        if root not in met:
            met.add(root)
            starts[token] = 1
    return starts


def labelled(deps: NDArray[Any] | None) -> NDArray[np.bool_] | None:
    """Whose heads are known, from the column of labels (0 for none): a label says so; None, for all, without any label."""
    return deps != 0 if deps is not None and deps.any() else None


class Tree:
    """Which tokens hang on which, from relative heads. What it costs is one look at all heads, not one a question."""

    __slots__ = ("_children", "_first", "_heads", "_known_walk")

    def __init__(self, heads: NDArray[Any]) -> None:
        parents = np.arange(len(heads)) + heads
        hanging = np.flatnonzero(heads)
        self._heads = heads
        # The children of token i are those from _first[i] to _first[i + 1].
        self._children: NDArray[np.int64] = hanging[np.argsort(parents[hanging], kind="stable")]
        self._first = np.searchsorted(parents[self._children], np.arange(len(heads) + 1))
        self._known_walk: Walk | None = None

    def children(self, i: int) -> NDArray[np.int64]:
        """The tokens that hang on a token, ascending."""
        return self._children[self._first[i] : self._first[i + 1]]

    def subtree(self, start: int, end: int) -> list[int]:
        """The tokens from start to end and all that hang on them, however far down, ascending."""
        walk = self._walk()
        begins = np.sort(walk.place[start:end])
        ends = begins + walk.size[walk.order[begins]]
        # Subtrees lie in one another or apart: one that begins before an earlier one ends is a part of that.
        ends_before = np.maximum.accumulate(np.concatenate([[0], ends[:-1]]))
        apart = begins >= ends_before
        parts = [walk.order[first:last] for first, last in zip(begins[apart], ends[apart], strict=True)]
        return sorted(np.concatenate(parts).tolist()) if parts else []

    def edges(self, i: int) -> tuple[int, int]:
        """The first and the last token of a subtree."""
        walk = self._walk()
        return walk.leftmost[i], walk.rightmost[i]

    def highest(self, tokens: Sequence[int]) -> int:
        """The first of those tokens from which the fewest arcs lead to a root."""
        return tokens[0] if len(tokens) == 1 else min(tokens, key=self._walk().depth.__getitem__)

    def common_ancestors(self, start: int, end: int) -> NDArray[np.int32]:
        """The lowest common ancestor of any two of the tokens from start to end, counted from start; -1 if it isn't there."""
        walk = self._walk()
        here, size = walk.place[start:end], end - start
        found = np.full((size, len(self._heads)), -1, dtype=np.int32)
        # From the roots down: what isn't above a token has with it what its head has with it.
        for token in walk.order.tolist():
            above = (walk.place[token] <= here) & (here < walk.place[token] + walk.size[token])
            head = token + int(self._heads[token])
            found[:, token] = np.where(above, token, found[:, head] if head != token else -1)
        matrix: NDArray[np.int32] = found[:, start:end] - start
        return np.where((matrix < 0) | (matrix >= size), -1, matrix).astype(np.int32)

    def hangs(self, below: int, above: int) -> bool:
        """Whether a token hangs on another one, however far down."""
        walk = self._walk()
        first = walk.place[above]
        return bool(first < walk.place[below] < first + walk.size[above])

    def _walk(self) -> Walk:
        if self._known_walk is None:
            self._known_walk = Walk.through(self._heads, self._children.tolist(), self._first.tolist())
        return self._known_walk


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk through trees in which the tokens of every subtree come in a row, its root first.

    order: the tokens as they come. place: where a token comes. depth: number of arcs from its root. size, leftmost,
    rightmost: of the subtree of a token.
    """

    order: NDArray[np.int64]
    place: NDArray[np.int64]
    depth: list[int]
    size: NDArray[np.int64]
    leftmost: list[int]
    rightmost: list[int]

    @classmethod
    def through(cls, heads: NDArray[Any], children: list[int], first: list[int]) -> Walk:
        """Walk through the trees of relative heads; children, first: as `Tree` has them. DataError for a cycle."""
        order: list[int] = []
        waiting: list[int] = np.flatnonzero(heads == 0).tolist()
        while waiting:
            token = waiting.pop()
            order.append(token)
            waiting += children[first[token] : first[token + 1]]
        if len(order) < len(heads):
            # No root leads to a cycle: this says where it is.
            roots_of(heads)
        depth, size = [0] * len(heads), [1] * len(heads)
        leftmost, rightmost = list(range(len(heads))), list(range(len(heads)))
        relative = heads.tolist()
        for token in order:
            if relative[token]:
                depth[token] = depth[token + relative[token]] + 1
        for token in reversed(order):
            head = token + relative[token]
            if head != token:
                size[head] += size[token]
                leftmost[head] = min(leftmost[head], leftmost[token])
                rightmost[head] = max(rightmost[head], rightmost[token])
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        return cls(np.array(order, dtype=np.int64), place, depth, np.array(size), leftmost, rightmost)
