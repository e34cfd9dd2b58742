"""Entities of a batch: those that documents have, those that were found, and what is left of both, column by column."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernel.tokens import Doc
from kernel.tokens.batch import batch_column, batch_has, set_batch_entities
from kernel.tokens.iob import BEGIN, INSIDE, OUTSIDE, find_entities
from kernel.vocab import attrs
from kernel_matchers.matcher.greedy import LONGEST, chosen


class Entities(NamedTuple):
    """E entities in a batch. starts, ends: first token and token after the last, counted over the batch, int64 (E,). labels, ids: uint64 (E,)."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    labels: NDArray[np.uint64]
    ids: NDArray[np.uint64]

    def of(self, which: NDArray[Any]) -> "Entities":
        """Some of them. which: their places, or for each whether it is one."""
        return Entities(self.starts[which], self.ends[which], self.labels[which], self.ids[which])


def write_entities(docs: Sequence[Doc], found: Entities, *, overwrite: bool) -> None:
    """Add entities to those that the documents have.

    found: may overlap; a longer one is preferred, then one that begins earlier, then one that comes earlier here. overwrite: whether entities that
    a document has give way to what is found; if not, what touches one of them is not taken. All other tokens are outside of entities then.
    """
    borders = np.cumsum([0, *map(len, docs)])
    size = int(borders[-1])
    types = batch_column(docs, attrs.ENT_TYPE)
    present = find_entities(batch_column(docs, attrs.ENT_IOB), types, borders[:-1][np.diff(borders) > 0])
    if not overwrite:
        taken = _counts(types != 0)
        found = found.of(taken[found.ends] == taken[found.starts])
    found = found.of(np.sort(chosen(found.starts, found.ends, LONGEST)))
    new = _counts(_covered(size, found.starts, found.ends))
    old = Entities(
        np.array([start for start, _, _ in present], dtype=np.int64),
        np.array([end for _, end, _ in present], dtype=np.int64),
        np.array([label for _, _, label in present], dtype=np.uint64),
        np.zeros(len(present), dtype=np.uint64),
    )
    old = old.of(new[old.ends] == new[old.starts])
    _write(docs, borders, old, found)


def _write(docs: Sequence[Doc], borders: NDArray[np.int64], old: Entities, found: Entities) -> None:
    starts, ends, labels, _ = (np.concatenate(parts) for parts in zip(old, found, strict=True))
    order = np.argsort(starts)
    starts, ends, labels = starts[order], ends[order], labels[order]
    size = int(borders[-1])
    iob = np.full(size, OUTSIDE, dtype=np.int8)
    iob[_covered(size, starts, ends)] = INSIDE
    iob[starts] = BEGIN
    types = np.zeros(size, dtype=np.uint64)
    types[iob != OUTSIDE] = labels.repeat(ends - starts)
    set_batch_entities(docs, iob, types, (starts, ends, labels))
    remains = _covered(size, old.starts, old.ends)
    for attr in (attrs.ENT_KB_ID, attrs.ENT_ID):
        has_ids = attr == attrs.ENT_ID and bool(found.ids.any())
        if not has_ids and not batch_has(docs, attr):
            continue
        values = np.where(remains, batch_column(docs, attr, 0), np.uint64(0))
        if has_ids:
            values[_covered(size, found.starts, found.ends)] = _in_order(found)
        for doc, start, end in zip(docs, borders[:-1].tolist(), borders[1:].tolist(), strict=True):
            own = values[start:end]
            if attr in doc.columns or own.any():
                doc.set_column(attr, own.copy())


def _in_order(found: Entities) -> NDArray[np.uint64]:
    """The id of each token that is found, in the order of the tokens."""
    order = np.argsort(found.starts)
    return found.ids[order].repeat((found.ends - found.starts)[order])


def _covered(size: int, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which tokens lie in spans that don't overlap, bool (size,)."""
    changes = np.zeros(size + 1, dtype=np.int64)
    # Where one ends and the next one begins, nothing changes.
    changes[starts] += 1
    changes[ends] -= 1
    return changes[:-1].cumsum() > 0


def _counts(holds: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many hold before each place, and in all: int64 (size + 1,)."""
    counts = np.zeros(len(holds) + 1, dtype=np.int64)
    np.cumsum(holds, out=counts[1:])
    return counts
