"""Embeddings and encoders compute on the arrays of their operations only."""

import numpy as np
import pytest
from kernel_architectures.tok2vec.embeddings.char_embed import build_char_embed
from kernel_architectures.tok2vec.embeddings.character_embed import build_character_embed
from kernel_architectures.tok2vec.embeddings.feature_extractor import build_feature_extractor
from kernel_architectures.tok2vec.embeddings.multi_hash_embed import build_multi_hash_embed
from kernel_architectures.tok2vec.embeddings.static_vectors import build_static_vectors
from kernel_architectures.tok2vec.encoders.mish_window_encoder import build_mish_window_encoder
from kernel_architectures.tok2vec.hash_embed_cnn import build_hash_embed_cnn
from kernel_architectures.tok2vec.tok2vec import build_tok2vec
from thinc.api import set_dropout_rate

from kernel.numeric.ops import set_ops
from kernel.numeric.parameters import Parameters
from kernel.testing.device import DeviceArray, StandInOps

from .conftest import randomise


def hash_embed_cnn():
    return build_hash_embed_cnn(
        width=4,
        depth=2,
        embed_size=20,
        window_size=2,
        maxout_pieces=3,
        subword_features=True,
        pretrained_vectors=True,
    )


def characters_and_mish():
    return build_tok2vec(build_character_embed(4, 10, 2, 3, True), build_mish_window_encoder(4, 1, 2))


@pytest.mark.parametrize(
    "make",
    [
        hash_embed_cnn,
        characters_and_mish,
        lambda: build_multi_hash_embed(4, ["TAG", "NORM"], [10, 10], False),
    ],
)
def test_a_device_computes_what_the_cpu_computes(make, vocab, make_docs):
    vocab.set_vector("cat", np.ones(5, "float32"))
    docs = make_docs(5, 0, 1, 7)
    on_cpu = randomise(set_ops(make()).initialize(X=docs))
    on_device = make().initialize(X=docs)
    randomise(on_device)
    set_ops(on_device, StandInOps())
    for X in (docs, docs[1:2], []):
        for Y, Z in zip(on_device.predict(X), on_cpu.predict(X), strict=True):
            np.testing.assert_allclose(np.asarray(Y), Z, atol=1e-5)
    gradients = []
    for model in (on_device, on_cpu):
        Ys, backprop = model.begin_update(docs)
        backprop([Y * 0 + 1 for Y in Ys])
        gradients.append([np.asarray(n.get_grad(p)) for n in model.walk() for p in n.param_names])
    for one, two in zip(*gradients, strict=True):
        np.testing.assert_allclose(one, two, atol=1e-4, rtol=1e-4)


def test_models_initialise_and_train_on_a_device(vocab, make_docs):
    vocab.set_vector("cat", np.ones(5, "float32"))
    docs = make_docs(5, 0, 1, 7)
    model = set_ops(hash_embed_cnn(), StandInOps()).initialize(X=docs)
    set_dropout_rate(model, 0.2)
    parameters = Parameters({"tok2vec": model})
    before = np.asarray(parameters.weights).copy()
    for shard in range(2):
        Ys, backprop = model.begin_update(docs)
        backprop([Y + 1 for Y in Ys])
        parameters.collect(shard)
    parameters.step(lambda path, weights, gradient: (weights - 0.1 * gradient, gradient))
    assert isinstance(parameters.weights, DeviceArray)
    assert (np.asarray(parameters.weights) != before).mean() > 0.5


def test_layers_put_their_output_on_the_device(vocab, make_docs):
    vocab.set_vector("cat", np.ones(5, "float32"))
    docs = make_docs(3, 0, 2)
    ops = StandInOps()
    assert isinstance(set_ops(build_feature_extractor(["ORTH"]), ops).predict(docs)[0], DeviceArray)
    vectors = set_ops(build_static_vectors(4), ops).initialize(X=docs)
    output, backprop = vectors.begin_update(docs)
    assert isinstance(output.dataXd, DeviceArray)
    backprop(output)
    chars = set_ops(build_char_embed(2, 3), ops).initialize()
    outputs, backprop = chars.begin_update(docs)
    assert isinstance(outputs[0], DeviceArray)
    backprop(outputs)


def test_the_stand_in_refuses_what_a_device_refuses():
    on_device = StandInOps().asarray(np.ones((2, 2)))
    for mix in (
        lambda: on_device + np.ones((2, 2)),
        lambda: np.ones((2, 2)) @ on_device,
        lambda: np.concatenate([on_device, np.ones((2, 2))]),
        lambda: on_device.__setitem__(slice(None), np.ones((2, 2))),
        lambda: on_device[np.array([0])],
    ):
        with pytest.raises(TypeError, match="mixed"):
            mix()
    assert isinstance(on_device + 1, DeviceArray) and isinstance(on_device[:1], DeviceArray)
