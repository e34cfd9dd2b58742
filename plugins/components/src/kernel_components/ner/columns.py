"""Between documents and the columns of the entity decoder: what limits it, and what it found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.tokens import Doc
from kernel.tokens.features import batch_column, batch_rows
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
    if _any_has(docs, SENT_START):
        starts = batch_column(docs, SENT_START) == 1
    if _any_has(docs, ENT_IOB):
        iob = batch_column(docs, ENT_IOB).astype(np.int8, copy=False)
        types = batch_column(docs, ENT_TYPE)
        absent = np.setdiff1d(np.array(preset_labels(docs), dtype=np.uint64), labels)
        labels = np.concatenate((labels, absent))
        preset = _positions(types, labels)
    lengths = [len(doc) for doc in docs]
    return Constraints(lengths, space=space.astype(bool), sent_start=starts, iob=iob, preset=preset), labels


def preset_labels(docs: Sequence[Doc]) -> list[int]:
    """Numbers of the labels of entities that the documents have already, ascending."""
    if not _any_has(docs, ENT_IOB):
        return []
    iob, types = batch_column(docs, ENT_IOB), batch_column(docs, ENT_TYPE)
    found = np.unique(types[((iob == BEGIN) | (iob == INSIDE)) & (types != 0)])
    numbers: list[int] = found.tolist()
    return numbers


def _any_has(docs: Sequence[Doc], attr: int) -> bool:
    return any(attr in doc._columns for doc in docs)


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
    has_presets = _any_has(docs, ENT_IOB)
    if has_presets:
        iob = batch_column(docs, ENT_IOB).astype(np.int8)
        types = batch_column(docs, ENT_TYPE).astype(np.uint64)
        iob[iob == 0] = OUTSIDE
    else:
        iob = np.full(n, OUTSIDE, dtype=np.int8)
        types = np.zeros(n, dtype=np.uint64)
    if len(found.starts):
        _cover(iob, types, found)
    _hand_out(docs, iob, types, None if has_presets else found)


def _cover(iob: NDArray[np.int8], types: NDArray[np.uint64], found: Entities) -> None:
    """Write the entities to the columns of the batch."""
    lengths = found.ends - found.starts
    owner = np.repeat(np.arange(len(lengths)), lengths)
    covered = np.arange(len(owner)) - (np.cumsum(lengths) - lengths)[owner] + found.starts[owner]
    iob[covered] = INSIDE
    iob[found.starts] = BEGIN
    types[covered] = found.labels[owner]


def _hand_out(
    docs: Sequence[Doc], iob: NDArray[np.int8], types: NDArray[np.uint64], found: Entities | None
) -> None:
    """Give every document its part of the columns, with its entities if those are all there are."""
    borders = np.cumsum([0, *map(len, docs)])
    spans: list[tuple[int, int, int]] = []
    parts = [0] * len(borders)
    if found is not None and len(found.starts):
        parts = np.searchsorted(found.starts, borders).tolist()
        shift = np.repeat(borders[:-1], np.diff(parts))
        columns: list[list[Any]] = [
            (found.starts - shift).tolist(),
            (found.ends - shift).tolist(),
            found.labels.tolist(),
        ]
        spans = list(zip(*columns, strict=True))
    edges = borders.tolist()
    for i, doc in enumerate(docs):
        mine = spans[parts[i] : parts[i + 1]] if found is not None else None
        doc._set_entities(iob[edges[i] : edges[i + 1]], types[edges[i] : edges[i + 1]], mine)
