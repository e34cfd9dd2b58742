"""The objective that says a transformer's vectors, its store, and its teacher."""

import numpy as np
import pytest
from kernel_transformers.distillation.store import Store
from thinc.api import get_current_ops

from kernel.errors import ConfigError
from kernel.numeric.random import scope
from kernel.testing.samples import sample_docs
from kernel.tokens import Doc
from kernel.vocab import Vocab


def test_a_store_gives_what_was_added():
    store = Store(3, 1000)
    rows = {bytes([number]): np.full((number, 3), number, dtype="float16") for number in (1, 2, 0, 4)}
    for key, each in rows.items():
        store.add(key, each)
    for key, each in reversed(rows.items()):
        assert np.array_equal(store.get(key), each)
    assert store.get(b"other") is None


def test_a_store_has_an_end():
    store = Store(3, 30)
    first, second = np.ones((4, 3), dtype="float16"), np.zeros((2, 3), dtype="float16")
    store.add(b"first", first)
    store.add(b"second", second)
    assert store.size == 24
    assert np.array_equal(store.get(b"first"), first)
    assert store.get(b"second") is None


def small_teacher(limit, layers=(0, -1)):
    """A small BERT, which has seen some texts."""
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from kernel_transformers.distillation.teacher import Teacher

    from .small import shared

    made = Teacher(str(shared("bert")), layers, limit)
    with scope(seed=0):
        made.initialize(sample_docs(Vocab()), get_current_ops())
    return made


@pytest.fixture(scope="module")
def teacher():
    return small_teacher(1_000_000)


def test_vectors_are_spread_evenly(teacher):
    """Over the texts that they were seen on: mean 0, variance 1."""
    vectors = teacher(sample_docs(Vocab()))
    assert vectors.shape == (sum(map(len, sample_docs(Vocab()))), teacher.width)
    np.testing.assert_allclose(vectors.mean(axis=0), 0, atol=1e-2)
    np.testing.assert_allclose(vectors.std(axis=0), 1, atol=2e-2)


def test_vectors_of_a_text_are_always_the_same(teacher):
    """Whatever it comes with, and whether they were kept."""
    docs = sample_docs(Vocab())
    together = teacher(docs)
    apart = np.concatenate([teacher([doc]) for doc in reversed(docs)][::-1])
    assert together.tobytes() == apart.tobytes()
    assert small_teacher(0)(docs).tobytes() == together.tobytes()


def test_tokens_of_a_text_count(teacher):
    vocab = Vocab()
    one = Doc(vocab, words=["unhappy"], spaces=[False])
    two = Doc(vocab, words=["un", "happy"], spaces=[False, False])
    assert [len(teacher([doc])) for doc in (one, two, one)] == [1, 2, 1]


def test_layers_that_are_not_there():
    with pytest.raises(ConfigError, match=r"layers: .* has the layers 0 to \d+, not all of \[9\]"):
        small_teacher(0, [9])
