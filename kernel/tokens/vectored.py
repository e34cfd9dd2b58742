"""What everything with a vector can do: Doc, Span and Token."""

from __future__ import annotations

from typing import Any

from kernel.vocab.similarity import cosine


class Vectored:
    """Mixin of things that have a `vector`."""

    __slots__ = ()

    @property
    def vector(self) -> Any:
        """The vector, zeros if there is none."""
        raise NotImplementedError

    @property
    def vector_norm(self) -> float:
        """Length of the vector (L2)."""
        return float((self.vector**2).sum() ** 0.5)

    def similarity(self, other: Any) -> float:
        """Cosine of the two vectors, 0 if one is missing. `other` is anything with a vector."""
        return cosine(self.vector, other.vector)
