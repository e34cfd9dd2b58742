"""Permutations that nobody keeps: the number at a place is computed from the place and a key.

A balanced Feistel network (Luby and Rackoff 1988) over the smallest square of powers of two that holds all numbers; what
falls outside walks on until it is inside (Black and Rogaway 2002). So the place in a walk through any number of records
is one number, and nothing has a row for each record.
"""

from hashlib import blake2b

from kernel.numeric.random import stream

# Up to so many numbers a table is smaller than anything else.
_SMALL = 1024
_ROUNDS = 6


class Permutation:
    """A permutation of the numbers below `size`; equal keys give equal ones. Its memory does not depend on the size."""

    def __init__(self, size: int, key: int) -> None:
        self._size = size
        self._table: list[int] | None = None
        if size <= _SMALL:
            self._table = stream(key, "permutation").permutation(size).tolist()
        self._bits = ((size - 1).bit_length() + 1) // 2
        self._key = blake2b(f"permutation {key}".encode(), digest_size=32).digest()

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, place: int) -> int:
        if not 0 <= place < self._size:
            raise IndexError(f"place {place} of a permutation of {self._size} numbers")
        if self._table is not None:
            return self._table[place]
        place = self._mixed(place)
        while place >= self._size:
            place = self._mixed(place)
        return place

    def _mixed(self, number: int) -> int:
        mask = (1 << self._bits) - 1
        left, right = number >> self._bits, number & mask
        for turn in range(_ROUNDS):
            content = turn.to_bytes(1, "little") + right.to_bytes(16, "little")
            drawn = int.from_bytes(blake2b(content, key=self._key, digest_size=16).digest(), "little")
            left, right = right, left ^ (drawn & mask)
        return left << self._bits | right
