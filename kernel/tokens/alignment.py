"""Alignment of two tokenizations of one text, character by character, blind to case and whitespace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError, WrongType


class AlignmentArray:
    """For each token of one side, the tokens of the other: `array[i]`, or flat as `data` and `lengths`."""

    __slots__ = ("data", "lengths", "starts")

    def __init__(self, alignment: Sequence[Sequence[int]] = ()) -> None:
        """For each token here, those of the other side."""
        lengths = np.array([len(each) for each in alignment], dtype=np.int32)
        flat = [place for each in alignment for place in each]
        self._fill(np.array(flat, dtype=np.int32), lengths)

    @classmethod
    def from_flat(cls, data: NDArray[np.int32], lengths: NDArray[np.int32]) -> AlignmentArray:
        """From all tokens of the other side in a row, and how many of them belong to each token here."""
        made = cls.__new__(cls)
        made._fill(data, lengths)
        return made

    def _fill(self, data: NDArray[np.int32], lengths: NDArray[np.int32]) -> None:
        self.data = data
        self.lengths = lengths
        self.starts = np.zeros(len(lengths) + 1, dtype=np.int64)
        np.cumsum(lengths, out=self.starts[1:])

    def __len__(self) -> int:
        return len(self.lengths)

    def __getitem__(self, key: int | slice) -> NDArray[np.int32]:
        """The tokens of the other side that a token (or the tokens of a slice, in a row) falls on."""
        if isinstance(key, slice):
            start, stop, step = key.indices(len(self))
            if step != 1:
                raise DataError("tokens of an alignment are taken in a row, without a step")
            return self.data[self.starts[start] : self.starts[max(start, stop)]]
        if not isinstance(key, SupportsIndex):
            raise WrongType(f"a token of an alignment is a number, or several are a slice, not {key!r}")
        if key < 0:
            key += len(self)
        return self.data[self.starts[key] : self.starts[key + 1]]

    def gather(self, values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Values of the other side, one for each token here: (values, known).

        A token that falls on several gets their value if all have the same one; otherwise, or if it falls
        on none, it isn't known and the value is 0.
        """
        known = self.lengths > 0
        gathered = np.zeros(len(self), dtype=values.dtype)
        if known.any():
            places = self.starts[:-1][known]
            there = values[self.data]
            least, most = np.minimum.reduceat(there, places), np.maximum.reduceat(there, places)
            same = least == most
            gathered[known] = np.where(same, least, np.zeros_like(least))
            known[known] = same
        return gathered, known


class Alignment:
    """`x2y` and `y2x`: which tokens of one side share characters with which of the other."""

    __slots__ = ("x2y", "y2x")

    def __init__(self, x2y: AlignmentArray, y2x: AlignmentArray) -> None:
        self.x2y = x2y
        self.y2x = y2x

    @classmethod
    def identity(cls, length: int) -> Alignment:
        """The alignment of equal tokenizations."""
        array = AlignmentArray.from_flat(np.arange(length, dtype=np.int32), np.ones(length, dtype=np.int32))
        return cls(array, array)

    @classmethod
    def from_indices(cls, x2y: Sequence[Sequence[int]], y2x: Sequence[Sequence[int]]) -> Alignment:
        """From the tokens of the other side for each token, of both sides."""
        return cls(AlignmentArray(x2y), AlignmentArray(y2x))

    @classmethod
    def from_strings(cls, x: Sequence[str], y: Sequence[str]) -> Alignment:
        """Align two lists of words. DataError if their texts differ in more than case and whitespace."""
        if list(x) == list(y):
            return cls.identity(len(x))
        x_folded, y_folded = list(map(folded, x)), list(map(folded, y))
        _check_same("".join(x_folded), "".join(y_folded))
        x_lengths, y_lengths = _lengths(x_folded), _lengths(y_folded)
        x_of = np.repeat(np.arange(len(x)), x_lengths)
        y_of = np.repeat(np.arange(len(y)), y_lengths)
        new = np.ones(len(x_of), dtype=bool)
        new[1:] = (x_of[1:] != x_of[:-1]) | (y_of[1:] != y_of[:-1])
        pairs = np.stack([x_of[new], y_of[new]], axis=1)
        if not (x_lengths.all() and y_lengths.all()):
            pairs = np.concatenate([pairs, _blank_pairs(x, y, x_lengths, y_lengths)])
        return cls(_ragged(pairs, 0, len(x)), _ragged(pairs, 1, len(y)))


def folded(text: str) -> str:
    """A text without whitespace and case. Each character by itself: `lower` looks at neighbours (final sigma)."""
    return "".join(text.split()).casefold()


def _lengths(words: list[str]) -> NDArray[np.int64]:
    return np.fromiter(map(len, words), dtype=np.int64, count=len(words))


def _check_same(x: str, y: str) -> None:
    if x == y:
        return
    place = next((i for i, (a, b) in enumerate(zip(x, y, strict=False)) if a != b), min(len(x), len(y)))
    start = max(0, place - 10)
    raise DataError(
        "two tokenizations can't be aligned, because their texts differ in more than case and whitespace: "
        f"{x[start : place + 20]!r} against {y[start : place + 20]!r}, "
        f"at character {place} (whitespace not counted)"
    )


def _blank_pairs(
    x: Sequence[str], y: Sequence[str], x_lengths: NDArray[np.int64], y_lengths: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Pairs of whitespace tokens that share a character at the same place of the text; others stay alone."""
    there = _blanks(y, y_lengths)
    pairs: dict[tuple[int, int], None] = {}
    for place, here in _blanks(x, x_lengths).items():
        for (i, one), (j, other) in zip(here, there.get(place, ()), strict=False):
            if one == other:
                pairs[i, j] = None
    return np.array(list(pairs), dtype=np.int64).reshape(-1, 2)


def _blanks(words: Sequence[str], lengths: NDArray[np.int64]) -> dict[int, list[tuple[int, str]]]:
    """Place in the text without whitespace -> (word, character) for all characters of whitespace words there."""
    found: dict[int, list[tuple[int, str]]] = {}
    places = np.cumsum(lengths)
    for index in np.flatnonzero(lengths == 0).tolist():
        found.setdefault(int(places[index]), []).extend((index, char) for char in words[index])
    return found


def _ragged(pairs: NDArray[np.int64], side: int, length: int) -> AlignmentArray:
    order = np.lexsort((pairs[:, 1 - side], pairs[:, side]))
    here = pairs[order, side]
    lengths = np.bincount(here, minlength=length).astype(np.int32)
    return AlignmentArray.from_flat(pairs[order, 1 - side].astype(np.int32), lengths)
