"""A knowledge base that looks mentions up by their exact text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError, MissingName, UsageError, warn
from kernel.files.atomic import atomic_file
from kernel.tokens import Span
from kernel.vocab import Vocab
from kernel_linking.kb import files, foreign
from kernel_linking.kb.aliases import Aliases
from kernel_linking.kb.candidate import Candidate, Columns
from kernel_linking.kb.growing import Growing
from kernel_linking.kb.kb import KnowledgeBase
from kernel_linking.kb.names import Names

# Probabilities are float32: their sum may exceed 1 by what that rounds.
_ROUNDED = 1.00001


class InMemoryLookupKB(KnowledgeBase):
    """Entities with frequency and vector, and aliases: texts with the entities that they may mean.

    All of it lies in arrays: a million entities are read from a file in no time, because it is mapped.
    """

    def __init__(self, vocab: Vocab, entity_vector_length: int) -> None:
        if entity_vector_length < 1:
            raise UsageError(f"the vectors of entities need a width of 1 or more, not {entity_vector_length}")
        super().__init__(vocab, entity_vector_length)
        self._entities = Names()
        self._freqs = Growing(np.zeros(0, dtype=np.float32))
        self._vectors = Growing(np.zeros((0, entity_vector_length), dtype=np.float32))
        self._aliases = Aliases()
        self._watch()

    def _watch(self) -> None:
        # The vocab finds the strings here, and needn't keep and save a million of them.
        self.vocab.strings.watch(self)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._watch()

    def find_string(self, number: int) -> str | None:
        """The string of a number, if it is that of an entity or an alias."""
        for names in (self._entities, self._aliases.names):
            row = names.find(number)
            if row is not None:
                return names.text(row)
        return None

    def __len__(self) -> int:
        """The number of entities."""
        return len(self._entities)

    def is_empty(self) -> bool:
        return len(self._entities) == 0

    def get_size_entities(self) -> int:
        """The number of entities."""
        return len(self._entities)

    def get_size_aliases(self) -> int:
        """The number of aliases."""
        return len(self._aliases)

    def get_entity_strings(self) -> list[str]:
        """The ids of all entities, in the order in which they were added."""
        return self._entities.texts()

    def get_alias_strings(self) -> list[str]:
        """All aliases, in the order in which they were added."""
        return self._aliases.names.texts()

    def contains_entity(self, entity: str) -> bool:
        """Whether there is an entity with this id."""
        return self._entity(entity) is not None

    def contains_alias(self, alias: str) -> bool:
        """Whether this text may mean an entity."""
        return self._alias(alias) is not None

    def entity_rows(self, entities: Sequence[str]) -> NDArray[np.int64]:
        """The rows of many entities in `entity_vectors`, (len(entities),); -1 for one that is unknown."""
        return self._entities.find_many(entities)

    @property
    def entity_vectors(self) -> NDArray[np.float32]:
        """The vectors of all entities, (entities, entity_vector_length). Not to be written to."""
        return self._vectors.values

    def add_entity(self, entity: str, freq: float, entity_vector: Sequence[float]) -> int | None:
        """Add an entity; the number of its id, None if it was there already, which is left as it is with a warning."""
        vectors = self._checked_vectors([entity_vector])
        if self.contains_entity(entity):
            warn(f"the knowledge base has the entity '{entity}' already: what was added again is left out")
            return None
        number = self._entities.add(_checked_text(entity, "the id of an entity"))
        self._freqs.append(freq)
        self._vectors.extend(vectors)
        return number

    def set_entities(
        self,
        entity_list: Sequence[str],
        freq_list: Sequence[float],
        vector_list: Sequence[Sequence[float]] | NDArray[Any],
    ) -> None:
        """Replace all entities. Of one that is named twice the first counts. Candidates of aliases that are no entity any more go."""
        if not len(entity_list) == len(freq_list) == len(vector_list):
            raise DataError(
                f"there are {len(entity_list)} entities, {len(freq_list)} frequencies and {len(vector_list)} vectors: each entity needs one"
            )
        vectors = self._checked_vectors(vector_list).copy()
        first = dict(zip(reversed(entity_list), range(len(entity_list) - 1, -1, -1), strict=True))
        # Copies: the arrays stay the caller's.
        freqs = np.array(freq_list, dtype=np.float32)
        if len(first) < len(entity_list):
            warn(f"{len(entity_list) - len(first)} entities are named twice: the first of each is taken")
            kept = sorted(first.values())
            entity_list, freqs, vectors = [entity_list[row] for row in kept], freqs[kept], vectors[kept]
        for entity in entity_list:
            _checked_text(entity, "the id of an entity")
        before, self._entities = self._entities, Names.of(entity_list)
        self._freqs, self._vectors = Growing(freqs), Growing(vectors)
        if len(self._aliases):
            self._keep_aliases(self._entities.find_many(before.texts()))

    def _keep_aliases(self, now: NDArray[np.int64]) -> None:
        """now: where each former entity is now, -1 for one that is gone."""
        _, counts, entities, priors = self._aliases.arrays()
        moved = now[entities]
        kept = moved >= 0
        owners = np.repeat(np.arange(len(counts)), counts)[kept]
        counts = np.bincount(owners, minlength=len(counts))
        starts = np.cumsum(counts) - counts
        self._aliases = Aliases(
            self._aliases.names, starts, counts, moved[kept].astype(np.int32), priors[kept]
        )

    def add_alias(self, alias: str, entities: Sequence[str], probabilities: Sequence[float]) -> int | None:
        """Add a text and the entities that it may mean; its number, None if it was there already, which is left as it is with a warning.

        probabilities: how often it means each of them; together 1 at most.
        """
        _checked_text(alias, "an alias")
        if len(entities) != len(probabilities):
            raise DataError(
                f"the alias '{alias}' has {len(entities)} entities, but {len(probabilities)} probabilities"
            )
        _check_priors(alias, sum(probabilities), probabilities)
        rows = [self._known_entity(entity) for entity in entities]
        if self.contains_alias(alias):
            warn(f"the knowledge base has the alias '{alias}' already: append_alias adds to it")
            return None
        return self._aliases.add(alias, rows, probabilities)

    def append_alias(self, alias: str, entity: str, prior_prob: float, ignore_warnings: bool = False) -> None:
        """Let an alias mean one more entity. An entity that it may mean already is left as it is, with a warning."""
        row = self._alias(alias)
        if row is None:
            raise MissingName(
                f"the knowledge base has no alias '{alias}' to append to", hint="add_alias adds one."
            )
        place = self._known_entity(entity)
        entities, priors = self._aliases.candidates(row)
        if place in entities.tolist():
            if not ignore_warnings:
                warn(f"the alias '{alias}' may mean '{entity}' already: what was appended again is left out")
            return
        _check_priors(alias, float(priors.sum()) + prior_prob, [prior_prob])
        self._aliases.append(row, place, prior_prob)

    def get_alias_candidates(self, alias: str) -> list[Candidate]:
        """The entities that a text may mean; none if it is unknown."""
        row = self._alias(alias)
        if row is None:
            return []
        number = self._aliases.names.number(row)
        entities, priors = self._aliases.candidates(row)
        return [
            Candidate(
                self,
                entity_hash=self._entities.number(place),
                entity_freq=float(self._freqs.values[place]),
                entity_vector=self._vectors.values[place].tolist(),
                alias_hash=number,
                prior_prob=prior,
            )
            for place, prior in zip(entities.tolist(), priors.tolist(), strict=True)
        ]

    def get_candidates(self, mention: Span) -> list[Candidate]:
        """The entities that the text of a mention may mean."""
        return self.get_alias_candidates(mention.text)

    def looks_up_texts(self) -> bool:
        """Whether `text_columns` says what `get_candidates` does: not in a subclass that has one of its own."""
        own = type(self)
        names = ("get_candidates", "get_candidates_batch", "get_alias_candidates")
        return all(getattr(own, name) is getattr(InMemoryLookupKB, name) for name in names)

    def text_columns(self, texts: Sequence[str]) -> Columns:
        """The candidates of many texts at once."""
        mentions, rows, priors = self._aliases.columns(texts)
        return Columns(mentions, priors, rows, self._vectors.values, self._entities.text)

    def get_vector(self, entity: str) -> list[float]:
        """The vector of an entity; zeros if it is unknown."""
        row = self._entity(entity)
        found: list[float] = (
            [0.0] * self.entity_vector_length if row is None else self._vectors.values[row].tolist()
        )
        return found

    def get_prior_prob(self, entity: str, alias: str) -> float:
        """How often a text means an entity; 0 if it never does, or if one of them is unknown."""
        row, place = self._alias(alias), self._entity(entity)
        if row is None or place is None:
            return 0.0
        entities, priors = self._aliases.candidates(row)
        return float(priors[entities == place].sum())

    def to_bytes(self, **kwargs: Any) -> bytes:
        """Everything in one piece: what `to_disk` writes."""
        file = BytesIO()
        files.write(file, self._stored())
        return file.getvalue()

    def from_bytes(self, bytes_data: bytes, *, exclude: Iterable[str] = ()) -> InMemoryLookupKB:
        """Take what `to_bytes` made. `DataError` for anything else."""
        return self._take(files.from_bytes(bytes_data))

    def to_disk(self, path: str | Path, exclude: Iterable[str] = ()) -> None:
        """Write one file, whole or not at all."""
        with atomic_file(path) as place, place.open("wb") as file:
            files.write(file, self._stored())

    def from_disk(self, path: str | Path, exclude: Iterable[str] = ()) -> InMemoryLookupKB:
        """Read the file of `to_disk`, which is mapped; or the folder that spaCy wrote for a knowledge base. `DataError` for anything else."""
        where = Path(path)
        return self._take(foreign.read(where) if where.is_dir() else files.read(where))

    def field_files(self) -> dict[str, bytes]:
        """The files of the folder that spaCy keeps a knowledge base in, by name. `from_disk` reads such a folder too."""
        return foreign.files_of(self._stored())

    def _stored(self) -> files.Stored:
        return files.Stored(
            self.entity_vector_length,
            self._entities,
            self._freqs.values,
            self._vectors.values,
            self._aliases.names,
            *self._aliases.arrays(),
        )

    def _take(self, stored: files.Stored) -> InMemoryLookupKB:
        self.entity_vector_length = stored.width
        self._entities, self._freqs = stored.entities, Growing(stored.freqs)
        self._vectors = Growing(stored.vectors)
        self._aliases = Aliases(
            stored.aliases, stored.starts, stored.counts, stored.candidates, stored.priors
        )
        return self

    def _entity(self, entity: str) -> int | None:
        return self._entities.find(self.vocab.strings.as_int(entity))

    def _alias(self, alias: str) -> int | None:
        return self._aliases.names.find(self.vocab.strings.as_int(alias))

    def _known_entity(self, entity: str) -> int:
        row = self._entity(entity)
        if row is None:
            raise MissingName(
                f"the knowledge base has no entity '{entity}'",
                hint="add_entity adds one; entities come before their aliases.",
            )
        return row

    def _checked_vectors(self, vectors: Any) -> NDArray[np.float32]:
        width = self.entity_vector_length
        if isinstance(vectors, np.ndarray) and vectors.ndim == 2 and vectors.shape[1] == width:
            return np.ascontiguousarray(vectors, dtype=np.float32)
        for vector in vectors:
            if len(vector) != width:
                raise DataError(
                    f"the vectors of entities in this knowledge base have {width} numbers, and one was given with {len(vector)}"
                )
        return np.asarray(vectors, dtype=np.float32).reshape(len(vectors), width)


def _checked_text(text: str, what: str) -> str:
    if not isinstance(text, str) or not text:
        raise DataError(f"{what} is a text that is not empty, not {text!r}")
    return text


def _check_priors(alias: str, total: float, given: Sequence[float]) -> None:
    if not all(0 <= each <= _ROUNDED for each in given):
        raise DataError(f"the probabilities of alias '{alias}' must lie from 0 to 1: {list(given)}")
    if total > _ROUNDED:
        raise DataError(f"the probabilities of alias '{alias}' must sum to 1 at most, not to {total:.6g}")
