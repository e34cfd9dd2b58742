"""Aliases: texts, and which entities each may mean with what probability. As columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kernel_linking.kb.growing import Growing
from kernel_linking.kb.names import Names

Rows = NDArray[np.int64]
# Places that nothing uses any more are kept until they are half of all, and more than so many.
_FEW = 1024


class Aliases:
    """The aliases of a knowledge base.

    names: the texts. starts, counts: where the candidates of each lie, int64 (aliases,). entities, priors: row and probability of
    each candidate, int32 and float32.
    """

    def __init__(
        self,
        names: Names | None = None,
        starts: Rows | None = None,
        counts: Rows | None = None,
        entities: NDArray[np.int32] | None = None,
        priors: NDArray[np.float32] | None = None,
    ) -> None:
        self.names = Names() if names is None else names
        self._starts = Growing(np.zeros(0, dtype=np.int64) if starts is None else starts)
        self._counts = Growing(np.zeros(0, dtype=np.int64) if counts is None else counts)
        self._entities = Growing(np.zeros(0, dtype=np.int32) if entities is None else entities)
        self._priors = Growing(np.zeros(0, dtype=np.float32) if priors is None else priors)
        self._unused = 0

    def __len__(self) -> int:
        return len(self.names)

    def add(self, text: str, entities: Sequence[int], priors: Sequence[float]) -> int:
        """Add an alias that is not here yet; the number of its string."""
        number = self.names.add(text)
        self._starts.append(len(self._entities))
        self._counts.append(len(entities))
        self._entities.extend(np.asarray(entities, dtype=np.int32))
        self._priors.extend(np.asarray(priors, dtype=np.float32))
        return number

    def append(self, row: int, entity: int, prior: float) -> None:
        """Give an alias one more candidate."""
        start, count = int(self._starts.values[row]), int(self._counts.values[row])
        if start + count < len(self._entities):
            # Others lie behind it: it moves to the end.
            own = slice(start, start + count)
            self._starts.writable()[row] = len(self._entities)
            self._entities.extend(self._entities.values[own].copy())
            self._priors.extend(self._priors.values[own].copy())
            self._unused += count
        self._entities.append(entity)
        self._priors.append(prior)
        self._counts.writable()[row] = count + 1
        if self._unused > _FEW and 2 * self._unused > len(self._entities):
            starts, counts, entities, priors = self.arrays()
            self._starts, self._counts = Growing(starts), Growing(counts)
            self._entities, self._priors = Growing(entities), Growing(priors)
            self._unused = 0

    def candidates(self, row: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Entities and probabilities of an alias. Not to be written to."""
        start = int(self._starts.values[row])
        own = slice(start, start + int(self._counts.values[row]))
        return self._entities.values[own], self._priors.values[own]

    def columns(self, texts: Sequence[str]) -> tuple[Rows, Rows, NDArray[np.float32]]:
        """The candidates of many texts, (C,): the place of the text, the row of the entity, the probability."""
        rows = self.names.find_many(texts)
        known = np.flatnonzero(rows >= 0)
        starts, counts = self._starts.values[rows[known]], self._counts.values[rows[known]]
        places = gathered(starts, counts)
        return (
            np.repeat(known, counts),
            self._entities.values[places].astype(np.int64),
            self._priors.values[places],
        )

    def arrays(self) -> tuple[Rows, Rows, NDArray[np.int32], NDArray[np.float32]]:
        """Starts, counts, entities and probabilities without what is unused, in the order of the aliases."""
        counts = self._counts.values.copy()
        places = gathered(self._starts.values, counts)
        return np.cumsum(counts) - counts, counts, self._entities.values[places], self._priors.values[places]


def gathered(starts: Rows, counts: Rows) -> Rows:
    """The numbers from start to start + count of each, one after the other."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    places: Rows = np.arange(total) + np.repeat(starts - (ends - counts), counts)
    return places
