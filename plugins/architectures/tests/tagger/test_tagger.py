"""The tagger: a row of scores for each token."""

import numpy as np
import pytest
from kernel_architectures.tagger.tagger import build_tagger
from thinc.api import Model

from kernel.numeric.bytes import model_from_bytes, model_to_bytes
from kernel.numeric.ops import set_ops
from kernel.testing.device import DeviceArray, StandInOps
from kernel.tokens import Doc
from kernel.vocab import Vocab

WIDTH, LABELS = 4, 3


def source():
    """A stand-in for a tok2vec that has one learned vector, and adds the length of the word to it."""

    def forward(model, docs, is_train):
        v = model.get_param("v")

        def backprop(gradients):
            for gradient in gradients:
                model.inc_grad("v", gradient.sum(axis=0))
            return []

        lengths = [model.ops.asarray([len(token.text) for token in doc], dtype=v.dtype) for doc in docs]
        return [each[:, None] + v for each in lengths], backprop

    def init(model, X=None, Y=None):
        model.set_param("v", model.ops.asarray(np.linspace(-1, 1, WIDTH, dtype="float32")))

    return Model("source", forward, init=init, dims={"nO": WIDTH}, params={"v": None})


@pytest.fixture
def docs():
    vocab = Vocab()
    return [Doc(vocab, words=words.split()) for words in ("a bb ccc", "", "dddd", "bb bb a a")]


def tagger(docs, dtype="float64", **settings):
    model = set_ops(build_tagger(source(), **settings))
    model.initialize(docs, np.zeros((1, LABELS), dtype="float32"))
    generator = np.random.default_rng(0)
    for node in model.walk():
        for name in node.param_names:
            node.set_param(name, generator.standard_normal(node.get_param(name).shape).astype(dtype))
    return model


def test_each_token_gets_a_row(docs):
    model = tagger(docs)
    assert model.get_dim("nO") == LABELS
    assert [part.shape for part in model.predict(docs)] == [(len(doc), LABELS) for doc in docs]
    assert [part.shape for part in model.predict(docs[1:2])] == [(0, LABELS)]


def test_a_new_tagger_prefers_no_label(docs):
    model = set_ops(build_tagger(source(), nO=LABELS))
    model.initialize(docs)
    assert not any(part.any() for part in model.predict(docs))


def test_training_gives_probabilities_prediction_logits_unless_normalized(docs):
    logits = np.concatenate(tagger(docs).predict(docs))
    trained = np.concatenate(tagger(docs).begin_update(docs)[0])
    normalized = np.concatenate(tagger(docs, normalize=True).predict(docs))
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert np.allclose(trained, expected) and np.allclose(normalized, expected)
    assert not np.allclose(logits, expected)


def test_gradients_are_those_of_cross_entropy(docs):
    model = tagger(docs)
    truth = np.eye(LABELS)[[0, 1, 2, 1, 0, 0, 2, 1]]

    def loss():
        return -(truth * np.log(np.concatenate(model.begin_update(docs)[0]))).sum()

    scores, backprop = model.begin_update(docs)
    backprop(model.ops.unflatten(np.concatenate(scores) - truth, [len(part) for part in scores]))
    for node in model.walk():
        for name in node.param_names:
            value = node.get_param(name)
            expected = np.zeros_like(value)
            for index in np.ndindex(value.shape):
                kept = value[index]
                value[index] = kept + 1e-6
                above = loss()
                value[index] = kept - 1e-6
                expected[index] = (above - loss()) / 2e-6
                value[index] = kept
            assert np.allclose(node.get_grad(name), expected, atol=1e-6), (node.name, name)


def test_weights_survive_bytes(docs):
    model = tagger(docs, dtype="float32")
    again = set_ops(build_tagger(source()))
    model_from_bytes(again, model_to_bytes(model))
    for one, other in zip(again.predict(docs), model.predict(docs), strict=True):
        assert np.array_equal(one, other)


def test_another_device_computes_the_same(docs):
    here = tagger(docs, dtype="float32")
    there = model_from_bytes(set_ops(build_tagger(source()), StandInOps()), model_to_bytes(here))
    for (scores, backprop), model in ((here.begin_update(docs), here), (there.begin_update(docs), there)):
        backprop([part - 0.5 for part in scores])
        assert model is here or all(isinstance(part, DeviceArray) for part in scores)
    for one, other in zip(here.walk(), there.walk(), strict=True):
        for name in one.param_names:
            assert np.allclose(there.ops.to_numpy(other.get_grad(name)), one.get_grad(name), atol=1e-5)
