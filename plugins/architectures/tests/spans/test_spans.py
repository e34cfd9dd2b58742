"""Spans' vectors against what their tokens give, one span after the other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_architectures.spans import mean_max_reducer
from kernel_architectures.spans.extract_spans import extract_spans
from kernel_architectures.spans.linear_logistic import build_linear_logistic
from kernel_architectures.spans.mean_max_reducer import build_mean_max_reducer
from kernel_architectures.spans.windows import Windows
from thinc.api import Ragged, chain, set_dropout_rate

from kernel.errors import DataError
from kernel.numeric.ops import KernelOps, set_ops
from kernel.testing.gradients import check_gradients, randomise

WIDTH = 5
OPS = KernelOps()


def batch(lengths, spans, dtype="float32"):
    """Token vectors of documents, and spans of each."""
    generator = np.random.default_rng(0)
    X = generator.normal(size=(sum(lengths), WIDTH)).astype(dtype)
    places = np.array([span for each in spans for span in each], dtype="int32").reshape(-1, 2)
    return (
        Ragged(X, np.array(lengths, dtype="int32")),
        Ragged(places, np.array([len(each) for each in spans], dtype="int32")),
    )


def ngrams(length, longest):
    return [(start, start + size) for size in range(1, longest + 1) for start in range(length - size + 1)]


def rows_of(source):
    """The token vectors of every span, copied."""
    X, spans = source
    docs = np.split(X.data, np.cumsum(X.lengths)[:-1])
    places = np.split(spans.dataXd.reshape(-1, 2), np.cumsum(spans.lengths)[:-1])
    return [doc[start:end] for doc, own in zip(docs, places, strict=True) for start, end in own]


@st.composite
def batches(draw):
    lengths = draw(st.lists(st.integers(0, 12), min_size=1, max_size=4))
    spans = []
    for length in lengths:
        pairs = [(start, end) for start in range(length) for end in range(start + 1, length + 1)]
        spans.append(draw(st.lists(st.sampled_from(pairs), max_size=12)) if pairs else [])
    return batch(lengths, spans, "float64")


def reducer(hidden=4):
    model = set_ops(build_mean_max_reducer(hidden))
    model.initialize(X=Ragged(OPS.alloc2f(1, WIDTH), np.array([1], dtype="int32")))
    randomise(model)
    set_dropout_rate(model, 0.0)
    return model


def expected(model, rows):
    """The layer by its definition: the reductions side by side, the largest of three affine maps, layer norm."""
    affine, layernorm = model.layers[0].layers[:2]
    W, b = affine.get_param("W"), affine.get_param("b")
    X = np.array([np.concatenate([r[-1], r[0], r.mean(axis=0), r.max(axis=0)]) for r in rows])
    hidden = (np.einsum("si,poi->spo", X, W) + b).max(axis=1)
    hidden -= hidden.mean(axis=1, keepdims=True)
    hidden /= np.sqrt(hidden.var(axis=1, keepdims=True) + 1e-8)
    return hidden * layernorm.get_param("G") + layernorm.get_param("b")


@given(batches())
@settings(deadline=None)
def test_extracted_rows_and_their_gradient(source):
    model = set_ops(extract_spans())
    extracted, backprop = model(source, True)
    rows = rows_of(source)
    assert extracted.lengths.tolist() == [len(each) for each in rows]
    if not rows:
        return
    assert np.array_equal(extracted.dataXd, np.concatenate(rows))
    gradient = np.random.default_rng(1).normal(size=extracted.dataXd.shape)
    d_X = backprop(Ragged(gradient, extracted.lengths))[0]
    # The product with any direction is the same before and after.
    direction = batch(source[0].lengths, [[]])[0].data.astype("float64")
    moved = np.concatenate(rows_of((Ragged(direction, source[0].lengths), source[1])))
    assert np.isclose((gradient * moved).sum(), (d_X.data * direction).sum())


@given(batches())
@settings(deadline=None)
def test_reduced_spans_and_their_gradient(source):
    """Whether the layer sees where spans come from, or copies of their rows."""
    rows = rows_of(source)
    if not rows:
        return
    model = reducer()
    whole = set_ops(chain(extract_spans(), model))
    found, backprop = whole(source, True)
    assert np.allclose(found, expected(model, rows), atol=1e-4)
    copied = Ragged(np.concatenate(rows), np.array([len(each) for each in rows], dtype="int32"))
    alone, backprop_alone = model(copied, True)
    assert np.allclose(found, alone, atol=1e-5)
    gradient = np.random.default_rng(1).normal(size=found.shape)
    affine = model.layers[0].layers[0]
    d_X = backprop(gradient)[0].data
    dW = affine.get_grad("W").copy()
    for node in model.walk():
        for name in node.param_names:
            node.set_grad(name, node.get_grad(name) * 0)
    spread = set_ops(extract_spans())(source, True)[1](backprop_alone(gradient))[0].data
    assert np.allclose(d_X, spread, atol=1e-4)
    assert np.allclose(dW, affine.get_grad("W"), atol=1e-4)


@pytest.mark.parametrize("longest", [1, 2, 3, 7])
def test_gradients(longest):
    model = set_ops(chain(extract_spans(), reducer(), build_linear_logistic(nO=3)))
    X, spans = batch([9, 0, 1, 6], [ngrams(n, longest) for n in (9, 0, 1, 6)], "float64")
    model.layers[2].initialize(X=OPS.alloc2f(1, 4))
    randomise(model)

    def forward(model, arrays, is_train):
        scores, backprop = model((Ragged(arrays[0], X.lengths), spans), is_train)
        return [scores], lambda d: [backprop(d[0])[0].data]

    check_gradients(model, [X.data], forward=forward, tolerance=1e-4)


def test_blocks_change_nothing(monkeypatch):
    source = batch([40, 30], [ngrams(40, 3), ngrams(30, 3)])
    model = set_ops(chain(extract_spans(), reducer()))
    whole, backprop = model(source, True)
    gradient = np.random.default_rng(1).normal(size=whole.shape).astype("float32")
    d_whole = backprop(gradient)[0].data
    monkeypatch.setattr(mean_max_reducer, "BLOCK", 7)
    parts, backprop = model(source, True)
    assert np.allclose(whole, parts, atol=1e-5)
    assert np.allclose(d_whole, backprop(gradient)[0].data, atol=1e-4)


def test_dropout_is_of_the_gradient_too():
    source = batch([20], [ngrams(20, 2)], "float64")
    model = set_ops(chain(extract_spans(), reducer(8)))
    set_dropout_rate(model, 0.5)
    found, backprop = model(source, True)
    zeros = found == 0
    assert 0.3 < zeros.mean() < 0.7
    d_X = backprop(zeros.astype("float64"))[0].data
    assert not d_X.any()


def test_weights_that_change_are_seen():
    source = batch([6], [ngrams(6, 3)])
    model = set_ops(chain(extract_spans(), reducer()))
    model.predict(source)
    randomise(model, seed=1)
    rows = rows_of(source)
    assert np.allclose(model.predict(source), expected(model.layers[1], rows), atol=1e-4)


@pytest.mark.parametrize("span", [(0, 0), (2, 1), (-1, 2), (1, 4)])
def test_a_span_that_is_none_is_refused(span):
    with pytest.raises(
        DataError, match=f"no span from token {span[0]} to before token {span[1]} in a document of 3"
    ):
        set_ops(extract_spans()).predict(batch([5, 3], [[(0, 1)], [(0, 1), span]]))


def test_a_sequence_without_tokens_is_refused():
    with pytest.raises(ValueError, match="span 1 has no tokens"):
        reducer().predict(Ragged(OPS.alloc2f(2, WIDTH), np.array([2, 0], dtype="int32")))


@given(st.integers(1, 40), st.data())
def test_windows(n_rows, data):
    X = np.random.default_rng(n_rows).integers(-3, 3, size=(n_rows, 2)).astype("float64")
    length = data.draw(st.integers(1, n_rows))
    starts = np.arange(n_rows - length + 1)
    windows = Windows(np, X, length)
    sums, maxima = np.empty((2, len(starts), 2))
    windows.sums(starts, length, sums)
    windows.maxima(starts, length, maxima)
    assert np.array_equal(sums, [X[start : start + length].sum(axis=0) for start in starts])
    assert np.array_equal(maxima, [X[start : start + length].max(axis=0) for start in starts])
    gradient = windows.gradient()
    gradient.add_sums(starts, length, sums)
    gradient.add_maxima(starts, length, maxima)
    wanted = np.zeros_like(X)
    for start in starts:
        wanted[start : start + length] += sums[start]
        for column in range(2):
            # The first of equal rows has it.
            wanted[start + X[start : start + length, column].argmax(), column] += maxima[start, column]
    assert np.array_equal(gradient.finish(), wanted)
