"""Attributes of tokens as numbers in one array: `Doc.to_array` and `Doc.from_array`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError
from kernel.tokens.columns import as_uint64, dtype_of, values_of
from kernel.tokens.heads import checked_starts, labelled
from kernel.vocab import attrs

if TYPE_CHECKING:
    from kernel.tokens.doc import Doc


def to_array(
    doc: Doc, names: str | int | Sequence[str | int], start: int = 0, end: int | None = None
) -> NDArray[np.uint64]:
    """Attributes of the tokens from start to end as numbers: shape (tokens,) for one, (tokens, n) for a list of several."""
    if isinstance(names, (str, int)):
        names = [names]
    array = matrix_of(doc, [attrs.intify(name) for name in names], start, end)
    return array[:, 0] if len(names) == 1 else array


def matrix_of(doc: Doc, numbers: Sequence[int], start: int = 0, end: int | None = None) -> NDArray[np.uint64]:
    """Attributes of the tokens from start to end, all by default, as numbers: shape (tokens, len(numbers))."""
    array = np.zeros((len(doc.rows[start:end]), len(numbers)), dtype=np.uint64)
    for column, attr in enumerate(numbers):
        if attr in doc.columns or attr not in attrs.ANNOTATIONS or attr == attrs.SENT_START:
            array[:, column] = as_uint64(values_of(doc, attr, start, end))
    return array


def from_array(doc: Doc, names: str | int | Sequence[str | int], array: NDArray[Any]) -> Doc:
    """Set attributes from what `to_array` returns. Returns the doc.

    Of the lexical attributes NORM is set; the others, and IDX, follow from the words and are passed over. HEAD is relative; without SENT_START among the names,
    sentence starts follow from the heads.
    """
    if isinstance(names, (str, int)):
        names = [names]
    numbers = [attrs.intify(name) for name in names]
    array = np.asarray(array)
    if array.ndim == 1 and len(numbers) == 1:
        array = array.reshape(-1, 1)
    if array.shape != (len(doc), len(numbers)):
        raise DataError(
            f"the array has the shape {array.shape}: expected {(len(doc), len(numbers))}, a row for each token "
            "and a column for each attribute"
        )
    if array.dtype.kind not in "iub":
        raise DataError(f"attributes are whole numbers, the array is of {array.dtype}")
    array = array.astype(np.int64).view(np.uint64)
    starts = None
    if attrs.HEAD in numbers:
        # Before anything is set: an array with an error in its heads changes nothing.
        heads = np.ascontiguousarray(array[:, numbers.index(attrs.HEAD)])
        deps = array[:, numbers.index(attrs.DEP)] if attrs.DEP in numbers else doc.columns.get(attrs.DEP)
        starts = checked_starts(heads.view(np.int64).astype(np.int32), labelled(deps))
    for column, attr in enumerate(numbers):
        values = np.ascontiguousarray(array[:, column])
        if attr == attrs.SPACY:
            doc.set_spaces(values.astype(bool))
        elif attr == attrs.NORM:
            _set_norms(doc, values)
        elif attr in attrs.ANNOTATIONS:
            dtype = dtype_of(attr)
            doc.set_column(attr, values if dtype == np.uint64 else values.view(np.int64).astype(dtype))
    if starts is not None and attrs.SENT_START not in numbers:
        doc.set_column(attrs.SENT_START, starts)
    return doc


def _set_norms(doc: Doc, values: NDArray[np.uint64]) -> None:
    current = doc.table.column(attrs.NORM)[doc.rows]
    changed = np.flatnonzero((values != current) & (values != 0))
    if len(changed):
        rows = doc.rows.copy()
        for index in changed.tolist():
            norm = doc.vocab.strings[int(values[index])]
            rows[index] = doc.table.row(doc.table.orth(int(rows[index])), norm)
        doc.set_rows(rows)
