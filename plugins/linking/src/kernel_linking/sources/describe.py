"""Vectors of entities from what describes them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.vocab.strings import hash_strings

Describe = Callable[[Sequence[str]], NDArray[np.float32]]
Seen = Callable[[int], None]
_WORD = re.compile(r"\w+")
_BLOCK = 4096


def hashed_words(texts: Sequence[str], width: int, seen: Seen = lambda done: None) -> NDArray[np.float32]:
    """A vector of length 1 for each text, (texts, width): the sum of those of its words, rare ones weighing more.

    Each word has a row of signs that its hash decides: a random projection (Achlioptas 2003), so that texts which share words are
    near each other. A text without words has zeros. seen: is told how many are done.
    """
    bags = [Counter(word.lower() for word in _WORD.findall(text)) for text in texts]
    frequency = Counter(word for bag in bags for word in bag)
    words = sorted(frequency)
    places = {word: place for place, word in enumerate(words)}
    weights = np.log1p(len(texts) / np.array([frequency[word] for word in words], dtype=np.float32))
    numbers = hash_strings(words) if words else np.zeros(0, dtype=np.uint64)
    vectors = np.zeros((len(texts), width), dtype=np.float32)
    for first in range(0, len(texts), _BLOCK):
        block = bags[first : first + _BLOCK]
        rows = np.array([places[word] for bag in block for word in bag], dtype=np.int64)
        counts = np.array([count for bag in block for count in bag.values()], dtype=np.float32)
        owners = np.repeat(np.arange(len(block)), [len(bag) for bag in block])
        own, inverse = np.unique(rows, return_inverse=True)
        values = _signs(numbers[own], width)[inverse] * (weights[rows] * counts)[:, None]
        np.add.at(vectors[first : first + len(block)], owners, values)
        seen(first + len(block))
    norms = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))[:, None]
    np.divide(vectors, norms, out=vectors, where=norms > 0)
    return vectors


def _signs(numbers: NDArray[np.uint64], width: int) -> NDArray[np.float32]:
    """Rows of 1 and -1, (numbers, width), by the mixing function of SplitMix64 (Steele, Lea and Flood 2014)."""
    steps = np.arange(1, width + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed = numbers[:, None] + steps
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.where(mixed >> np.uint64(63), np.float32(1), np.float32(-1))


def by_documents(docs: Iterable[Any], width: int, seen: Seen = lambda done: None) -> NDArray[np.float32]:
    """The vectors of documents: means of word vectors, or of what the encoder of a pipeline gives. (documents, width).

    seen: is told how many are done.
    """
    rows = []
    for done, doc in enumerate(docs, 1):
        row = np.asarray(doc.vector, dtype=np.float32)
        rows.append(row if len(row) == width else np.zeros(width, dtype=np.float32))
        seen(done)
    return np.array(rows)
