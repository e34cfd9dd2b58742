"""Vectors of any text from the rows of its n-grams of characters, as in floret (https://github.com/explosion/floret).

The text between two marks and each of its n-grams are hashed to `hash_count` rows; the vector is the mean of all those rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError
from kernel.vocab.murmur3 import murmur3_many

_MOST_HASHES = 4
# Numbers that are gathered from the table at a time.
_BLOCK = 1 << 22


@dataclass(frozen=True)
class Subwords:
    """How the n-grams of a text become rows.

    minn, maxn: the lengths of n-grams, in characters; maxn 0 is for whole words only. hash_count: rows of each, 1 to 4.
    hash_seed: seed of the hash. bow, eow: marks before and behind a text.
    """

    minn: int = 0
    maxn: int = 0
    hash_count: int = 1
    hash_seed: int = 0
    bow: str = "<"
    eow: str = ">"

    def __post_init__(self) -> None:
        if not 1 <= self.hash_count <= _MOST_HASHES:
            raise DataError(f"hash_count of vectors is 1 to {_MOST_HASHES}, not {self.hash_count}")
        if not 0 <= self.minn or not 0 <= self.maxn or not 0 <= self.hash_seed < 1 << 32:
            raise DataError(
                f"vectors can't be made of n-grams with minn {self.minn}, maxn {self.maxn} and hash_seed {self.hash_seed}"
            )

    def as_dict(self) -> dict[str, Any]:
        """The settings by name."""
        return asdict(self)

    def ngrams(self, texts: Sequence[str]) -> tuple[list[bytes], NDArray[np.int64]]:
        """What is hashed of all texts, as UTF-8, one text after the other; and how many there are of each, (texts,)."""
        marked = [self.bow + text + self.eow for text in texts]
        content = "".join(marked).encode("utf-32-le", "surrogatepass")
        points = np.frombuffer(content, dtype="<u4")
        lengths = np.fromiter(map(len, marked), dtype=np.int64, count=len(marked))
        ends = np.cumsum(lengths)
        # Bytes of UTF-8 before each character.
        sizes = 1 + (points >= 0x80).astype(np.int64) + (points >= 0x800) + (points >= 0x10000)
        at = np.concatenate([[0], np.cumsum(sizes)])
        starts, stops, owners = [ends - lengths], [ends], [np.arange(len(texts))]
        owner = np.repeat(np.arange(len(texts)), lengths)
        for n in range(max(self.minn, 1), self.maxn + 1):
            first = np.arange(len(points))
            first = first[first + n <= ends[owner]]
            if n == 1:
                # The marks alone are none, as in the tool that the vectors come from.
                first = first[(first > starts[0][owner[first]]) & (first + 1 < ends[owner[first]])]
            starts.append(first)
            stops.append(first + n)
            owners.append(owner[first])
        which = np.concatenate(owners)
        order = np.argsort(which, kind="stable")
        begin, end = at[np.concatenate(starts)[order]].tolist(), at[np.concatenate(stops)[order]].tolist()
        utf8 = "".join(marked).encode("utf-8", "surrogatepass")
        pieces = [utf8[i:j] for i, j in zip(begin, end, strict=True)]
        return pieces, np.bincount(which, minlength=len(texts))

    def vectors(self, texts: Sequence[str], table: NDArray[np.float32]) -> NDArray[np.float32]:
        """The vectors of texts, (texts, width)."""
        pieces, counts = self.ngrams(texts)
        hashes = murmur3_many(pieces, self.hash_seed)[:, : self.hash_count]
        rows = (hashes % np.uint32(len(table))).astype(np.int64)
        vectors = np.empty((len(texts), table.shape[1]), dtype=np.float32)
        bounds = np.concatenate([[0], np.cumsum(counts)])
        most = max(1, _BLOCK // (self.hash_count * max(table.shape[1], 1)))
        first = 0
        while first < len(texts):
            last = max(first + 1, int(np.searchsorted(bounds, bounds[first] + most, side="right")) - 1)
            found = table[rows[bounds[first] : bounds[last]].ravel()]
            sums = np.add.reduceat(found, (bounds[first:last] - bounds[first]) * self.hash_count, axis=0)
            vectors[first:last] = sums / (counts[first:last, None] * self.hash_count)
            first = last
        return vectors
