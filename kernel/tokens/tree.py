"""A token's place in the dependency tree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError
from kernel.tokens.columns import values_of
from kernel.vocab import attrs

if TYPE_CHECKING:
    from kernel.tokens.doc import Doc


class TreeNode:
    """The part of Token that follows the arcs of the tree."""

    __slots__ = ()
    doc: Doc
    i: int

    def _at(self, i: int) -> Self:
        """The token at a position."""
        return type(self)(self.doc, i)  # type: ignore[call-arg]

    @property
    def head(self) -> Self:
        """The syntactic parent; a root is its own."""
        return self._at(self.i + int(values_of(self.doc, attrs.HEAD)[self.i]))

    @head.setter
    def head(self, head: Self) -> None:
        if head.doc is not self.doc:
            raise DataError("the head of a token is a token of the same document")
        heads = values_of(self.doc, attrs.HEAD).copy()
        heads[self.i] = head.i - self.i
        self.doc.set_heads(heads)

    def has_head(self) -> bool:
        return attrs.HEAD in self.doc.columns and self.has_dep()

    def has_dep(self) -> bool:
        return bool(values_of(self.doc, attrs.DEP)[self.i])

    def _child_positions(self) -> NDArray[np.int64]:
        heads = values_of(self.doc, attrs.HEAD)
        at_head = np.arange(len(heads)) + heads == self.i
        at_head[self.i] = False
        return np.flatnonzero(at_head)

    @property
    def children(self) -> Iterator[Self]:
        """The tokens whose head this is, left to right."""
        return (self._at(i) for i in self._child_positions().tolist())

    @property
    def lefts(self) -> Iterator[Self]:
        return (child for child in self.children if child.i < self.i)

    @property
    def rights(self) -> Iterator[Self]:
        return (child for child in self.children if child.i > self.i)

    @property
    def n_lefts(self) -> int:
        return int((self._child_positions() < self.i).sum())

    @property
    def n_rights(self) -> int:
        return int((self._child_positions() > self.i).sum())

    def subtree_positions(self) -> list[int]:
        heads = values_of(self.doc, attrs.HEAD)
        parent = np.arange(len(heads)) + heads
        inside = np.zeros(len(heads), dtype=bool)
        inside[self.i] = True
        while True:
            wider = inside | inside[parent]
            # A root is its own parent, so that the others' trees never come in.
            if np.array_equal(wider, inside):
                return [int(i) for i in np.flatnonzero(inside)]
            inside = wider

    @property
    def subtree(self) -> Iterator[Self]:
        """The token and all that hangs on it, left to right."""
        return (self._at(i) for i in self.subtree_positions())

    @property
    def left_edge(self) -> Self:
        return self._at(self.subtree_positions()[0])

    @property
    def right_edge(self) -> Self:
        return self._at(self.subtree_positions()[-1])

    @property
    def ancestors(self) -> Iterator[Self]:
        """The head, its head, and so on up to the root."""
        token = self
        while token.head.i != token.i:
            token = token.head
            yield token

    def is_ancestor(self, descendant: Self) -> bool:
        """Whether the other token hangs on this one, however far down."""
        return descendant.doc is self.doc and any(each.i == self.i for each in descendant.ancestors)
