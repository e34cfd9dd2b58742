"""MurmurHash3 of many strings of bytes, the 128-bit variant for 64-bit machines (Austin Appleby, public domain)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_C1, _C2 = np.uint64(0x87C37B91114253D5), np.uint64(0x4CF5AD432745937F)
_ADD1, _ADD2 = np.uint64(0x52DCE729), np.uint64(0x38495AB5)
_MIX1, _MIX2 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
_FIVE, _33 = np.uint64(5), np.uint64(33)
_BLOCK = 16
# Longer ones are hashed apart: padding all to their length would cost memory.
_WIDEST = 64
Words = NDArray[np.uint64]


def murmur3_many(strings: Sequence[bytes], seed: int = 0) -> NDArray[np.uint32]:
    """The hashes, shape (len(strings), 4): the 128 bits of each as four numbers, the lowest first."""
    lengths = np.fromiter(map(len, strings), dtype=np.int64, count=len(strings))
    hashes = np.empty((len(strings), 4), dtype=np.uint32)
    widths = np.where(lengths <= _WIDEST, _WIDEST, lengths)
    for width in np.unique(widths).tolist():
        places = np.flatnonzero(widths == width)
        some = [strings[place] for place in places.tolist()]
        hashes[places] = _hash(some, lengths[places], seed)
    return hashes


def _hash(strings: list[bytes], lengths: NDArray[np.int64], seed: int) -> NDArray[np.uint32]:
    width = max(_BLOCK, -(-int(lengths.max()) // _BLOCK) * _BLOCK)
    words: Words = (
        np.array(strings, dtype=f"S{width}").view("<u8").reshape(len(strings), -1).astype(np.uint64)
    )
    low = np.full(len(strings), seed, dtype=np.uint64)
    high = low.copy()
    whole = lengths // _BLOCK
    for block in range(words.shape[1] // 2):
        first, second = words[:, 2 * block], words[:, 2 * block + 1]
        first = _rotated(first * _C1, 31) * _C2
        second = _rotated(second * _C2, 33) * _C1
        # What is left at the end (padded with zeros by numpy, which mix to zero) goes in without more.
        rest = (block == whole) & (lengths % _BLOCK > 0)
        mixed_low = (_rotated(low ^ first, 27) + high) * _FIVE + _ADD1
        mixed_high = (_rotated(high ^ second, 31) + mixed_low) * _FIVE + _ADD2
        full = block < whole
        low, high = (
            np.where(full, mixed_low, np.where(rest, low ^ first, low)),
            np.where(full, mixed_high, np.where(rest, high ^ second, high)),
        )
    low ^= lengths.astype(np.uint64)
    high ^= lengths.astype(np.uint64)
    low = low + high
    high = high + low
    low, high = _finished(low), _finished(high)
    low = low + high
    high = high + low
    return np.stack([low, high], axis=1).astype("<u8").view("<u4").astype(np.uint32)


def _rotated(words: Words, bits: int) -> Words:
    return (words << np.uint64(bits)) | (words >> np.uint64(64 - bits))


def _finished(words: Words) -> Words:
    words = (words ^ (words >> _33)) * _MIX1
    words = (words ^ (words >> _33)) * _MIX2
    return words ^ (words >> _33)
