"""Vectors and similarity of documents, spans and tokens alike."""

import numpy as np
import pytest

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
    assert (c.vector_norm, c.similarity(a)) == (0, 0)
    assert doc[0:2].vector.tolist() == [3.5, 3.5]
    assert doc.similarity(doc[0:2]) == pytest.approx(1)


def test_a_mixin_has_no_vector_of_its_own():
    with pytest.raises(NotImplementedError):
        _ = Vectored().vector
