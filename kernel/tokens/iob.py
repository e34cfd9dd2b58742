"""Entities as columns of IOB values and labels, a token each."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

MISSING, INSIDE, OUTSIDE, BEGIN = range(4)
IOB_STRINGS = ("", "I", "O", "B")

Entity = tuple[int, int, int]
"""(first token, token after the last, number of the label)"""


def find_entities(
    iob: NDArray[Any], types: NDArray[np.uint64], borders: NDArray[Any] | None = None
) -> list[Entity]:
    """The entities that columns describe. An I that continues nothing, or another label, opens one.

    borders: where documents start, if the columns are those of several.
    """
    inside = ((iob == INSIDE) | (iob == BEGIN)) & (types != 0)
    if not inside.any():
        return []
    before = np.zeros(len(iob), dtype=bool)
    before[1:] = inside[:-1] & (types[1:] == types[:-1])
    if borders is not None:
        before[borders] = False
    opens = inside & ((iob == BEGIN) | ~before)
    starts = np.flatnonzero(opens)
    # An entity ends before the next token that opens one or is outside; the end of the text is outside.
    stops = np.flatnonzero(np.append(opens | ~inside, True))
    ends = stops[np.searchsorted(stops, starts, side="right")]
    return list(zip(starts.tolist(), ends.tolist(), types[starts].tolist(), strict=True))
