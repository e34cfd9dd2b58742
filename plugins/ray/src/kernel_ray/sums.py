"""Arrays of several processes added up through Ray's store of objects: each process adds up a slice, and takes the others' sums."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

Array = Any
Exchange = Callable[[list[Any]], list[Any]]
"""References to objects in the store go from member to member. What is given has one for each member, and what is got one of each."""


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
    rows_of: dict[int, Array] = {}
    for numbers, rows in ray.get(exchange(given)):
        rows_of.update(zip(numbers, rows, strict=True))
    part = rows_of[order[0]].copy()
    for number in order[1:]:
        part += rows_of[number]
    mine = ray.put(part)
    whole: Array = np.concatenate(ray.get(exchange([mine] * count)))
    # Nobody lets go of what another one may still be reading.
    exchange([None] * count)
    return whole
