"""How long examples are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

_BARS = 20


def lengths(sizes: Sequence[int]) -> dict[str, Any]:
    """Of numbers of words: their sum, how many are none at all, and how they are distributed.

    bars: (from, to, number) of examples with so many words, both ends among them. The last bar has all that are longer than
    nearly all, so that a single long one doesn't make the others look equal.
    """
    values = np.asarray(sizes, dtype=np.int64)
    found: dict[str, Any] = {
        "examples": len(values),
        "words": int(values.sum()),
        "empty": int((values == 0).sum()),
        "bars": [],
    }
    if not len(values):
        return found
    middle, most = (int(np.quantile(values, share)) for share in (0.5, 0.99))
    found |= {"median": middle, "longest": int(values.max()), "shortest": int(values.min())}
    least = int(values.min())
    width = max(1, -(-(most - least + 1) // _BARS))
    places = np.minimum((values - least) // width, (most - least) // width)
    counts = np.bincount(places)
    for number, count in enumerate(counts.tolist()):
        start = least + number * width
        is_last = number == len(counts) - 1
        found["bars"].append([start, int(values.max()) if is_last else start + width - 1, count])
    return found
