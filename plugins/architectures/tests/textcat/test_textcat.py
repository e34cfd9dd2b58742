"""Text classifiers: shapes, gradients, resizing, documents without tokens, agreement with thinc's layers."""

import numpy as np
import pytest
from kernel_architectures.textcat.attention import AttentionPooling
from kernel_architectures.textcat.bag import bag_of_ngrams
from kernel_architectures.textcat.bow import build_bow
from kernel_architectures.textcat.bow_v1 import build_bow_v1
from kernel_architectures.textcat.bow_v2 import build_bow_v2
from kernel_architectures.textcat.cnn import build_cnn
from kernel_architectures.textcat.cnn_v1 import build_cnn_v1
from kernel_architectures.textcat.ensemble import build_ensemble
from kernel_architectures.textcat.ensemble_v1 import build_ensemble_v1
from kernel_architectures.textcat.low_data import build_low_data
from kernel_architectures.textcat.ngrams import extract_ngrams
from kernel_architectures.textcat.parametric_attention import build_parametric_attention
from kernel_architectures.textcat.reduce import build_reduce
from kernel_architectures.textcat.shared_linear import SharedLinear, resized
from thinc.api import (
    Gelu,
    LayerNorm,
    Linear,
    Logistic,
    Maxout,
    Model,
    ParametricAttention_v2,
    Ragged,
    SparseLinear,
    SparseLinear_v2,
    chain,
    get_width,
    list2ragged,
    reduce_sum,
    residual,
)

from kernel.numeric.bytes import model_from_bytes, model_to_bytes
from kernel.numeric.ops import set_ops
from kernel.testing.device import DeviceArray, StandInOps
from kernel.tokens import Doc
from kernel.vocab import Vocab

WORDS = ["the", "cat", "sat", "on", "the", "mat", "and", "the", "dog", "sat", "too"]
ALL_REDUCTIONS = {f"use_reduce_{name}": True for name in ("first", "last", "max", "mean")}


def embedding(width, rows=7):
    """A stand-in for a tok2vec: a row of a table for each word, by its position in the alphabet."""

    def forward(model, docs, is_train):
        E = model.get_param("E")
        ids = [np.array([ord(token.text[0]) % rows for token in doc], dtype=int) for doc in docs]

        def backprop(d_vectors):
            for each, gradient in zip(ids, d_vectors, strict=True):
                dE = np.zeros(E.shape, dtype=E.dtype)
                np.add.at(dE, each, model.ops.to_numpy(gradient))
                model.inc_grad("E", model.ops.asarray(dE))
            return []

        return [E[model.ops.asarray(each)] for each in ids], backprop

    def init(model, X=None, Y=None):
        values = np.random.default_rng(0).standard_normal((rows, width))
        model.set_param("E", model.ops.asarray(values.astype("float32")))

    return Model("embedding", forward, init=init, dims={"nO": width}, params={"E": None})


def bow(exclusive=True, ngram_size=2, no_output_layer=False, length=16, nO=None):
    return build_bow(exclusive, ngram_size, no_output_layer, length, nO)


def ensemble(exclusive=True, nO=None):
    return build_ensemble(embedding(4), bow(exclusive), nO)


def reduce(exclusive=True, nO=None):
    return build_reduce(embedding(4), exclusive, **ALL_REDUCTIONS, nO=nO)


def cnn(exclusive=True, nO=None):
    return build_cnn(embedding(4), exclusive, nO)


def shared_bow(exclusive=True, ngram_size=2, no_output_layer=False, length=16, nO=None):
    return bag_of_ngrams(SharedLinear(nO, length), ngram_size, exclusive, no_output_layer, resized)


def attention(exclusive=True, nO=None):
    return build_parametric_attention(embedding(4), exclusive, nO)


BUILDERS = [bow, shared_bow, ensemble, reduce, cnn, attention]
RESIZABLE = [bow, shared_bow, reduce, cnn]


@pytest.fixture
def docs():
    vocab = Vocab()
    return [Doc(vocab, words=WORDS[:n]) for n in (5, 0, 1, 11, 0)]


def ready(model, docs, classes=3, dtype="float64", seed=1):
    set_ops(model).initialize(docs, np.zeros((1, classes), dtype="float32"))
    generator = np.random.default_rng(seed)
    for node in model.walk():
        for name in node.param_names:
            shape = node.get_param(name).shape
            node.set_param(name, generator.standard_normal(shape).astype(dtype))
    return model


def numerical_gradient(model, node, name, loss, step=1e-6):
    value = node.get_param(name)
    gradient = np.zeros_like(value)
    for index in np.ndindex(value.shape):
        kept = value[index]
        value[index] = kept + step
        above = loss()
        value[index] = kept - step
        gradient[index] = (above - loss()) / (2 * step)
        value[index] = kept
    return gradient


def assert_gradients(model, docs, loss, d_loss):
    scores, backprop = model.begin_update(docs)
    backprop(d_loss(scores))
    for node in model.walk():
        for name in node.param_names:
            expected = numerical_gradient(model, node, name, lambda: loss(model.begin_update(docs)[0]))
            assert np.allclose(node.get_grad(name), expected, atol=1e-5), (node.name, name)


@pytest.mark.parametrize("build", BUILDERS)
@pytest.mark.parametrize("exclusive", [True, False])
def test_scores_are_one_row_a_document(build, exclusive, docs):
    scores = ready(build(exclusive), docs).predict(docs)
    assert scores.shape == (len(docs), 3)
    assert (scores >= 0).all() and (scores <= 1).all()
    if exclusive:
        assert np.allclose(scores.sum(axis=1), 1)


@pytest.mark.parametrize("build", BUILDERS)
def test_a_document_scores_alike_alone_and_in_any_batch(build, docs):
    model = ready(build(), docs)
    together = model.predict(docs)
    assert np.allclose(together, np.concatenate([model.predict([doc]) for doc in docs]))
    assert np.allclose(together[::-1], model.predict(docs[::-1]))


@pytest.mark.parametrize("build", BUILDERS)
def test_a_batch_without_tokens_passes_forwards_and_backwards(build, docs):
    model = ready(build(), docs, dtype="float32")
    empty = [doc for doc in docs if not len(doc)]
    scores, backprop = model.begin_update(empty)
    backprop(np.ones_like(scores))
    assert scores.shape == (len(empty), 3)


@pytest.mark.parametrize("build", BUILDERS)
def test_gradients_of_independent_classes(build, docs):
    model = ready(build(exclusive=False), docs)
    weights = np.random.default_rng(2).standard_normal((len(docs), 3))
    assert_gradients(model, docs, lambda scores: (scores * weights).sum(), lambda scores: weights)


@pytest.mark.parametrize("build", [ensemble, reduce, cnn, attention])
def test_gradients_of_exclusive_classes_are_those_of_cross_entropy(build, docs):
    model = ready(build(), docs)
    truth = np.eye(3)[[0, 1, 2, 0, 1]]
    assert_gradients(
        model, docs, lambda scores: -(truth * np.log(scores)).sum(), lambda scores: scores - truth
    )


@pytest.mark.parametrize("no_output_layer", [True, False])
def test_gradients_of_an_exclusive_bag_are_true_to_its_output(no_output_layer, docs):
    model = ready(bow(no_output_layer=no_output_layer), docs)
    weights = np.random.default_rng(2).standard_normal((len(docs), 3))
    assert_gradients(model, docs, lambda scores: (scores * weights).sum(), lambda scores: weights)


@pytest.mark.parametrize("ngram_size", [1, 2, 3])
def test_bag_of_ngrams_is_the_sparse_linear_layer_of_the_field(ngram_size, docs):
    model = ready(bow(ngram_size=ngram_size, no_output_layer=True, length=64), docs, dtype="float32")
    ours = model.get_ref("output_layer")
    theirs = SparseLinear_v2(3, 64)
    theirs.initialize()
    theirs.set_param("W", np.ascontiguousarray(ours.get_param("W").T).ravel())
    theirs.set_param("b", ours.get_param("b"))
    counted, _ = extract_ngrams(ngram_size, "ORTH")(docs, False)
    expected, backprop = theirs(counted, True)
    scores, our_backprop = model.begin_update(docs)
    d_scores = np.random.default_rng(3).standard_normal(scores.shape).astype("float32")
    backprop(d_scores)
    our_backprop(d_scores)
    assert np.allclose(scores, expected, atol=1e-5)
    assert np.allclose(ours.get_grad("W").T.ravel(), theirs.get_grad("W"), atol=1e-5)
    assert np.allclose(ours.get_grad("b"), theirs.get_grad("b"), atol=1e-5)


@pytest.mark.parametrize("ngram_size", [1, 2])
def test_bag_with_shared_weights_is_the_first_sparse_linear_layer_of_the_field(ngram_size, docs):
    model = ready(shared_bow(ngram_size=ngram_size, no_output_layer=True, length=64), docs, dtype="float32")
    ours = model.get_ref("output_layer")
    theirs = SparseLinear(3, 64)
    theirs.initialize()
    used = len(ours.get_param("W"))
    W = np.zeros(3 * 64, dtype="float32")
    W[:used] = ours.get_param("W")
    theirs.set_param("W", W)
    theirs.set_param("b", ours.get_param("b"))
    counted, _ = extract_ngrams(ngram_size, "ORTH")(docs, False)
    expected, backprop = theirs(counted, True)
    scores, our_backprop = model.begin_update(docs)
    d_scores = np.random.default_rng(3).standard_normal(scores.shape).astype("float32")
    backprop(d_scores)
    our_backprop(d_scores)
    assert np.allclose(scores, expected, atol=1e-5)
    assert np.allclose(ours.get_grad("W"), theirs.get_grad("W")[:used], atol=1e-5)
    assert not theirs.get_grad("W")[used:].any()


def test_attention_to_keys_is_that_of_the_field(docs):
    ours = AttentionPooling(key_transform=Gelu())
    vectors = ready(embedding(4), docs, dtype="float32").predict(docs)
    ready(ours, vectors, dtype="float32")
    key_transform = Gelu(4, 4)
    theirs = ParametricAttention_v2(key_transform=key_transform, nO=4)
    theirs.initialize(Ragged(vectors[0], np.array([len(vectors[0])], dtype="int32")))
    theirs.set_param("Q", ours.get_param("Q"))
    for name in ("W", "b"):
        key_transform.set_param(name, ours.layers[0].get_param(name))
    filled = [each for each in vectors if len(each)]
    lengths = np.array([len(each) for each in filled], dtype="int32")
    weighted = theirs.predict(Ragged(np.concatenate(filled), lengths)).dataXd
    expected = np.add.reduceat(weighted, np.cumsum(lengths) - lengths)
    pooled = ours.predict(vectors)
    assert np.allclose(pooled[[len(each) > 0 for each in vectors]], expected, atol=1e-5)
    assert not pooled[[len(each) == 0 for each in vectors]].any()


def test_a_classifier_with_attention_to_keys_is_made_of_the_fields_layers(docs):
    ours = ready(attention(exclusive=False), docs, dtype="float32")
    hidden = residual(chain(Maxout(4, 4, 3), LayerNorm(4)))
    theirs = chain(
        list2ragged(),
        ParametricAttention_v2(key_transform=Gelu(4, 4), nO=4),
        reduce_sum(),
        hidden,
        Linear(3, 4),
        Logistic(),
    )
    filled = [doc for doc in docs if len(doc)]
    vectors = ours.get_ref("tok2vec").predict(filled)
    theirs.initialize(vectors)
    own = [node for layer in ours.layers[1:] for node in layer.walk() if node.param_names]
    others = [node for node in theirs.walk() if node.param_names]
    for node in own:
        name = {"attention_pooling": "para-attn"}.get(node.name, node.name)
        (twin,) = [other for other in others if other.name == name]
        for param in node.param_names:
            twin.set_param(param, node.get_param(param))
    assert len(own) == len(others)
    assert np.allclose(ours.predict(filled), theirs.predict(vectors), atol=1e-5)


@pytest.mark.parametrize("build", [bow, shared_bow])
def test_many_classes_are_computed_in_blocks(build, docs, monkeypatch):
    model = ready(build(), docs)
    whole, backprop = model.begin_update(docs)
    backprop(whole)
    gradient = model.get_ref("output_layer").get_grad("W").copy()
    monkeypatch.setattr("kernel_architectures.textcat.hashed_linear.BLOCK", 10)
    model.get_ref("output_layer").set_grad("W", np.zeros_like(gradient))
    cut, backprop = model.begin_update(docs)
    backprop(whole)
    assert np.allclose(cut, whole)
    assert np.allclose(model.get_ref("output_layer").get_grad("W"), gradient)


def test_bag_of_ngrams_mixes_documents_of_several_generations(docs):
    model = ready(bow(), docs)
    others = [Doc(Vocab(), words=WORDS[:3]), *docs]
    assert np.allclose(model.predict(others)[1:], model.predict(docs))


def test_versions_that_nothing_can_be_added_to():
    tok2vec = embedding(4)
    fixed = [
        build_bow_v1(True, 1, False),
        build_cnn_v1(tok2vec, True),
        attention(),
        ensemble(),
        build_low_data(4, None),
        build_ensemble_v1(4, 20, False, True, 1, 1, 1, None),
    ]
    assert not any("resize_output" in model.attrs for model in fixed)
    assert "resize_output" in build_bow_v2(True, 1, False).attrs
    assert [model.attrs["multi_label"] for model in fixed] == [False, False, False, False, True, False]


def test_length_is_rounded_up_to_a_power_of_two():
    assert bow(length=1000).get_ref("output_layer").get_dim("length") == 1024
    assert bow(length=1024).get_ref("output_layer").get_dim("length") == 1024


@pytest.mark.parametrize("build", RESIZABLE)
@pytest.mark.parametrize("exclusive", [True, False])
def test_new_classes_leave_the_learned_ones_alone(build, exclusive, docs):
    model = ready(build(exclusive), docs, dtype="float32")
    before = model.predict(docs)
    model = model.attrs["resize_output"](model, 5)
    after = model.predict(docs)
    assert model.get_dim("nO") == 5 and after.shape == (len(docs), 5)
    # New ones are unlikely, but not so unlikely that nothing could be learnt; unless they share weights with others.
    assert build is shared_bow or ((after[:, 3:] > 0) & (after[:, 3:] < 0.2)).all()
    if exclusive:
        rest = after[:, :3].sum(axis=1, keepdims=True)
        assert np.allclose(after[:, :3] / rest, before, atol=1e-6)
    else:
        assert np.allclose(after[:, :3], before, atol=1e-6)


def test_new_classes_of_a_bag_without_output_layer_start_at_zero(docs):
    model = ready(bow(no_output_layer=True), docs)
    model = model.attrs["resize_output"](model, 4)
    assert (model.predict(docs)[:, 3] == 0).all()


@pytest.mark.parametrize("build", RESIZABLE)
def test_resizing_before_initialization_sets_the_size(build, docs):
    model = set_ops(build())
    model = model.attrs["resize_output"](model, 4)
    model.initialize(docs)
    assert model.predict(docs).shape == (len(docs), 4)


@pytest.mark.parametrize("build", BUILDERS)
@pytest.mark.parametrize("exclusive", [True, False])
def test_number_of_classes_may_be_given(build, exclusive, docs):
    model = set_ops(build(exclusive, nO=4))
    model.initialize(docs, np.zeros((1, 4), dtype="float32"))
    assert model.predict(docs).shape == (len(docs), 4)
    assert get_width(model.predict(docs)) == model.get_dim("nO")


@pytest.mark.parametrize("build", BUILDERS)
def test_weights_survive_bytes(build, docs):
    model = ready(build(), docs, dtype="float32")
    again = set_ops(build())
    model_from_bytes(again, model_to_bytes(model))
    assert np.array_equal(again.predict(docs), model.predict(docs))
    assert model_to_bytes(again) == model_to_bytes(model)


@pytest.mark.parametrize("build", BUILDERS)
@pytest.mark.parametrize("exclusive", [True, False])
def test_another_device_computes_the_same(build, exclusive, docs):
    here = ready(build(exclusive), docs, dtype="float32")
    there = model_from_bytes(set_ops(build(exclusive), StandInOps()), model_to_bytes(here))
    scores, backprop = here.begin_update(docs)
    others, other_backprop = there.begin_update(docs)
    assert isinstance(others, DeviceArray)
    assert np.allclose(there.ops.to_numpy(others), scores, atol=1e-5)
    d_scores = np.random.default_rng(3).standard_normal(scores.shape).astype("float32")
    backprop(d_scores)
    other_backprop(there.ops.asarray(d_scores))
    for one, other in zip(here.walk(), there.walk(), strict=True):
        for name in one.param_names:
            gradient = other.get_grad(name)
            assert isinstance(gradient, DeviceArray), (other.name, name)
            assert np.allclose(there.ops.to_numpy(gradient), one.get_grad(name), atol=1e-4), (one.name, name)


def test_reductions_stand_side_by_side_in_a_fixed_order(docs):
    model = ready(reduce(), docs)
    vectors = model.get_ref("tok2vec").predict(docs)[3]
    row = model.layers[1].predict([vectors])[0]
    expected = np.concatenate([vectors[0], vectors[-1], vectors.max(axis=0), vectors.mean(axis=0)])
    assert np.allclose(row, expected)


@pytest.mark.parametrize(
    "build, message",
    [
        (lambda: bow(length=0), "length must be 1 or more, not 0"),
        (lambda: bow(ngram_size=0), "ngram_size must be 1 or more, not 0"),
        (lambda: extract_ngrams(0), "ngram_size must be 1 or more, not 0"),
        (
            lambda: build_reduce(embedding(4), True, False, False, False, False),
            "at least one of use_reduce_first",
        ),
        (lambda: build_ensemble(embedding(4), embedding(4)), "must be a text classifier"),
    ],
)
def test_senseless_settings_say_so(build, message):
    with pytest.raises(ValueError, match=message):
        build()


def test_ngrams_are_counted_by_document(docs):
    (keys, counts, lengths), _ = extract_ngrams(1)(docs, False)
    assert keys.dtype == np.uint64 and counts.dtype == np.float32 and lengths.dtype == np.int32
    assert lengths.tolist() == [len(set(WORDS[: len(doc)])) for doc in docs]
    assert counts.sum() == sum(map(len, docs))
    start = 0
    for length in lengths.tolist():
        assert (np.diff(keys[start : start + length].astype(object)) > 0).all()
        start += length


def test_ngrams_do_not_cross_documents():
    vocab = Vocab()
    apart = [Doc(vocab, words=["a", "b"]), Doc(vocab, words=["c"])]
    (keys, counts, lengths), _ = extract_ngrams(2)(apart, False)
    assert lengths.tolist() == [3, 1] and (counts == 1).all() and len(set(keys.tolist())) == 4
