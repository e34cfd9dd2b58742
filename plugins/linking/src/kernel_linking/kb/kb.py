"""What every knowledge base does, wherever it keeps its entities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from kernel.errors import WrongType
from kernel.files.atomic import atomic_file
from kernel.tokens import Span
from kernel.vocab import Vocab
from kernel_linking.kb.candidate import Candidate


class KnowledgeBase:
    """Base class: entities with vectors, and the candidates for a mention.

    A subclass defines `get_candidates` and `get_vector`, and to be saved `to_bytes` and `from_bytes`. entity_vector_length: the width
    of the vectors.
    """

    def __init__(self, vocab: Vocab, entity_vector_length: int) -> None:
        if type(self) is KnowledgeBase:
            raise WrongType(
                "KnowledgeBase is a base class, which holds nothing",
                hint="Make an InMemoryLookupKB, or a subclass of your own.",
            )
        self.vocab = vocab
        self.entity_vector_length = entity_vector_length

    def get_candidates(self, mention: Span) -> Iterable[Candidate]:
        """The entities that a mention may mean."""
        raise NotImplementedError(f"{type(self).__name__} must define get_candidates(mention)")

    def get_candidates_batch(self, mentions: Iterable[Span]) -> Iterable[Iterable[Candidate]]:
        """The candidates of each of many mentions."""
        return [self.get_candidates(mention) for mention in mentions]

    def get_vector(self, entity: str) -> Sequence[float]:
        """The vector of an entity; zeros if it is unknown."""
        raise NotImplementedError(f"{type(self).__name__} must define get_vector(entity)")

    def get_vectors(self, entities: Iterable[str]) -> Iterable[Sequence[float]]:
        """The vectors of many entities."""
        return [self.get_vector(entity) for entity in entities]

    def is_empty(self) -> bool:
        """Whether there is no entity at all. A subclass that can tell says so."""
        return False

    def to_bytes(self, **kwargs: Any) -> bytes:
        """Everything in one piece."""
        raise NotImplementedError(f"{type(self).__name__} must define to_bytes()")

    def from_bytes(self, bytes_data: bytes, *, exclude: Iterable[str] = ()) -> KnowledgeBase:
        """Take what `to_bytes` made."""
        raise NotImplementedError(f"{type(self).__name__} must define from_bytes(bytes_data)")

    def to_disk(self, path: str | Path, exclude: Iterable[str] = ()) -> None:
        """Write a file, whole or not at all."""
        with atomic_file(path) as place:
            place.write_bytes(self.to_bytes())

    def from_disk(self, path: str | Path, exclude: Iterable[str] = ()) -> KnowledgeBase:
        """Read the file that `to_disk` wrote."""
        return self.from_bytes(Path(path).read_bytes())
