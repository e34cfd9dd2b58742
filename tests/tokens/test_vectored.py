"""Vectors and similarity of documents, spans and tokens alike."""

import numpy as np
import pytest

from kernel.errors import KernelWarning
from kernel.tokens import Doc
from kernel.tokens.vectored import Vectored
from kernel.vocab import Vocab


@pytest.fixture
def doc():
    vocab = Vocab()
    for word, vector in (("a", [3, 4]), ("b", [4, 3])):
        vocab.set_vector(word, np.array(vector, dtype="f"))
    return Doc(vocab, words=["a", "b", "c"])


def test_length_and_similarity(doc):
    a, b, c = doc
    assert all(isinstance(one, Vectored) for one in (doc, doc[0:1], a))
    assert (a.vector_norm, doc[0:1].vector_norm) == (5, 5)
    assert a.similarity(b) == doc[0:1].similarity(b) == pytest.approx(24 / 25)
    assert a.similarity(a) == pytest.approx(1) and a.similarity(doc.vocab["a"]) == pytest.approx(1)
    with pytest.warns(KernelWarning, match="Token.similarity: one of the two has no vector"):
        assert (c.vector_norm, c.similarity(a)) == (0, 0)
    assert doc[0:2].vector.tolist() == [3.5, 3.5]
    assert doc.similarity(doc[0:2]) == pytest.approx(1)


def test_a_mixin_has_no_vector_of_its_own():
    with pytest.raises(NotImplementedError):
        _ = Vectored().vector


def test_the_same_words_are_alike_whatever_their_vectors():
    doc = Doc(Vocab(), words=["a", "b", "a", "b", "c"])
    assert (
        doc[0:2].similarity(doc[2:4]) == doc[0].similarity(doc[2]) == doc[0].similarity(doc.vocab["a"]) == 1
    )
    assert doc.similarity(doc) == doc.vocab["a"].similarity(doc[0:1]) == 1


def test_without_word_vectors_the_tensors_are_compared_and_that_is_said():
    doc = Doc(Vocab(), words=["a", "b", "c"])
    doc.tensor = np.array([[1, 0], [0, 1], [2, 0]], dtype="f")
    with pytest.warns(
        KernelWarning, match="Token.similarity: there are no word vectors, so that the tensors"
    ):
        assert doc[0].similarity(doc[2]) == pytest.approx(1)
    with pytest.warns(KernelWarning, match="Span.similarity: there are no word vectors"):
        assert doc[0:1].similarity(doc[1]) == 0
