"""A knowledge base from what a plain file says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError
from kernel.vocab import Vocab
from kernel_linking.kb import InMemoryLookupKB
from kernel_linking.sources.describe import by_documents, hashed_words
from kernel_linking.sources.records import Records

Read = Callable[[Sequence[str]], Iterable[Any]]
Shown = Callable[[str], Callable[[int, int], None]]
_BLOCK = 1000


def silent(what: str) -> Callable[[int, int], None]:
    """Shows nothing."""
    return lambda done, total: None


@dataclass(frozen=True)
class Built:
    """A knowledge base, and where its vectors come from. undescribed: entities whose vector is zeros."""

    kb: InMemoryLookupKB
    source: str
    undescribed: int


def build(
    records: Records, vocab: Vocab, read: Read, entity_vector_length: int, shown: Shown = silent
) -> Built:
    """Make the knowledge base.

    read: texts to documents; asked for descriptions, if the file has no vectors. Documents without vectors get those of their hashed
    words, of entity_vector_length numbers. An entity without a description is described by its aliases. shown: of what is counted, a function that is told how
    many of all are done, such as kernel.cli.progress.Progress.
    """
    vectors, source = _vectors(records, read, entity_vector_length, shown("descriptions"))
    kb = InMemoryLookupKB(vocab, vectors.shape[1])
    kb.set_entities(records.ids, records.freqs, vectors)
    freqs = dict(zip(records.ids, records.freqs, strict=True))
    progress = shown("aliases")
    for done, (alias, given) in enumerate(records.aliases.items()):
        if done % _BLOCK == 0:
            progress(done, len(records.aliases))
        line = records.lines["alias", alias]
        unknown = [entity for entity in given if entity not in freqs]
        if unknown:
            raise DataError(
                f"the alias '{alias}' names the entity '{unknown[0]}', which the file lacks",
                path=records.path,
                line=line,
            )
        try:
            kb.add_alias(alias, list(given), _priors(given, freqs))
        except DataError as error:
            raise error.at(records.path, line=line) from error
    progress(len(records.aliases), len(records.aliases))
    return Built(kb, source, int((~vectors.any(axis=1)).sum()))


def _priors(given: Mapping[str, float | None], freqs: Mapping[str, float]) -> list[float]:
    """What the file gives; entities without share the rest by their frequency."""
    rest = max(0.0, 1.0 - sum(prior for prior in given.values() if prior is not None))
    total = sum(freqs[entity] for entity, prior in given.items() if prior is None)
    count = sum(prior is None for prior in given.values())
    return [
        prior if prior is not None else rest * (freqs[entity] / total if total else 1 / count)
        for entity, prior in given.items()
    ]


def _vectors(
    records: Records, read: Read, width: int, progress: Callable[[int, int], None]
) -> tuple[NDArray[np.float32], str]:
    given = [vector for vector in records.vectors if vector is not None]
    if given:
        for entity, vector in zip(records.ids, records.vectors, strict=True):
            if vector is None or len(vector) != len(given[0]):
                has = "no vector" if vector is None else f"a vector of {len(vector)} numbers"
                raise DataError(
                    f"the entity '{entity}' has {has}, and others have one of {len(given[0])}",
                    path=records.path,
                    line=records.lines["entity", entity],
                    hint="All entities need vectors of one width, or none of them has one.",
                )
        return np.array(given, dtype=np.float32), "the vectors of the file"
    texts = _texts(records)
    probe = next(iter(read(texts[:1])))
    size = len(probe.vector)
    if size and (probe.has_vector or len(probe.vocab.vectors)):
        return by_documents(
            read(texts), size, lambda done: progress(done, len(texts))
        ), "the vectors of the pipeline, and descriptions"
    return hashed_words(
        texts, width, lambda done: progress(done, len(texts))
    ), "the hashed words of descriptions"


def _texts(records: Records) -> list[str]:
    aliases: dict[str, list[str]] = {}
    for alias, entities in records.aliases.items():
        for entity in entities:
            aliases.setdefault(entity, []).append(alias)
    described = zip(records.ids, records.descriptions, strict=True)
    return [text or " ".join(aliases.get(entity, ())) for entity, text in described]
