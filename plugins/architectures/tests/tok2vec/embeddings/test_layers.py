"""Feature extraction, static vectors, bytes of words."""

import numpy as np
import pytest
from kernel_architectures.tok2vec.embeddings.char_embed import build_char_embed, edge_bytes
from kernel_architectures.tok2vec.embeddings.feature_extractor import build_feature_extractor
from kernel_architectures.tok2vec.embeddings.static_vectors import build_static_vectors
from thinc.types import Ragged

from kernel.errors import KernelError, KernelWarning
from kernel.numeric.ops import set_ops
from kernel.numeric.random import scope
from kernel.tokens import Doc
from kernel.vocab import Vocab

from ..conftest import check_gradients, randomise


def test_features_are_one_column_per_attribute(vocab, make_docs):
    docs = make_docs(3, 0, 2)
    first, empty, last = build_feature_extractor(["ORTH", "SHAPE", "IS_PUNCT"]).predict(docs)
    assert first.dtype == np.uint64 and first.shape == (3, 3) and empty.shape == (0, 3)
    strings = vocab.strings
    assert [strings[int(number)] for number in last[:, 0]] == [token.text for token in docs[2]]
    assert [strings[int(number)] for number in last[:, 1]] == [token.shape_ for token in docs[2]]
    _, backprop = build_feature_extractor(["ORTH"]).begin_update(docs)
    assert backprop([]) == []
    assert build_feature_extractor(["ORTH"]).predict([]) == []


def test_static_vectors_are_projected_and_unknown_words_are_zeros(vocab, vectors):
    docs = [Doc(vocab, words=["the", "unseen"]), Doc(vocab, words=[]), Doc(vocab, words=["cat", "the"])]
    model = set_ops(build_static_vectors(4)).initialize(X=docs)
    W = model.get_param("W")
    assert W.shape == (4, 6)
    out = model.predict(docs)
    assert list(out.lengths) == [2, 0, 2]
    expected = [vectors["the"] @ W.T, np.zeros(4), vectors["cat"] @ W.T, vectors["the"] @ W.T]
    np.testing.assert_allclose(out.dataXd, np.array(expected), atol=1e-6)
    assert model.predict([]).dataXd.shape == (0, 4)
    assert list(model.predict([docs[1]]).lengths) == [0]


@pytest.mark.parametrize("dropout", [None, 0.4])
def test_gradient_of_static_vectors_goes_to_the_projection(vocab, vectors, make_docs, dropout):
    docs = make_docs(6, 3)
    model = randomise(set_ops(build_static_vectors(4, dropout=dropout)).initialize(X=docs), "float64")
    d_out = np.random.default_rng(0).normal(size=(9, 4))

    def run():
        with scope(seed=0):
            return model.begin_update(docs)

    out, backprop = run()
    assert backprop(Ragged(d_out.copy(), out.lengths)) == []
    W, dW = model.get_param("W"), model.get_grad("W").copy()
    for i in np.ndindex(W.shape):
        sums = []
        for sign in (1, -1):
            moved = W.copy()
            moved[i] += sign * 1e-6
            model.set_param("W", moved)
            sums.append((run()[0].dataXd * d_out).sum())
        assert (sums[0] - sums[1]) / 2e-6 == pytest.approx(dW[i], abs=1e-7)


def test_static_vectors_that_do_not_fit_are_errors(vocab, vectors, make_docs):
    model = build_static_vectors(4).initialize(X=make_docs(1))
    other = Vocab()
    other.set_vector("cat", np.ones(7, "float32"))
    with pytest.raises(KernelError, match="width 6, the vocab has vectors of width 7"):
        model.predict([Doc(other, words=["cat"])])
    with pytest.raises(KernelError, match="has no vectors"):
        build_static_vectors(4).initialize(X=[Doc(Vocab(), words=["cat"])])
    with pytest.raises(KernelError, match="width of the static vectors is unknown"):
        build_static_vectors(4).initialize()
    with pytest.warns(KernelWarning, match="key_attr"):
        build_static_vectors(4, key_attr="LOWER")


def test_bytes_come_from_both_ends_in_turns():
    words = ["jumping", "a", "ab", "abc", "abcd", "éà", "日本語", ""]
    none = 255
    assert edge_bytes(words, 4).tolist() == [
        [106, 103, 117, 110],
        [97, none, none, none],
        [97, 98, none, none],
        [97, 99, 98, none],
        [97, 100, 98, 99],
        [195, 160, 169, 195],
        [230, 158, 151, 170],
        [none] * 4,
    ]
    assert edge_bytes(words[:4], 3).tolist() == [
        [106, 103, 117],
        [97, none, none],
        [97, 98, none],
        [97, 99, 98],
    ]
    assert edge_bytes(words[:1], 8).tolist() == [[106, 103, 117, 110, 109, 105, 112, none]]
    assert edge_bytes([], 4).shape == (0, 4)


def test_every_position_of_a_word_has_a_table(make_docs):
    docs = make_docs(4, 0, 2)
    model = set_ops(build_char_embed(nM=2, nC=3)).initialize()
    assert model.get_dim("nO") == 6 and not model.get_param("E").any()
    E = randomise(model).get_param("E")
    Ys = model.predict(docs)
    assert [Y.shape for Y in Ys] == [(4, 6), (0, 6), (2, 6)]
    for doc, Y in zip(docs, Ys, strict=True):
        for token, row in zip(doc, Y, strict=True):
            chosen = edge_bytes([token.text], 3)[0]
            np.testing.assert_array_equal(
                row, np.concatenate([E[place_, chosen[place_]] for place_ in range(3)])
            )
    assert [Y.shape for Y in model.predict(make_docs(0))] == [(0, 6)]


def test_gradient_of_bytes(make_docs):
    docs = make_docs(9, 0, 3)
    check_gradients(randomise(set_ops(build_char_embed(2, 3)).initialize(), "float64"), docs)
