"""All n-grams of documents."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from thinc.api import Ragged

from kernel.config.ranges import PositiveInt
from kernel.errors import UsageError
from kernel.tokens import Doc
from kernel_components.suggesters.places import as_ragged


def build_ngram_suggester(sizes: list[PositiveInt]) -> Callable[..., Ragged]:
    """Suggest all spans of the given numbers of tokens: of each document those of the first size by position, then those of the
    next.
    """
    if not sizes:
        raise UsageError("ngram_suggester needs at least one size", hint="For example: sizes = [1, 2, 3]")
    return partial(ngram_suggester, sizes=list(sizes))


def build_ngram_range_suggester(min_size: PositiveInt, max_size: PositiveInt) -> Callable[..., Ragged]:
    """Suggest all spans of `min_size` to `max_size` tokens, as `ngram_suggester` does."""
    if max_size < min_size:
        raise UsageError(f"ngram_range_suggester: max_size ({max_size}) is less than min_size ({min_size})")
    return build_ngram_suggester(list(range(min_size, max_size + 1)))


def ngram_suggester(docs: Sequence[Doc], sizes: Sequence[int], *, ops: Any = None) -> Ragged:
    """All spans of the given numbers of tokens, the documents one after another."""
    lengths = np.array([len(doc) for doc in docs], dtype=np.int64)
    wanted = np.array(sizes, dtype=np.int64)
    # One cell for each document and size: how many there are.
    counts = np.maximum(lengths[:, None] - wanted + 1, 0)
    cells = counts.ravel()
    ends = np.cumsum(cells)
    places = np.empty((int(cells.sum()), 2), dtype=np.int32)
    places[:, 0] = np.arange(len(places)) - np.repeat(ends - cells, cells)
    places[:, 1] = places[:, 0] + np.repeat(np.tile(wanted, len(docs)), cells)
    return as_ragged(places, counts.sum(axis=1), ops)
