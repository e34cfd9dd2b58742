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
# Longer strings, which are few, are hashed one at a time.
_LONGEST = 256
# Below this number, one at a time is quicker than setting up arrays.
_FEW = 16


def murmur(text: str) -> int:
    """The hash of one string."""
    return _hash(text.encode("utf-8", "surrogatepass"))


def _hash(data: bytes) -> int:
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
    return murmur_parts(b"".join(encoded), lengths)


def murmur_parts(content: bytes, lengths: NDArray[np.int64]) -> NDArray[np.uint64]:
    """The hashes of byte strings that stand one after the other, (n,). lengths: of each, (n,)."""
    multiplier, shift = np.uint64(_MULTIPLIER), np.uint64(_SHIFT)
    starts = np.cumsum(lengths) - lengths
    # Eight bytes from any place on; what is behind the last string is not looked at.
    padded = content + bytes(8)
    words: NDArray[Any] = np.ndarray((len(content) + 1,), dtype="<u8", buffer=padded, strides=(1,))
    values = np.uint64(_SEED) ^ (lengths.astype(np.uint64) * multiplier)
    left = np.flatnonzero((lengths > 0) & (lengths <= _LONGEST))
    done = 0
    while len(left):
        word, rest = words[starts[left] + done].astype(np.uint64, copy=False), lengths[left] - done
        # A full word is mixed first; what is left of a string, with zeros behind, goes in as it is.
        is_full = rest >= 8
        full, part = left[is_full], left[~is_full]
        mixed = word[is_full] * multiplier
        mixed ^= mixed >> shift
        mixed *= multiplier
        values[full] = (values[full] ^ mixed) * multiplier
        ones = (np.uint64(1) << (rest[~is_full].astype(np.uint64) * np.uint64(8))) - np.uint64(1)
        values[part] = (values[part] ^ (word[~is_full] & ones)) * multiplier
        left = full[rest[is_full] > 8]
        done += 8
    values ^= values >> shift
    values *= multiplier
    values ^= values >> shift
    for place in np.flatnonzero(lengths > _LONGEST).tolist():
        values[place] = _hash(content[int(starts[place]) : int(starts[place] + lengths[place])])
    return values
