"""Spans in the form in which suggesters give them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from thinc.api import Ragged, get_current_ops

Pairs = Sequence[tuple[int, int]]


def as_ragged(places: NDArray[Any], counts: NDArray[Any], ops: Any = None) -> Ragged:
    """places: where each span starts and ends, (S, 2). counts: the number of spans of each document. ops: None for thinc's
    present ones.
    """
    ops = get_current_ops() if ops is None else ops
    return Ragged(ops.asarray(places, dtype="int32"), ops.asarray(counts, dtype="int32"))


def pairs_as_ragged(parts: Sequence[Pairs], ops: Any = None) -> Ragged:
    """parts: (start, end) of the spans of each document."""
    places = np.array([pair for part in parts for pair in part], dtype=np.int32).reshape(-1, 2)
    return as_ragged(places, np.array([len(part) for part in parts], dtype=np.int32), ops)
