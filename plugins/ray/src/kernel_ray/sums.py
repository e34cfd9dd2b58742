"""Arrays of several processes added up through Ray's store of objects: each process adds up a slice, and takes the others' sums."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

Array = Any
Exchange = Callable[[list[Any]], list[list[Any]]]
"""What every member has given, by rank, for all of them: references to objects in the store."""


def total(
    ray: Any,
    parts: Mapping[int, Array],
    order: Sequence[int],
    size: int,
    dtype: str,
    rank: int,
    count: int,
    exchange: Exchange,
) -> Array:
    """See `kernel.training.team.Member.total`. rank, count: of the members."""
    borders = [size * number // count for number in range(count + 1)]
    own = [number for number in order if number in parts]
    # The references are kept here until all have read: the store forgets what nobody refers to.
    given = []
    for begin, end in pairwise(borders):
        rows = np.empty((len(own), end - begin), dtype=dtype)
        for row, number in zip(rows, own, strict=True):
            row[...] = parts[number][begin:end]
        given.append(ray.put((own, rows)))
    every = exchange(given)
    rows_of: dict[int, Array] = {}
    for numbers, rows in ray.get([references[rank] for references in every]):
        rows_of.update(zip(numbers, rows, strict=True))
    part = rows_of[order[0]].copy()
    for number in order[1:]:
        part += rows_of[number]
    mine = ray.put(part)
    sums = exchange([mine])
    whole: Array = np.concatenate(ray.get([references[0] for references in sums]))
    # Nobody lets go of what another one may still be reading.
    exchange([])
    return whole
