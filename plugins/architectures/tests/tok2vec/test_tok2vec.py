"""The architectures that put embeddings and encoders together, and the listener."""

import numpy as np
import pytest
from kernel_architectures.tok2vec.embeddings.multi_hash_embed import build_multi_hash_embed
from kernel_architectures.tok2vec.encoders.maxout_window_encoder import build_maxout_window_encoder
from kernel_architectures.tok2vec.hash_embed_cnn import build_hash_embed_cnn
from kernel_architectures.tok2vec.listener import build_tok2vec_listener
from kernel_architectures.tok2vec.tok2vec import build_tok2vec

from kernel.errors import KernelError
from kernel.listeners import Channel
from kernel.numeric.ops import set_ops
from kernel.numeric.random import scope
from kernel.tokens import Doc

from .conftest import check_gradients, randomise


def test_tok2vec_is_an_embedding_before_an_encoder(make_docs):
    embed = build_multi_hash_embed(8, ["NORM"], [50], False)
    encode = build_maxout_window_encoder(8, 1, 3, 2)
    model = set_ops(build_tok2vec(embed, encode))
    assert model.get_ref("embed") is embed and model.get_ref("encode") is encode
    assert model.get_dim("nO") == 8
    docs = make_docs(5, 0, 3)
    model.initialize(X=docs)
    expected = encode.predict(embed.predict(docs))
    for Y, Z in zip(model.predict(docs), expected, strict=True):
        # The first layer adds up what word types contribute, in another order.
        np.testing.assert_allclose(Y, Z, rtol=1e-4, atol=1e-5)


def test_widths_that_differ_are_an_error(make_docs):
    model = build_tok2vec(
        build_multi_hash_embed(8, ["NORM"], [50], False), build_maxout_window_encoder(9, 1, 3, 2)
    )
    with pytest.raises(KernelError, match="width 9, but the vectors that it is given have 8"):
        model.initialize(X=make_docs(3))


def hash_embed_cnn(subwords=True, vectors=False):
    return build_hash_embed_cnn(
        width=8,
        depth=2,
        embed_size=40,
        window_size=1,
        maxout_pieces=3,
        subword_features=subwords,
        pretrained_vectors=vectors,
    )


def test_hash_embed_cnn_has_the_tables_of_the_field(vectors, make_docs):
    def rows(model):
        return [node.get_dim("nV") for node in model.walk() if node.name == "hashembed"]

    assert rows(hash_embed_cnn()) == [40, 20, 20, 20]
    assert rows(hash_embed_cnn(subwords=False)) == [40]
    with_vectors = set_ops(hash_embed_cnn(vectors=True)).initialize(X=make_docs(3))
    assert any(node.name == "static_vectors" for node in with_vectors.walk())
    assert with_vectors.predict(make_docs(3))[0].shape == (3, 8)
    assert not any(node.name == "static_vectors" for node in hash_embed_cnn(vectors=None).walk())


def test_gradients_of_the_whole(make_docs):
    docs = make_docs(6, 0, 1, 4)
    model = randomise(set_ops(hash_embed_cnn()).initialize(X=docs), "float64")
    check_gradients(model, docs, entries=4)


def test_documents_of_a_batch_do_not_see_each_other(make_docs):
    docs = make_docs(6, 0, 1, 40, 4)
    model = randomise(set_ops(hash_embed_cnn()).initialize(X=docs))
    together = model.predict(docs)
    for doc, Y in zip(docs, together, strict=True):
        np.testing.assert_allclose(model.predict([doc])[0], Y, atol=2e-6)


def test_equal_seeds_give_equal_models_and_equal_training(make_docs):
    from thinc.api import Adam, set_dropout_rate

    from kernel.numeric.parameters import Parameters

    def train():
        np.random.seed(0)
        docs = make_docs(6, 3)
        model = set_ops(hash_embed_cnn()).initialize(X=docs)
        parameters, optimizer = Parameters({"tok2vec": model}), Adam(0.01)
        set_dropout_rate(model, 0.2)
        for step in range(3):
            with scope(seed=1, step=step):
                Ys, backprop = model.begin_update(docs)
                backprop([Y * 0.1 for Y in Ys])
            parameters.step(optimizer)
        return parameters.weights.copy()

    np.testing.assert_array_equal(train(), train())


def test_a_listener_stands_for_its_source(vocab):
    model = build_tok2vec_listener(4, "tok2vec", grad_factor=0.5)
    assert model.name == "listener" and model.get_dim("nO") == 4
    state = model.attrs["listener"]
    assert (
        state.matches(Channel("tok2vec"))
        and not state.matches(Channel("transformer"))
        and state.factor(0) == 0.5
    )
    assert build_tok2vec_listener(4).attrs["listener"].matches(Channel("anything"))
    with pytest.raises(KernelError):
        model.predict([Doc(vocab, words=["a"])])


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("architectures", name)
        for name in ("Tok2Vec.v2", "HashEmbedCNN.v2", "MultiHashEmbed.v2", "CharacterEmbed.v2")
    ]
    + [
        ("architectures", name)
        for name in ("MaxoutWindowEncoder.v2", "MishWindowEncoder.v2", "Tok2VecListener.v1")
    ]
    + [("layers", name) for name in ("FeatureExtractor.v1", "StaticVectors.v2", "CharEmbed.v1")],
)
def test_a_config_finds_them(kind, name):
    from kernel import registry

    assert callable(registry.get(kind, f"kernel.{name}"))
