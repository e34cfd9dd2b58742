"""Where the gold spans of an Example begin and end among its predicted tokens."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError
from kernel.tokens import Doc
from kernel.tokens.group_data import Record
from kernel.training import Example

EDGE, NO_EDGE, UNKNOWN = 1, 0, -1


def encode(example: Example, key: str) -> NDArray[np.int8]:
    """Whether each predicted token begins, and whether it ends, a gold span of the group `key`: int8 (tokens, 2).

    Unknown is a beginning for a token inside of which a gold span begins, and an end for one inside of which one ends. `DataError` if
    the texts differ.
    """
    gold, predicted = example.reference, example.predicted
    if gold.text != predicted.text:
        raise DataError(
            "the text of the gold document is not that of the predicted one, so that nobody knows where its spans are",
            document=example.described(),
        )
    edges = np.full((len(predicted), 2), NO_EDGE, dtype=np.int8)
    spans = gold_spans(gold, key)
    if not len(spans) or not len(predicted):
        return edges
    begins, ends = _borders(gold)
    own_begins, own_ends = _borders(predicted)
    first = begins[spans[:, 0]]
    places = np.searchsorted(own_begins, first, side="right") - 1
    _mark(edges[:, 0], places, own_begins[places] == first)
    last = ends[spans[:, 1] - 1]
    places = np.minimum(np.searchsorted(own_ends, last), len(predicted) - 1)
    _mark(edges[:, 1], places, own_ends[places] == last)
    return edges


def gold_spans(doc: Doc, key: str) -> NDArray[np.int64]:
    """First token, and token after the last, of the spans of a group that have tokens: int64 (spans, 2)."""
    borders = [(start, end) for start, end, *_ in records(doc, key) if start < end]
    return np.array(borders, dtype=np.int64).reshape(-1, 2)


def records(doc: Doc, key: str) -> list[Record]:
    """The spans of a group as the document keeps them; none if it has no such group."""
    group = doc.groups.get(key)
    return [] if group is None else group.records


def _borders(doc: Doc) -> tuple[NDArray[np.integer[Any]], NDArray[np.integer[Any]]]:
    """The character that each token begins at, and the one after its last."""
    offsets = doc.offsets()
    return offsets[:-1], offsets[1:] - doc.spaces


def _mark(column: NDArray[np.int8], places: NDArray[np.int64], fits: NDArray[np.bool_]) -> None:
    column[places[fits]] = EDGE
    column[places[~fits]] = UNKNOWN
