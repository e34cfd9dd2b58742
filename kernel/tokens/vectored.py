"""What everything with a vector can do: Doc, Span and Token."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from kernel.vocab.similarity import similarity

if TYPE_CHECKING:
    from kernel.vocab import Vocab


class Vectored:
    """Mixin of things that have a `vector`. What is computed comes from `own_...`, unless a hook says something else."""

    __slots__ = ()

    @property
    def vocab(self) -> Vocab:
        """The vocab of the document."""
        raise NotImplementedError

    def user_hook(self, name: str) -> Callable[..., Any] | None:
        """What the owner of the document says in place of what is computed."""
        return None

    def words(self) -> Sequence[str]:
        """The text of each token."""
        raise NotImplementedError

    def own_vector(self) -> Any:
        """The vector, without asking a hook."""
        raise NotImplementedError

    def own_has_vector(self) -> bool:
        """Whether there is a vector, without asking a hook."""
        raise NotImplementedError

    @property
    def has_vector(self) -> bool:
        """Any token has a vector; if there are no word vectors at all, whether the document has a tensor."""
        hook = self.user_hook("has_vector")
        return self.own_has_vector() if hook is None else bool(hook(self))

    @property
    def vector(self) -> Any:
        """The mean of the tokens' vectors, zeros if there is none; of the tensor's rows, if there are no word vectors at all."""
        hook = self.user_hook("vector")
        return self.own_vector() if hook is None else hook(self)

    @property
    def vector_norm(self) -> float:
        """Length of the vector (L2)."""
        hook = self.user_hook("vector_norm")
        return float((self.vector**2).sum() ** 0.5 if hook is None else hook(self))

    def similarity(self, other: Any) -> float:
        """Cosine of the two vectors, 0 if one is missing; 1 for the same words. `other` is anything with a vector.

        Without word vectors the tensors of the pipeline are compared, and a warning says so.
        """
        hook = self.user_hook("similarity")
        return similarity(self, other) if hook is None else hook(self, other)
