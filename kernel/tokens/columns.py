"""Annotation columns of a Doc: their types, and attributes as arrays (`to_array`, `from_array`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError
from kernel.vocab import attrs

if TYPE_CHECKING:
    from kernel.tokens.doc import Doc

_DTYPES: dict[int, Any] = {attrs.HEAD: np.int32, attrs.SENT_START: np.int8, attrs.ENT_IOB: np.int8}

STRING_COLUMNS = attrs.ANNOTATIONS - set(_DTYPES)
"""Annotations whose value is the number of a string."""


def dtype_of(attr: int) -> Any:
    """The element type of an annotation column: signed for heads, sentence starts and IOB, else uint64."""
    return _DTYPES.get(attr, np.uint64)


def values_of(doc: Doc, attr: int) -> NDArray[Any]:
    """One attribute of every token, shape (len(doc),), in the attribute's own type. Don't write into it."""
    if attr in attrs.LEXICAL:
        values: NDArray[Any] = doc._table.column(attr)[doc._rows]
        return values
    if attr == attrs.SPACY:
        return doc._spaces
    if attr == attrs.IDX:
        return doc._offsets()[:-1]
    column = doc._columns.get(attr)
    if column is not None:
        return column
    empty = np.zeros(len(doc), dtype=dtype_of(attr))
    if attr == attrs.SENT_START and len(doc):
        empty[0] = 1
    return empty


def as_uint64(values: NDArray[Any]) -> NDArray[np.uint64]:
    """Any attribute as uint64; negative numbers as two's complement."""
    if values.dtype == np.uint64:
        return values
    if values.dtype.kind == "i":
        return values.astype(np.int64).view(np.uint64)
    return values.astype(np.uint64)


def to_array(doc: Doc, names: str | int | Sequence[str | int]) -> NDArray[np.uint64]:
    """Attributes as numbers: shape (len(doc),) for one attribute, (len(doc), n) for a list of several."""
    if isinstance(names, (str, int)):
        names = [names]
    array = matrix_of(doc, [attrs.intify(name) for name in names])
    return array[:, 0] if len(names) == 1 else array


def matrix_of(doc: Doc, numbers: Sequence[int]) -> NDArray[np.uint64]:
    """Attributes as numbers, shape (len(doc), len(numbers))."""
    array = np.zeros((len(doc), len(numbers)), dtype=np.uint64)
    for column, attr in enumerate(numbers):
        if attr in doc._columns or attr not in attrs.ANNOTATIONS or attr == attrs.SENT_START:
            array[:, column] = as_uint64(values_of(doc, attr))
    return array


def from_array(doc: Doc, names: str | int | Sequence[str | int], array: NDArray[Any]) -> Doc:
    """Set attributes from what `to_array` returns. Returns the doc.

    Of the lexical attributes only NORM can be set. HEAD is relative; without SENT_START among the names,
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
        starts = _starts_of_checked(heads.view(np.int64).astype(np.int32))
    for column, attr in enumerate(numbers):
        values = np.ascontiguousarray(array[:, column])
        if attr == attrs.SPACY:
            doc._spaces = values.astype(bool)
            doc._text = doc._starts = None
        elif attr == attrs.NORM:
            _set_norms(doc, values)
        elif attr in attrs.ANNOTATIONS:
            dtype = dtype_of(attr)
            doc._set_column(attr, values if dtype == np.uint64 else values.view(np.int64).astype(dtype))
        elif attr != attrs.ORTH:
            raise DataError(f"{attrs.NAMES[attr]} follows from the text and can't be set from an array")
    if starts is not None and attrs.SENT_START not in numbers:
        doc._set_column(attrs.SENT_START, starts)
    return doc


def _set_norms(doc: Doc, values: NDArray[np.uint64]) -> None:
    current = doc._table.column(attrs.NORM)[doc._rows]
    changed = np.flatnonzero((values != current) & (values != 0))
    if len(changed):
        rows = doc._rows.copy()
        for index in changed.tolist():
            norm = doc.vocab.strings[int(values[index])]
            rows[index] = doc._table.row(doc._table.orth(int(rows[index])), norm)
        doc._rows = rows


def _starts_of_checked(relative: NDArray[np.int32]) -> NDArray[np.int8]:
    """`starts_from_heads`; DataError also if a head lies outside the text."""
    heads = np.arange(len(relative)) + relative
    wrong = np.flatnonzero((heads < 0) | (heads >= len(heads)))
    if len(wrong):
        raise DataError(
            f"the head of token {int(wrong[0])} is token {int(heads[wrong[0]])}, outside the text"
        )
    return starts_from_heads(relative)


def roots_of(heads: NDArray[Any]) -> NDArray[np.int64]:
    """The root of each token's tree from relative heads, shape (n,). DataError if there is a cycle."""
    position = np.arange(len(heads))
    root: NDArray[np.int64] = position + heads
    # Each pass doubles the distance followed, so that log2(depth) passes reach every root.
    for _ in range(max(1, len(heads)).bit_length() + 1):
        further = root[root]
        if np.array_equal(further, root):
            break
        root = further
    in_cycle = np.flatnonzero(heads[root] != 0)
    if len(in_cycle):
        raise DataError(f"the heads form a cycle that token {int(in_cycle[0])} hangs on")
    return root


def starts_from_heads(heads: NDArray[Any]) -> NDArray[np.int8]:
    """Sentence starts from relative heads: 1 on the first token of each tree, -1 elsewhere."""
    starts = np.full(len(heads), -1, dtype=np.int8)
    if len(heads):
        _, first = np.unique(roots_of(heads), return_index=True)
        starts[first] = 1
        starts[0] = 1
    return starts
