"""Between documents and the columns of the entity decoder: what limits it, and what it found."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kernel.tokens import Doc
from kernel.tokens.batch import batch_column, batch_has, batch_rows, set_batch_entities
from kernel.vocab.attrs import intify
from kernel_components.biluo import Constraints, Path

ENT_IOB, ENT_TYPE, IS_SPACE, SENT_START = (
    intify(name) for name in ("ENT_IOB", "ENT_TYPE", "IS_SPACE", "SENT_START")
)
INSIDE, OUTSIDE, BEGIN = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Entities:
    """The entities found in a batch of documents, ordered by their starts."""

    starts: NDArray[np.int64]
    """First token, counted over the batch."""
    ends: NDArray[np.int64]
    """Token after the last."""
    labels: NDArray[np.uint64]
    """The labels' numbers in the StringStore."""

    @classmethod
    def none(cls) -> "Entities":
        nothing = np.zeros(0, dtype=np.int64)
        return cls(nothing, nothing, nothing.astype(np.uint64))

    @classmethod
    def of(cls, path: Path, labels: NDArray[np.uint64]) -> "Entities":
        """`labels` translates label numbers of the path."""
        starts, ends, numbers = path.entities()
        return cls(starts, ends, labels[numbers])


def constraints(docs: Sequence[Doc], labels: NDArray[np.uint64]) -> tuple[Constraints, NDArray[np.uint64]]:
    """What limits the decoder in these documents, and `labels` followed by labels of preset entities that it lacks.

    Annotation that no document of the batch has costs nothing.
    """
    table, rows = batch_rows(docs)
    space = table.column(IS_SPACE)[rows] if table is not None else batch_column(docs, IS_SPACE)
    starts = iob = preset = None
    if batch_has(docs, SENT_START):
        starts = batch_column(docs, SENT_START) == 1
    if batch_has(docs, ENT_IOB):
        iob = batch_column(docs, ENT_IOB).astype(np.int8, copy=False)
        types = batch_column(docs, ENT_TYPE)
        absent = np.setdiff1d(np.array(preset_labels(docs), dtype=np.uint64), labels)
        labels = np.concatenate((labels, absent))
        preset = _positions(types, labels)
    lengths = [len(doc) for doc in docs]
    return Constraints(lengths, space=space.astype(bool), sent_start=starts, iob=iob, preset=preset), labels


def preset_labels(docs: Sequence[Doc]) -> list[int]:
    """Numbers of the labels of entities that the documents have already, ascending."""
    if not batch_has(docs, ENT_IOB):
        return []
    iob, types = batch_column(docs, ENT_IOB), batch_column(docs, ENT_TYPE)
    found = np.unique(types[((iob == BEGIN) | (iob == INSIDE)) & (types != 0)])
    numbers: list[int] = found.tolist()
    return numbers


def _positions(values: NDArray[np.uint64], known: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Where each value is in `known`, -1 where it isn't."""
    if not len(known):
        return np.full(len(values), -1, dtype=np.int64)
    order = np.argsort(known)
    place = np.minimum(np.searchsorted(known, values, sorter=order), len(known) - 1)
    return np.where(known[order[place]] == values, order[place], -1)


def write_entities(docs: Sequence[Doc], found: Entities) -> None:
    """Set the entities of each document; tokens that nothing was known of are now outside of entities."""
    n = sum(len(doc) for doc in docs)
    has_presets = batch_has(docs, ENT_IOB)
    if has_presets:
        iob = batch_column(docs, ENT_IOB).astype(np.int8)
        types = batch_column(docs, ENT_TYPE).astype(np.uint64)
        iob[iob == 0] = OUTSIDE
    else:
        iob = np.full(n, OUTSIDE, dtype=np.int8)
        types = np.zeros(n, dtype=np.uint64)
    if len(found.starts):
        _cover(iob, types, found)
    known = None if has_presets else (found.starts, found.ends, found.labels)
    set_batch_entities(docs, iob, types, known)


def _cover(iob: NDArray[np.int8], types: NDArray[np.uint64], found: Entities) -> None:
    """Write the entities to the columns of the batch."""
    lengths = found.ends - found.starts
    owner = np.repeat(np.arange(len(lengths)), lengths)
    covered = np.arange(len(owner)) - (np.cumsum(lengths) - lengths)[owner] + found.starts[owner]
    iob[covered] = INSIDE
    iob[found.starts] = BEGIN
    types[covered] = found.labels[owner]
