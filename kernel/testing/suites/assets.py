"""Suites for what a pipeline holds besides components: vectors, lookup tables, anything else that a config names."""

from collections.abc import Sized
from typing import Any

import numpy as np

from kernel.testing.suites.base import Suite
from kernel.tokens import Doc
from kernel.vocab import Vocab


class MiscSuite(Suite):
    """A function of the registry `misc`: returns anything that a config hands to another function.

    Override `as_plain` if the result can't be compared by `==`.
    """

    kind = "misc"

    def as_plain(self, value: Any) -> Any:
        """The result as plain data that can be compared."""
        return value

    def golden(self) -> Any:
        return self.as_plain(self.build())

    def test_returns_something(self) -> None:
        assert self.build() is not None, "the function returned None"

    def test_returns_the_same_each_time(self) -> None:
        assert self.as_plain(self.build()) == self.as_plain(self.build())


class LookupsSuite(MiscSuite):
    """A function of the registry `lookups`: returns the tables that `[initialize] lookups` puts into the vocab."""

    kind = "lookups"

    def test_has_a_table(self) -> None:
        tables = self.build()
        assert isinstance(tables, Sized) and len(tables), "there is no table"

    def test_the_vocab_takes_them(self) -> None:
        vocab = Vocab()
        vocab.lookups = self.build()
        assert self.as_plain(vocab.lookups) == self.as_plain(self.build())


class VectorsSuite(Suite):
    """A function of the registry `vectors`: returns a function of the vocab that makes its vectors."""

    kind = "vectors"

    def vocab(self) -> Vocab:
        """A vocab with the vectors, filled with three words where they take any."""
        vocab = Vocab()
        vocab.vectors = self.build()(vocab)
        if not len(vocab.vectors):
            for place, word in enumerate(("apple", "pear", "rain")):
                vocab.set_vector(word, np.eye(4, dtype="float32")[place])
        return vocab

    def golden(self) -> Any:
        vocab = self.vocab()
        return {
            "shape": list(vocab.vectors.shape),
            "vectors": [vocab.get_vector(word) for word in ("apple", "pear")],
        }

    def test_unknown_words_have_zeros(self) -> None:
        vocab = self.vocab()
        assert not vocab.has_vector("qwxyzzy")
        assert not np.asarray(vocab.get_vector("qwxyzzy")).any()

    def test_vectors_have_the_announced_width(self) -> None:
        vocab = self.vocab()
        rows, width = vocab.vectors.shape
        assert vocab.vectors.data.shape == (rows, width)
        assert np.isfinite(vocab.vectors.data).all()
        assert Doc(vocab, words=["apple"])[0].vector.shape == (width,)

    def test_vectors_survive_bytes(self) -> None:
        vocab, other = self.vocab(), Vocab()
        other.vectors = self.build()(other)
        other.vectors.from_bytes(vocab.vectors.to_bytes())
        assert other.vectors.to_bytes() == vocab.vectors.to_bytes()
        assert np.array_equal(other.get_vector("apple"), vocab.get_vector("apple"))
