"""A token's place in the dependency tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from kernel.errors import DataError, WrongType
from kernel.tokens.columns import value_of, values_of
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

    def _all_at(self, positions: Iterable[int]) -> Iterator[Self]:
        """The tokens at some positions."""
        kind: Any = type(self)
        return map(kind, repeat(self.doc), positions)

    @property
    def head(self) -> Self:
        """The syntactic parent; a root is its own."""
        return self._at(self.i + value_of(self.doc, attrs.HEAD, self.i))

    @head.setter
    def head(self, head: Self) -> None:
        if not isinstance(head, TreeNode):
            raise WrongType(f"the head of a token is a token, not {head!r}")
        if head.doc is not self.doc:
            raise DataError("the head of a token is a token of the same document")
        heads = values_of(self.doc, attrs.HEAD).copy()
        heads[self.i] = head.i - self.i
        # A head of its own says that a token has none, or that nobody has set one yet; what hangs on it tells them apart.
        known = (heads != 0) | (values_of(self.doc, attrs.DEP) != 0)
        known[np.flatnonzero(heads) + heads[heads != 0]] = True
        known[self.i] = True
        self.doc.set_heads(heads, known)

    def has_head(self) -> bool:
        return attrs.HEAD in self.doc.columns and self.has_dep()

    def has_dep(self) -> bool:
        return bool(value_of(self.doc, attrs.DEP, self.i))

    @property
    def children(self) -> Iterator[Self]:
        """The tokens whose head this is, left to right."""
        return self._all_at(self.doc.tree().children(self.i).tolist())

    @property
    def lefts(self) -> Iterator[Self]:
        return (child for child in self.children if child.i < self.i)

    @property
    def rights(self) -> Iterator[Self]:
        return (child for child in self.children if child.i > self.i)

    @property
    def n_lefts(self) -> int:
        return int((self.doc.tree().children(self.i) < self.i).sum())

    @property
    def n_rights(self) -> int:
        return int((self.doc.tree().children(self.i) > self.i).sum())

    @property
    def subtree(self) -> Iterator[Self]:
        """The token and all that hangs on it, left to right."""
        return self._all_at(self.doc.tree().subtree(self.i, self.i + 1))

    @property
    def left_edge(self) -> Self:
        return self._at(self.doc.tree().edges(self.i)[0])

    @property
    def right_edge(self) -> Self:
        return self._at(self.doc.tree().edges(self.i)[1])

    @property
    def ancestors(self) -> Iterator[Self]:
        """The head, its head, and so on up to the root."""
        token = self
        while token.head.i != token.i:
            token = token.head
            yield token

    @property
    def conjuncts(self) -> tuple[Self, ...]:
        """The other tokens that are coordinated with this one: the first of them, and what hangs on it by "conj" arcs."""
        number, tree, deps = self.doc.vocab.strings["conj"], self.doc.tree(), values_of(self.doc, attrs.DEP)
        first = self
        while first.head.i != first.i and deps[first.i] == number:
            first = first.head
        found = [first.i]
        for i in found:
            found += [child for child in tree.children(i).tolist() if child > i and deps[child] == number]
        return tuple(self._all_at(i for i in found if i != self.i))

    def is_ancestor(self, descendant: Self) -> bool:
        """Whether the other token hangs on this one, however far down."""
        return descendant.doc is self.doc and self.doc.tree().hangs(descendant.i, self.i)
