"""Candidates: the entities that a mention may mean. One by one as objects, or of many mentions as columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kernel.tokens import Span
from kernel.vocab import Vocab


class HasVocab(Protocol):
    """A knowledge base, as far as its candidates are concerned."""

    vocab: Vocab


class Finds(Protocol):
    """A knowledge base, as far as it finds candidates."""

    def get_candidates(self, mention: Span) -> Iterable[Candidate]: ...

    def get_candidates_batch(self, mentions: Iterable[Span]) -> Iterable[Iterable[Candidate]]: ...


class Candidate:
    """An entity that a text may mean.

    entity_hash, alias_hash: numbers of strings of the vocabulary. entity_freq: how often the entity occurs. prior_prob: how often the
    text means this entity, from 0 to 1.
    """

    __slots__ = ("_kb", "alias", "entity", "entity_freq", "entity_vector", "prior_prob")

    def __init__(
        self,
        kb: HasVocab,
        entity_hash: int,
        entity_freq: float,
        entity_vector: Sequence[float],
        alias_hash: int,
        prior_prob: float,
    ) -> None:
        self._kb = kb
        self.entity = entity_hash
        self.entity_freq = entity_freq
        self.entity_vector = entity_vector
        self.alias = alias_hash
        self.prior_prob = prior_prob

    def __repr__(self) -> str:
        return f"Candidate({self.entity_!r}, alias {self.alias_!r}, prior {self.prior_prob:.3g})"

    @property
    def entity_(self) -> str:
        """The id of the entity."""
        return self._kb.vocab.strings[self.entity]

    @property
    def alias_(self) -> str:
        """The text that may mean the entity."""
        return self._kb.vocab.strings[self.alias]


@dataclass(frozen=True)
class Columns:
    """The candidates of many mentions.

    mentions: the place of the mention of each candidate, int64 (C,), ascending. priors: float32 (C,). rows: which of `vectors` and
    of the names each candidate has, int64 (C,). vectors: (rows, width). name: the id of a row.
    """

    mentions: NDArray[np.int64]
    priors: NDArray[np.float32]
    rows: NDArray[np.int64]
    vectors: NDArray[np.float32]
    name: Callable[[int], str]


def columns_of(candidates: Iterable[Iterable[Candidate]], width: int) -> Columns:
    """The columns of candidates that are objects: an iterable of them for each mention."""
    flat: list[Candidate] = []
    counts = []
    for each in candidates:
        before = len(flat)
        flat += each
        counts.append(len(flat) - before)
    vectors = np.array([candidate.entity_vector for candidate in flat], dtype=np.float32)
    return Columns(
        np.repeat(np.arange(len(counts)), counts),
        np.array([candidate.prior_prob for candidate in flat], dtype=np.float32),
        np.arange(len(flat)),
        vectors.reshape(len(flat), -1) if flat else np.zeros((0, width), dtype=np.float32),
        lambda row: flat[row].entity_,
    )


def get_candidates(kb: Finds, mention: Span) -> Iterable[Candidate]:
    """What the knowledge base itself says of a mention."""
    return kb.get_candidates(mention)


def get_candidates_batch(kb: Finds, mentions: Iterable[Span]) -> Iterable[Iterable[Candidate]]:
    """What the knowledge base itself says of many mentions."""
    return kb.get_candidates_batch(mentions)
