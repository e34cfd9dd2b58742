"""MurmurHash64A of strings: the number of a string, in bulk and one at a time.

The algorithm is Austin Appleby's MurmurHash2, 64-bit variant A (public domain), with seed 1, on the UTF-8
bytes. Lone surrogates, which UTF-8 can't write, are hashed in the bytes of the "surrogatepass" scheme.
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import iter_unpack
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SEED = 1
_MULTIPLIER = 0xC6A4A7935BD1E995
_SHIFT = 47
_MASK = (1 << 64) - 1
# Longer strings are hashed one at a time: padding a whole batch to their length would cost memory.
_WIDEST = 64
# Below this number, one at a time is quicker than setting up arrays.
_FEW = 16


def murmur(text: str) -> int:
    """The hash of one string."""
    data = text.encode("utf-8", "surrogatepass")
    length = len(data)
    whole = length & ~7
    value = _SEED ^ (length * _MULTIPLIER & _MASK)
    for (word,) in iter_unpack("<Q", data[:whole]):
        word = word * _MULTIPLIER & _MASK
        word = (word ^ (word >> _SHIFT)) * _MULTIPLIER & _MASK
        value = (value ^ word) * _MULTIPLIER & _MASK
    if whole < length:
        value = (value ^ int.from_bytes(data[whole:], "little")) * _MULTIPLIER & _MASK
    value = (value ^ (value >> _SHIFT)) * _MULTIPLIER & _MASK
    return value ^ (value >> _SHIFT)


def murmur_many(texts: Sequence[str]) -> NDArray[np.uint64]:
    """The hashes of many strings, shape (len(texts),)."""
    if len(texts) < _FEW:
        return np.array([murmur(text) for text in texts], dtype=np.uint64)
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    lengths = np.fromiter(map(len, encoded), dtype=np.int64, count=len(encoded))
    short = lengths <= _WIDEST
    if short.all():
        return _hash_padded(encoded, lengths)
    values = np.empty(len(texts), dtype=np.uint64)
    for index in np.flatnonzero(~short).tolist():
        values[index] = murmur(texts[index])
    kept = np.flatnonzero(short)
    if len(kept):
        values[kept] = _hash_padded([encoded[index] for index in kept.tolist()], lengths[kept])
    return values


def _hash_padded(encoded: list[bytes], lengths: NDArray[np.int64]) -> NDArray[np.uint64]:
    multiplier = np.uint64(_MULTIPLIER)
    shift = np.uint64(_SHIFT)
    width = max(8, -(-int(lengths.max()) // 8) * 8)
    words: NDArray[Any] = np.array(encoded, dtype=f"S{width}").view("<u8").reshape(len(encoded), -1)
    values = np.uint64(_SEED) ^ (lengths.astype(np.uint64) * multiplier)
    whole = lengths >> 3
    for column in range(words.shape[1]):
        word = words[:, column].astype(np.uint64)
        mixed = word * multiplier
        mixed ^= mixed >> shift
        mixed *= multiplier
        # A full word is mixed first; the rest of the string (zero-padded by numpy) goes in as it is.
        full = column < whole
        rest = (column == whole) & ((lengths & 7) > 0)
        values = np.where(full, (values ^ mixed) * multiplier, values)
        values = np.where(rest, (values ^ word) * multiplier, values)
    values ^= values >> shift
    values *= multiplier
    values ^= values >> shift
    return values
