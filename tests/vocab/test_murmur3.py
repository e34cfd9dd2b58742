"""MurmurHash3 of bytes, 128 bits."""

import random

import numpy as np
from thinc.api import NumpyOps

from kernel.vocab.murmur3 import murmur3_many

MASK = (1 << 64) - 1


def one(data, seed):
    """The same with Python's numbers, a string at a time."""

    def turned(value, bits):
        return (value << bits | value >> (64 - bits)) & MASK

    def finished(value):
        for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
            value = (value ^ value >> 33) * factor & MASK
        return value ^ value >> 33

    c1, c2, low, high = 0x87C37B91114253D5, 0x4CF5AD432745937F, seed, seed
    for start in range(0, len(data), 16):
        block = data[start : start + 16]
        first, second = (int.from_bytes(part, "little") for part in (block[:8], block[8:]))
        first = turned(first * c1 & MASK, 31) * c2 & MASK
        second = turned(second * c2 & MASK, 33) * c1 & MASK
        low, high_before = low ^ first, high
        if len(block) < 16:
            high ^= second
            break
        low = ((turned(low, 27) + high_before) * 5 + 0x52DCE729) & MASK
        high = ((turned(high ^ second, 31) + low) * 5 + 0x38495AB5) & MASK
    low, high = low ^ len(data), high ^ len(data)
    low = (low + high) & MASK
    high = (high + low) & MASK
    low, high = finished(low), finished(high)
    low = (low + high) & MASK
    high = (high + low) & MASK
    return [low & 0xFFFFFFFF, low >> 32, high & 0xFFFFFFFF, high >> 32]


def test_the_hashes_are_those_of_a_plain_implementation():
    draw = random.Random(3)
    strings = [draw.randbytes(length) for length in [*range(70), 100, 129, 1000]]
    for seed in (0, 1, 2166136261):
        assert murmur3_many(strings, seed).tolist() == [one(string, seed) for string in strings]
    assert murmur3_many([]).shape == (0, 4)


def test_the_hashes_of_numbers_are_those_of_hashed_embeddings():
    numbers = np.arange(50, dtype=np.uint64) * np.uint64(123456789123456789)
    strings = [number.tobytes() for number in numbers]
    assert murmur3_many(strings, 8).tolist() == NumpyOps().hash(numbers, 8).tolist()
