import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kernel.vocab import hash_string, hash_strings
from kernel.vocab.hashing import murmur, murmur_many

# Computed with another implementation of MurmurHash64A (seed 1).
KNOWN = {
    "apple": 8566208034543834098,
    "a": 11901859001352538922,
    "b": 15598372446745583797,
    "the": 7425985699627899538,
}


def test_hashes_are_murmur64a_with_seed_1():
    assert {text: murmur(text) for text in KNOWN} == KNOWN


@given(st.lists(st.text(max_size=80), min_size=16, max_size=60))
def test_many_hashes_equal_single_hashes(texts):
    assert murmur_many(texts).tolist() == [murmur(text) for text in texts]


def test_symbols_keep_their_small_numbers_in_bulk_too():
    texts = ["", "NOUN", "nsubj", "PERSON", "ORTH", "_", *map(str, range(20))]
    assert hash_strings(texts).tolist() == [hash_string(text) for text in texts]
    assert [hash_string(text) for text in texts[:6]] == [0, 92, 429, 380, 65, 456]


def test_lone_surrogates_and_zero_bytes_can_be_hashed():
    texts = ["\ud800", "\x00", "\x00\x00", "a\x00"] * 8
    assert len(np.unique(murmur_many(texts))) == 4
