"""Sums and maxima over windows of neighbouring rows, any number of windows of any length.

Tables are made for windows of 1, 2, 4, ... rows. Any other sum is put together of disjoint windows of these lengths, any maximum
of two that overlap. So N rows and S windows take N log(longest) + S row operations, in floating point as exact as sums by pairs.
"""

from typing import Any


class Windows:
    """Sums and maxima of windows of rows of X (N, width).

    longest: the length of the longest window, in rows. The windows that are asked for lie within X.
    """

    def __init__(self, xp: Any, X: Any, longest: int) -> None:
        self._xp = xp
        self.X = X
        self.levels = max(longest, 1).bit_length()
        self._sums, self._maxima = [X], [X]
        for level in range(1, self.levels):
            half = 1 << (level - 1)
            size = max(len(X) - (1 << level) + 1, 0)
            sums, maxima = self._sums[-1], self._maxima[-1]
            self._sums.append(sums[:size] + sums[half : half + size])
            self._maxima.append(xp.maximum(maxima[:size], maxima[half : half + size]))

    def sums(self, starts: Any, length: int, out: Any) -> None:
        """Write the sums of windows of one length, (S, width)."""
        first = True
        for level, offset in _binary(length):
            part = self._sums[level][starts + offset] if offset else self._sums[level][starts]
            if first:
                out[...] = part
            else:
                out += part
            first = False

    def maxima(self, starts: Any, length: int, out: Any) -> Any:
        """Write the maxima of windows of one length, (S, width)."""
        level, offset = _overlapping(length)
        table = self._maxima[level]
        if offset:
            self._xp.maximum(table[starts], table[starts + offset], out=out)
        else:
            out[...] = table[starts]

    def gradient(self) -> "WindowsGradient":
        """Zeros, to add gradients to."""
        return WindowsGradient(self._xp, self._sums, self._maxima)


class WindowsGradient:
    """The gradients of sums, maxima and rows, which become that of the rows."""

    def __init__(self, xp: Any, sums: list[Any], maxima: list[Any]) -> None:
        self._xp = xp
        self._maxima = maxima
        self.rows = xp.zeros_like(maxima[0])
        """(N, width)"""
        self._d_sums = [self.rows, *(None for _ in sums[1:])]
        self._d_maxima = [self.rows, *(None for _ in maxima[1:])]

    def add_rows(self, rows: Any, d_rows: Any) -> None:
        """Add to single rows, no two the same."""
        self.rows[rows] += d_rows

    def add_sums(self, starts: Any, length: int, d_sums: Any) -> None:
        """Add the gradient of `Windows.sums`; no two windows are the same."""
        for level, offset in _binary(length):
            self._table(self._d_sums, level)[starts + offset] += d_sums

    def add_maxima(self, starts: Any, length: int, d_maxima: Any) -> None:
        """Add the gradient of `Windows.maxima`; no two windows are the same. The first of equal rows gets it."""
        level, offset = _overlapping(length)
        d_table = self._table(self._d_maxima, level)
        if not offset:
            d_table[starts] += d_maxima
            return
        table = self._maxima[level]
        d_right = d_maxima * (table[starts + offset] > table[starts])
        d_table[starts + offset] += d_right
        d_table[starts] += d_maxima - d_right

    def finish(self) -> Any:
        """The gradient of the rows, (N, width)."""
        for level in range(len(self._maxima) - 1, 0, -1):
            half = 1 << (level - 1)
            if (d_sums := self._d_sums[level]) is not None:
                d_below = self._table(self._d_sums, level - 1)
                d_below[: len(d_sums)] += d_sums
                d_below[half : half + len(d_sums)] += d_sums
            if (d_maxima := self._d_maxima[level]) is not None:
                d_below, below, size = (
                    self._table(self._d_maxima, level - 1),
                    self._maxima[level - 1],
                    len(d_maxima),
                )
                d_right = d_maxima * (below[half : half + size] > below[:size])
                d_below[half : half + size] += d_right
                d_below[:size] += d_maxima - d_right
        return self.rows

    def _table(self, tables: list[Any], level: int) -> Any:
        if tables[level] is None:
            tables[level] = self._xp.zeros_like(self._maxima[level])
        return tables[level]


def _binary(length: int) -> list[tuple[int, int]]:
    """(level, offset) of disjoint windows that cover `length` rows, the largest first."""
    parts, offset = [], 0
    for level in range(length.bit_length() - 1, -1, -1):
        if length >> level & 1:
            parts.append((level, offset))
            offset += 1 << level
    return parts


def _overlapping(length: int) -> tuple[int, int]:
    """The level of two windows that cover `length` rows, and where the second starts; 0 if one is enough."""
    level = length.bit_length() - 1
    return level, length - (1 << level)
