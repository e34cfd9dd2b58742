"""Vectors of texts from their n-grams."""

import numpy as np
import pytest

from kernel.errors import DataError
from kernel.vocab.murmur3 import murmur3_many
from kernel.vocab.vectors.subwords import Subwords

TEXTS = [
    "word",
    "a",
    "",
    "straße",
    "日本語",
    "😀smile",
    "\ud800x",
    "a much longer text than that, of more than a few words",
]


def expected(subwords, text, table):
    marked = subwords.bow + text + subwords.eow
    pieces = [marked]
    for n in range(max(subwords.minn, 1), subwords.maxn + 1):
        for start in range(len(marked) - n + 1):
            if n > 1 or 0 < start < len(marked) - 1:
                pieces.append(marked[start : start + n])
    hashes = murmur3_many([piece.encode("utf-8", "surrogatepass") for piece in pieces], subwords.hash_seed)
    return table[hashes[:, : subwords.hash_count] % len(table)].reshape(-1, table.shape[1]).mean(axis=0)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"minn": 2, "maxn": 4, "hash_count": 2, "hash_seed": 2166136261},
        {"minn": 1, "maxn": 3, "hash_count": 4, "bow": "«", "eow": "»»"},
        {"minn": 5, "maxn": 4},
        {"minn": 0, "maxn": 2, "bow": "", "eow": ""},
    ],
    ids=str,
)
def test_a_vector_is_the_mean_of_the_rows_of_the_ngrams(settings):
    table = np.random.default_rng(1).normal(size=(37, 5)).astype(np.float32)
    subwords = Subwords(**settings)
    vectors = subwords.vectors(TEXTS, table)
    for text, vector in zip(TEXTS, vectors, strict=True):
        assert vector == pytest.approx(expected(subwords, text, table), abs=1e-6)
    assert subwords.vectors([], table).shape == (0, 5)


def test_many_texts_are_done_in_blocks(monkeypatch):
    table = np.random.default_rng(1).normal(size=(37, 5)).astype(np.float32)
    subwords = Subwords(minn=2, maxn=3)
    whole = subwords.vectors(TEXTS, table)
    monkeypatch.setattr("kernel.vocab.vectors.subwords._BLOCK", 60)
    assert subwords.vectors(TEXTS, table).tolist() == whole.tolist()


def test_the_vectors_are_those_of_the_field():
    # As spaCy 3.8.18 computes them; floret 0.10.5 itself agrees on tables that it has trained.
    table = np.arange(7, dtype=np.float32)[:, None]
    subwords = Subwords(minn=2, maxn=3, hash_count=2, hash_seed=2166136261)
    assert subwords.vectors(["word", "naïve"], table).ravel() == pytest.approx([3.85, 3.5], abs=1e-6)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"hash_count": 5}, "hash_count of vectors is 1 to 4, not 5"),
        ({"minn": -1}, "minn -1, maxn 0 and hash_seed 0"),
        ({"hash_seed": 1 << 32}, "hash_seed 4294967296"),
    ],
)
def test_impossible_settings_are_refused(settings, message):
    with pytest.raises(DataError, match=message):
        Subwords(**settings)
