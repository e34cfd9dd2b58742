"""What is remembered of chunks between spaces."""

from __future__ import annotations

from kernel.tokenizer.chunks import Chunks
from kernel.tokenizer.splitter import Splitter
from kernel.vocab import Vocab

from .helpers import rebuilt, tokenizer, words


def test_chunks_are_bounded_and_long_ones_are_not_kept():
    chunks = Chunks(Splitter({}, None, None, None, None, None), Vocab().lexemes, limit=3)
    for word in ("a", "b", "c", "d", "e", "x" * 1000):
        assert len(chunks[word]) == 4
        assert len(chunks) <= 3
    assert "x" * 1000 not in chunks


def test_a_tiny_cache_changes_nothing():
    texts = [f"w{number} (x{number % 7})\n don't" for number in range(50)]
    assert [words(d) for d in tokenizer(max_cache=2).batch(texts)] == [
        words(d) for d in tokenizer().batch(texts)
    ]


def test_documents_outlive_the_generation_of_their_words():
    vocab = Vocab(lexeme_limit=20)
    split = tokenizer(vocab=vocab)
    texts = [" ".join(f"w{number}x{part}" for part in "abcde") for number in range(30)]
    docs = [split(text) for text in texts]
    assert [rebuilt(doc) for doc in docs] == texts
