"""One vector per token of the rows of its pieces."""

import numpy as np
import pytest
from kernel_transformers.data import TransformerData
from kernel_transformers.pieces.batch import WordpieceBatch
from kernel_transformers.pooling import pool_pieces
from thinc.api import Linear, chain, reduce_last, reduce_max, reduce_mean, reduce_sum

from kernel.numeric.ops import set_ops
from kernel.testing.device import DeviceArray, on_pretended_device, to_device

WIDTH = 4


def outputs(alignments, rows, dtype="float64"):
    """What a transformer gave for documents: for each a list of the rows of every token, and how many rows there are."""
    generator = np.random.default_rng(0)
    made = []
    for tokens, count in zip(alignments, rows, strict=True):
        pieces = WordpieceBatch(
            ids=np.zeros(count, "int64"),
            type_ids=None,
            lengths=np.array([count] if count else [], "int64"),
            window_spans=np.zeros(int(bool(count)), "int64"),
            doc_windows=np.array([0, bool(count)], "int64"),
            doc_rows=np.array([0, count]),
            align_rows=np.array([row for own in tokens for row in own], "int64"),
            align_lengths=np.array([len(own) for own in tokens], "int64"),
            doc_tokens=np.array([0, len(tokens)]),
        )
        made.append(TransformerData(pieces, generator.normal(size=(count, WIDTH)).astype(dtype)))
    return made


# Pieces of one's own; one shared by two tokens; a token in two windows, one in none; a document without tokens, one that no span covers.
ALIGNMENTS = [[[1], [2, 3]], [[0], [0, 1], []], [[1, 4], [2, 5], [], [3]], [], [[], []]]
ROWS = [5, 3, 7, 0, 0]


def pool(pooling, width=WIDTH):
    model = set_ops(pool_pieces(pooling))
    model.set_dim("nI", width)
    model.initialize()
    return model


@pytest.mark.parametrize(
    ("pooling", "by_hand"),
    [
        (reduce_mean, lambda rows: rows.mean(axis=0)),
        (reduce_max, lambda rows: rows.max(axis=0)),
        (reduce_sum, lambda rows: rows.sum(axis=0)),
        (reduce_last, lambda rows: rows[-1]),
    ],
)
def test_pools_the_rows_of_each_token(pooling, by_hand):
    given = outputs(ALIGNMENTS, ROWS)
    found = pool(pooling()).predict(given)
    for tokens, data, vectors in zip(ALIGNMENTS, given, found, strict=True):
        assert vectors.shape == (len(tokens), WIDTH)
        for own, vector in zip(tokens, vectors, strict=True):
            # A token without rows has zeros, whatever the pooling.
            np.testing.assert_allclose(
                vector, by_hand(data.rows[own]) if own else np.zeros(WIDTH), rtol=1e-12
            )


def loss_of(model, given, noise):
    vectors, _ = model(given, is_train=True)
    return sum(float((np.sin(array) * each).sum()) for array, each in zip(vectors, noise, strict=True))


@pytest.mark.parametrize("pooling", [reduce_mean, reduce_sum, reduce_max])
def test_gradients(pooling):
    model, given = pool(pooling()), outputs(ALIGNMENTS, ROWS)
    vectors, backprop = model(given, is_train=True)
    noise = [np.random.default_rng(2).normal(size=array.shape) for array in vectors]
    gradients = backprop([np.cos(array) * each for array, each in zip(vectors, noise, strict=True)])
    assert [each.shape for each in gradients] == [data.rows.shape for data in given]
    step = 1e-6
    for data, gradient in zip(given, gradients, strict=True):
        for place in np.ndindex(*data.rows.shape):
            value = data.rows[place]
            data.rows[place] = value + step
            above = loss_of(model, given, noise)
            data.rows[place] = value - step
            below = loss_of(model, given, noise)
            data.rows[place] = value
            assert abs((above - below) / (2 * step) - gradient[place]) < 1e-6


def test_a_pooling_may_have_weights_and_another_width():
    model = pool(chain(reduce_mean(), Linear(nO=3)))
    assert model.get_dim("nO") == 3
    given = outputs(ALIGNMENTS, ROWS, "float32")
    vectors, backprop = model(given, is_train=True)
    assert [array.shape for array in vectors] == [(len(tokens), 3) for tokens in ALIGNMENTS]
    gradients = backprop([array * 0 + 1 for array in vectors])
    linear = model.layers[0].layers[-1]
    covered = sum(bool(own) for tokens in ALIGNMENTS for own in tokens)
    np.testing.assert_allclose(linear.get_grad("b"), covered)
    assert [each.shape for each in gradients] == [data.rows.shape for data in given]


def test_no_document_has_rows():
    model = pool(reduce_mean())
    vectors, backprop = model(outputs([[], [[], []]], [0, 0]), is_train=True)
    assert [array.shape for array in vectors] == [(0, WIDTH), (2, WIDTH)] and not vectors[1].any()
    assert [each.shape for each in backprop(vectors)] == [(0, WIDTH), (0, WIDTH)]
    assert model([], is_train=True)[0] == []


def test_a_device_gets_no_array_of_the_host():
    here, given = pool(reduce_mean()), outputs(ALIGNMENTS, ROWS, "float32")
    there = on_pretended_device(pool_pieces(reduce_mean()))
    there.set_dim("nI", WIDTH)
    there.initialize()
    moved = [TransformerData(data.wordpieces, to_device(data.rows)) for data in given]
    expected, _ = here(given, is_train=True)
    vectors, backprop = there(moved, is_train=True)
    gradients = backprop(vectors)
    for array, other in zip(vectors, expected, strict=True):
        assert isinstance(array, DeviceArray)
        np.testing.assert_allclose(there.ops.to_numpy(array), other, rtol=1e-6)
    assert all(isinstance(each, DeviceArray) for each in gradients)
