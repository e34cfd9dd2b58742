"""The first versions of embeddings and encoders: what they have in common with the second, and what not."""

import numpy as np
import pytest
from kernel_architectures.tok2vec.embeddings.multi_hash_embed import build_multi_hash_embed
from kernel_architectures.tok2vec.embeddings.multi_hash_embed_v1 import build_multi_hash_embed_v1
from kernel_architectures.tok2vec.embeddings.static_vectors import build_static_vectors
from kernel_architectures.tok2vec.embeddings.static_vectors_v1 import build_static_vectors_v1
from kernel_architectures.tok2vec.encoders.maxout_window_encoder import build_maxout_window_encoder
from kernel_architectures.tok2vec.encoders.maxout_window_encoder_v1 import build_maxout_window_encoder_v1
from kernel_architectures.tok2vec.encoders.mish_window_encoder_v1 import build_mish_window_encoder_v1
from kernel_architectures.tok2vec.tok2vec import build_tok2vec
from kernel_architectures.tok2vec.tok2vec_v1 import build_tok2vec_v1
from thinc.api import Linear, Model, chain, expand_window

from kernel.numeric.bytes import model_from_bytes, model_to_bytes
from kernel.numeric.ops import set_ops
from kernel.numeric.random import seed_all
from kernel.tokens import Doc
from kernel.vocab import Vocab

WIDTH = 6


@pytest.fixture
def docs():
    vocab = Vocab()
    for number, word in enumerate("abc"):
        vocab.set_vector(word, np.full(5, number + 1, dtype="float32"))
    return [Doc(vocab, words=list(words)) for words in ("abcd", "", "c", "xyab")]


def ready(model, docs):
    seed_all(0, "test")
    set_ops(model).initialize(docs)
    return model


def test_token_vectors_of_both_versions_are_the_same(docs):
    settings = {"width": WIDTH, "attrs": ["NORM"], "rows": [20], "include_static_vectors": False}
    second = build_tok2vec(build_multi_hash_embed(**settings), build_maxout_window_encoder(WIDTH, 2, 3, 2))
    first = build_tok2vec_v1(
        build_multi_hash_embed_v1(**settings), build_maxout_window_encoder_v1(WIDTH, 2, 3, 2)
    )
    ready(second, docs)
    model_from_bytes(set_ops(first), model_to_bytes(second))
    for one, other in zip(first.predict(docs), second.predict(docs), strict=True):
        assert np.array_equal(one, other)


def test_an_encoder_of_somebody_gets_documents_apart_by_its_receptive_field(docs):
    encode: Model = chain(expand_window(1), Linear(WIDTH, 3 * WIDTH))
    encode.attrs["receptive_field"] = 1
    embed = build_multi_hash_embed_v1(WIDTH, ["ORTH"], [50], False)
    made = ready(build_tok2vec_v1(embed, encode), docs)
    for one, alone in zip(made.predict(docs), docs, strict=True):
        assert np.allclose(one, made.predict([alone])[0], atol=1e-6)


@pytest.mark.parametrize(
    "encoder", [build_maxout_window_encoder_v1(WIDTH, 2, 3, 2), build_mish_window_encoder_v1(WIDTH, 2, 2)]
)
def test_a_single_array_is_one_document(encoder):
    X = np.random.default_rng(0).normal(size=(9, WIDTH)).astype("float32")
    made = ready(encoder, X)
    assert encoder.attrs["receptive_field"] == 4
    assert np.allclose(made.predict(X), made.layers[0].predict([X])[0])
    Y, backprop = made.begin_update(X)
    assert backprop(Y).shape == X.shape and made.predict(X[:0]).shape == (0, WIDTH)


def test_a_word_without_a_vector_gets_the_last_row(docs):
    first, second = ready(build_static_vectors_v1(WIDTH), docs), ready(build_static_vectors(WIDTH), docs)
    assert np.array_equal(first.get_param("W"), second.get_param("W"))
    rows = {row: token.text for row, token in enumerate(token for doc in docs for token in doc)}
    last = docs[0].vocab.vectors.data[-1] @ first.get_param("W").T
    for row, word in rows.items():
        known = second.predict(docs).dataXd[row]
        expected = known if word in "abc" else last
        assert np.allclose(first.predict(docs).dataXd[row], expected, atol=1e-6)
        assert word in "abc" or not known.any()
