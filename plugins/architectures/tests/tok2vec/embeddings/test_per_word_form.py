"""Embeddings that run once for each distinct word form."""

import numpy as np
import pytest
from kernel_architectures.tok2vec.embeddings.feature_extractor import build_feature_extractor
from kernel_architectures.tok2vec.embeddings.multi_hash_embed import build_multi_hash_embed
from kernel_architectures.tok2vec.embeddings.per_word_form import per_word_form
from kernel_architectures.tok2vec.embeddings.static_vectors import build_static_vectors
from thinc.api import Embed, Model, add, chain, list2array, ragged2list, remap_ids_v2

from kernel.errors import UsageError
from kernel.numeric.ops import set_ops

from ..conftest import check_gradients, randomise

WIDTH = 4


def as_array(vocab):
    """The projected vectors plus a learned row for each of three words, and one for all others."""
    rows = {vocab.strings.add(word): row for row, word in enumerate(["the", "cat", "日本"], 1)}
    return add(
        chain(build_static_vectors(WIDTH), ragged2list(), list2array()),
        chain(
            build_feature_extractor(["ORTH"]),
            list2array(),
            remap_ids_v2(rows, column=0),
            Embed(WIDTH, 4, column=0),
        ),
    )


MAKERS = [
    as_array,
    lambda vocab: build_static_vectors(WIDTH),
    lambda vocab: build_multi_hash_embed(WIDTH, ["NORM", "SHAPE"], [20, 10], True),
]
makers = pytest.mark.parametrize("make", MAKERS, ids=["an array", "a Ragged", "lists"])


def made(make, docs, dtype="float32"):
    """The layer by itself, and once for each form, with equal weights."""
    vocab = docs[0].vocab
    plain = randomise(set_ops(make(vocab)).initialize(X=docs), dtype)
    model = randomise(set_ops(per_word_form(make(vocab))).initialize(X=docs), dtype)
    return plain, model


def rows_of(output):
    output = getattr(output, "dataXd", output)
    return np.concatenate(output) if isinstance(output, list) else output


@makers
def test_output_is_that_of_the_layer_cut_into_documents(make, vocab, vectors, make_docs):
    docs = make_docs(5, 0, 40, 1)
    plain, model = made(make, docs)
    expected = rows_of(plain.begin_update(docs)[0])
    for Ys in (model.predict(docs), model.begin_update(docs)[0]):
        assert [Y.shape for Y in Ys] == [(5, WIDTH), (0, WIDTH), (40, WIDTH), (1, WIDTH)]
        np.testing.assert_allclose(np.concatenate(Ys), expected, atol=2e-6)


@makers
def test_gradients(make, vocab, vectors, make_docs):
    docs = make_docs(5, 0, 40, 1)
    check_gradients(made(make, docs, "float64")[1], docs)


def test_the_layer_sees_each_form_once(make_docs):
    seen = []

    def forward(model, docs, is_train):
        seen.append([token.text for doc in docs for token in doc])
        vectors = np.array([[len(token)] for doc in docs for token in doc], dtype="float32")
        return vectors, lambda gradient: seen.append(gradient.ravel().tolist()) or []

    docs = make_docs(30, 30)
    model = per_word_form(Model("lengths", forward, dims={"nO": 1}))
    Ys, backprop = model.begin_update(docs)
    texts = [token.text for doc in docs for token in doc]
    assert seen[0] == list(dict.fromkeys(texts))
    assert np.concatenate(Ys).ravel().tolist() == [len(text) for text in texts]
    assert backprop([np.ones_like(Y) for Y in Ys]) == []
    assert seen[1] == [texts.count(text) for text in seen[0]]


@makers
def test_batches_without_tokens(make, vocab, vectors, make_docs):
    model = made(make, make_docs(3))[1]
    for docs in ([], make_docs(0), make_docs(0, 0)):
        Ys, backprop = model.begin_update(docs)
        assert [Y.shape for Y in Ys] == [(0, WIDTH)] * len(docs)
        assert backprop(Ys) == []


@makers
def test_documents_of_several_generations_of_word_forms(make, vocab, vectors, make_docs):
    docs = make_docs(5, 0)
    vocab.new_generation()
    docs += make_docs(7)
    assert docs[0].table is not docs[-1].table
    plain, model = made(make, docs, "float64")
    np.testing.assert_allclose(np.concatenate(model.predict(docs)), rows_of(plain.predict(docs)))
    check_gradients(model, docs)


def test_width_is_that_of_the_layer(vocab, vectors, make_docs):
    assert per_word_form(build_static_vectors(3)).get_dim("nO") == 3
    model = per_word_form(chain(build_feature_extractor(["ORTH", "SHAPE"]), list2array()))
    assert model.has_dim("nO") is None
    model.initialize(X=make_docs(3))
    assert model.get_dim("nO") == 2


def test_attributes_that_the_form_does_not_decide_are_refused():
    with pytest.raises(UsageError, match="the word form doesn't decide TAG, POS"):
        per_word_form(chain(build_feature_extractor(["ORTH", "TAG", "POS"]), list2array()))
