"""The first layer, computed once for each word type."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from kernel_architectures.tok2vec.embeddings.multi_hash_embed import build_multi_hash_embed
from kernel_architectures.tok2vec.embeddings.type_embed import embed_types
from kernel_architectures.tok2vec.encoders import type_products, window_encoder
from kernel_architectures.tok2vec.encoders.maxout_window_encoder import build_maxout_window_encoder
from kernel_architectures.tok2vec.encoders.mish_window_encoder import build_mish_window_encoder
from kernel_architectures.tok2vec.tok2vec import build_tok2vec

from kernel.numeric.ops import set_ops

from ..conftest import randomise

LENGTHS = (5, 0, 1, 2, 7, 1, 1)
ENCODERS = [
    lambda: build_maxout_window_encoder(8, 1, 3, 2),
    lambda: build_maxout_window_encoder(8, 2, 2, 3),
    lambda: build_maxout_window_encoder(8, 3, 1, 1),
    lambda: build_mish_window_encoder(8, 1, 2),
    lambda: build_maxout_window_encoder(8, 1, 3, 0),
]


def both(make, docs):
    """An embedding, an encoder, and the model in which the one tells the other of types."""
    embed = set_ops(build_multi_hash_embed(8, ["NORM", "SHAPE"], [50, 20], False))
    embed.initialize(X=docs)
    encode = randomise(set_ops(make().initialize()))
    return embed, encode, set_ops(build_tok2vec(embed, encode))


def assert_same(found, expected):
    assert [Y.shape for Y in found] == [Y.shape for Y in expected]
    for Y, Z in zip(found, expected, strict=True):
        np.testing.assert_allclose(Y, Z, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("make", ENCODERS)
@pytest.mark.parametrize("block_rows", [1500, 4])
def test_vectors_of_types_are_encoded_like_any_others(make_docs, monkeypatch, make, block_rows):
    monkeypatch.setattr(window_encoder, "BLOCK_ROWS", block_rows)
    docs = make_docs(*LENGTHS, 40)
    embed, encode, tok2vec = both(make, docs)
    for each in (docs, docs[:1], docs[2:3], docs[-1:], docs[1:2], docs):
        vectors = embed.predict(each)
        assert type(vectors) is list
        assert (embed_types(embed, each) is not None) == (sum(map(len, each)) > 0)
        assert_same(tok2vec.predict(each), encode.predict(vectors))


def test_weights_that_change_are_noticed(make_docs):
    docs = make_docs(*LENGTHS)
    embed, encode, tok2vec = both(ENCODERS[0], docs)
    for node in (embed.layers[0], embed.layers[-1].layers[0], *encode.layers[0].layers[:2]):
        for name in node.param_names:
            before = tok2vec.predict(docs)
            value = node.get_param(name)
            value += np.random.default_rng(0).normal(size=value.shape).astype(value.dtype)
            found = tok2vec.predict(docs)
            assert any(not np.allclose(Y, Z) for Y, Z in zip(found, before, strict=True)), (node.name, name)
            assert_same(found, encode.predict(embed.predict(docs)))


def test_types_beyond_the_bound_are_computed_each_time(make_docs, monkeypatch):
    monkeypatch.setattr(type_products, "LARGEST", 3 * 3 * 3 * 8 * 4)
    docs = make_docs(*LENGTHS)
    embed, encode, tok2vec = both(ENCODERS[0], docs)
    for each in (docs, docs, docs[:1]):
        assert_same(tok2vec.predict(each), encode.predict(embed.predict(each)))


def test_a_copy_begins_with_nothing_and_has_the_same_bound():
    kept = pickle.loads(pickle.dumps(type_products.type_products()))
    assert kept.largest == type_products.LARGEST


def test_threads_may_share_an_encoder(make_docs):
    batches = [make_docs(*LENGTHS, seed=seed) for seed in range(8)]
    embed, encode, tok2vec = both(ENCODERS[0], batches[0])
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(tok2vec.predict, batches * 5))
    for docs, Ys in zip(batches * 5, found, strict=True):
        assert_same(Ys, encode.predict(embed.predict(docs)))
