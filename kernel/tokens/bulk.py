"""Columns of many documents at once: how a DocBin is read without a loop over tokens."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError
from kernel.tokens.columns import dtype_of
from kernel.tokens.heads import roots_of
from kernel.tokens.iob import find_entities
from kernel.vocab import attrs
from kernel.vocab.lexemes import LexemeTable
from kernel.vocab.symbols import NAMES

_ALLOWED = {attrs.ENT_IOB: (0, 1, 2, 3), attrs.SENT_START: (-1, 0, 1)}


def text_of(known: dict[int, str], number: int) -> str:
    """The string of a number, DataError if there is none."""
    text = known.get(number)
    if text is None:
        text = NAMES.get(number)
    if text is None:
        raise DataError(f"broken .spacy data: no string for the number {number}")
    return text


def rows_of_tokens(
    table: LexemeTable, values: dict[int, NDArray[np.uint64]], known: dict[int, str]
) -> NDArray[np.int32]:
    """A row of word forms for each token."""
    orth = values[attrs.ORTH]
    norm = values.get(attrs.NORM)
    if norm is None:
        forms, inverse = np.unique(orth, return_inverse=True)
        return table.rows([text_of(known, number) for number in forms.tolist()])[inverse]
    pairs = (orth * np.uint64(0x9E3779B97F4A7C15)) ^ norm
    _, first, inverse = np.unique(pairs, return_index=True, return_inverse=True)
    if not (np.array_equal(orth[first][inverse], orth) and np.array_equal(norm[first][inverse], norm)):
        # Two pairs met in one key: take the slow and exact way.
        _, first, inverse = np.unique(
            np.stack([orth, norm], 1), axis=0, return_index=True, return_inverse=True
        )
    forms, norms = orth[first], norm[first]
    rows = table.rows([text_of(known, number) for number in forms.tolist()])
    own = np.flatnonzero((table.column(attrs.NORM)[rows] != norms) & (norms != 0))
    for index in own.tolist():
        rows[index] = table.row(text_of(known, int(forms[index])), text_of(known, int(norms[index])))
    return rows[inverse.reshape(-1)]


def columns_of_tokens(
    values: dict[int, NDArray[np.uint64]], bounds: Sequence[int]
) -> list[tuple[int, NDArray[Any], list[bool]]]:
    """Each annotation as a column of all tokens, and which documents have it."""
    starts = np.array(bounds[:-1])
    filled = np.flatnonzero(np.diff(bounds))
    columns = []
    for attr in sorted(attrs.ANNOTATIONS.intersection(values)):
        dtype = dtype_of(attr)
        column: NDArray[Any] = values[attr]
        if dtype != np.uint64:
            column = column.view(np.int64).astype(dtype)
        has_value = column != 0
        if attr == attrs.SENT_START:
            # That the first token starts a sentence goes without saying.
            has_value[starts[filled]] = False
        present = np.zeros(len(starts), dtype=bool)
        if len(filled):
            present[filled] = np.logical_or.reduceat(has_value, starts[filled])
        if present.any():
            columns.append((attr, column, present.tolist()))
    return columns


def check_heads(columns: list[tuple[int, NDArray[Any], list[bool]]], bounds: Sequence[int]) -> None:
    """DataError if a head lies outside its document, or heads lead round in a circle."""
    heads = next((column for attr, column, _ in columns if attr == attrs.HEAD), None)
    if heads is None:
        return
    lengths = np.diff(bounds)
    absolute = np.arange(bounds[-1]) + heads
    wrong = (absolute < np.repeat(bounds[:-1], lengths)) | (absolute >= np.repeat(bounds[1:], lengths))
    if wrong.any():
        token = int(wrong.argmax())
        document = int(np.searchsorted(bounds, token, side="right")) - 1
        raise DataError(
            f"broken .spacy data: the head of token {token - bounds[document]} lies outside the document",
            document=document,
        )
    try:
        roots_of(heads)
    except DataError:
        for document, (start, end) in enumerate(pairwise(bounds)):
            try:
                roots_of(heads[start:end])
            except DataError as error:
                raise DataError(f"broken .spacy data: {error.detail}", document=document) from None
        raise


def check_values(columns: list[tuple[int, NDArray[Any], list[bool]]], bounds: Sequence[int]) -> None:
    """DataError for a value of a column of few values that none of them is."""
    for attr, column, _ in columns:
        allowed = _ALLOWED.get(attr)
        if allowed is None:
            continue
        wrong = np.flatnonzero(~np.isin(column, allowed))
        if len(wrong):
            token = int(wrong[0])
            document = int(np.searchsorted(bounds, token, side="right")) - 1
            raise DataError(
                f"broken .spacy data: {attrs.NAMES[attr]} of token {token - bounds[document]} is {column[token]}",
                document=document,
            )


def entities_of_documents(
    columns: list[tuple[int, NDArray[Any], list[bool]]], bounds: Sequence[int]
) -> dict[int, list[tuple[int, int, int]]]:
    """The entities of each document that has any."""
    by_attr = {attr: column for attr, column, _ in columns}
    if attrs.ENT_IOB not in by_attr or attrs.ENT_TYPE not in by_attr:
        return {}
    starts = np.array(bounds[:-1])
    inside = starts[starts < bounds[-1]]
    found = find_entities(by_attr[attrs.ENT_IOB], by_attr[attrs.ENT_TYPE], inside)
    if not found:
        return {}
    owners = np.searchsorted(np.array(bounds), [entity[0] for entity in found], side="right") - 1
    entities: dict[int, list[tuple[int, int, int]]] = {}
    for owner, (start, end, label) in zip(owners.tolist(), found, strict=True):
        offset = bounds[owner]
        entities.setdefault(owner, []).append((start - offset, end - offset, label))
    return entities
