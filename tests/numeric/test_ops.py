"""The CPU's operations and the shared numerical building blocks."""

import numpy as np
import pytest
from thinc.api import Linear, NumpyOps, chain

from kernel.errors import UsageError
from kernel.numeric.ops import (
    KernelOps,
    backprop_normalize,
    get_ops,
    maxout,
    maxout_winners,
    normalize,
    set_ops,
)
from kernel.numeric.random import enter, scope

OPS = KernelOps()


def array(*shape, dtype="float32", seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_gemm_is_the_matrix_product_in_every_transposition(dtype):
    x, y = array(4, 3, dtype=dtype), array(3, 5, dtype=dtype)
    for trans1 in (False, True):
        for trans2 in (False, True):
            product = OPS.gemm(
                x.T.copy() if trans1 else x, y.T.copy() if trans2 else y, trans1=trans1, trans2=trans2
            )
            np.testing.assert_allclose(product, x @ y, rtol=1e-5)
            assert product.dtype == dtype
    out = np.empty((4, 5), dtype)
    assert OPS.gemm(x, y, out=out) is out


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_a_dropout_mask_drops_at_its_rate_and_keeps_the_mean(rate):
    with scope(seed=0):
        mask = OPS.get_dropout_mask((400, 500), rate)
    assert mask.dtype == np.float32 and mask.shape == (400, 500)
    assert abs((mask == 0).mean() - rate) < 0.005
    kept = np.unique(mask[mask > 0])
    assert len(kept) == 1
    assert abs(kept[0] - 1 / (1 - rate)) < 1e-4 / (1 - rate) ** 2


def test_small_rates_drop_something_and_extremes_are_exact():
    assert (OPS.get_dropout_mask((10**6,), 1e-6) == 0).any()
    assert (OPS.get_dropout_mask((3, 2), 0.0) == 1).all()
    assert (OPS.get_dropout_mask((3, 2), None) == 1).all()
    assert (OPS.get_dropout_mask((3, 2), 1.0) == 0).all()
    assert OPS.get_dropout_mask((0, 2), 0.5).shape == (0, 2)


def test_dropout_masks_repeat_within_the_same_scope_and_seed():
    def draw(**key):
        with scope(**key), enter("ner"):
            return OPS.get_dropout_mask((7, 5), 0.5)

    np.testing.assert_array_equal(draw(seed=0, step=1), draw(seed=0, step=1))
    assert (draw(seed=0, step=1) != draw(seed=0, step=2)).any()
    np.random.seed(0)
    first = OPS.get_dropout_mask((7, 5), 0.5)
    np.random.seed(0)
    np.testing.assert_array_equal(OPS.get_dropout_mask((7, 5), 0.5), first)


def test_flatten_of_neighbouring_slices_copies_nothing():
    whole = array(1000, 96)
    cuts = [whole[10:300], whole[300:300], whole[300:700], whole[700:900]]
    flat = OPS.flatten(cuts)
    np.testing.assert_array_equal(flat, whole[10:900])
    assert np.shares_memory(flat, whole)
    assert np.shares_memory(OPS.flatten([whole]), whole)


@pytest.mark.parametrize(
    "cut",
    [
        lambda a: [a[500:900], a[0:500]],
        lambda a: [a[0:300], a[400:900]],
        lambda a: [a[0:600], a[300:900]],
        lambda a: [a[0:400:2], a[400:800]],
        lambda a: [a[0:400, :50], a[400:800, :50]],
        lambda a: [a[0:400], a[400:800].copy()],
        lambda a: [a[0:400], a[0:400], a[400:800]],
        lambda a: [a[:0], a[:0]],
    ],
)
def test_flatten_of_anything_else_is_a_concatenation(cut):
    parts = cut(array(1000, 96))
    np.testing.assert_array_equal(OPS.flatten(parts), np.concatenate(parts))


def test_flatten_of_different_widths_is_refused():
    whole = np.zeros((3000, 8), dtype="float32")
    with pytest.raises(ValueError, match="dimension"):
        OPS.flatten([whole[:1000], whole[1000:, :4]])


def test_flatten_and_unflatten_agree_with_thinc_on_padding_types_and_emptiness():
    parts = [array(3, 2), array(0, 2), array(1, 2)]
    lengths = np.array([3, 0, 1])
    for pad in (0, 2):
        flat = OPS.flatten(parts, pad=pad)
        np.testing.assert_array_equal(flat, NumpyOps().flatten(parts, pad=pad))
        for ours, theirs, part in zip(
            OPS.unflatten(flat, lengths, pad=pad),
            NumpyOps().unflatten(flat, lengths, pad=pad),
            parts,
            strict=True,
        ):
            np.testing.assert_array_equal(ours, theirs)
            np.testing.assert_array_equal(ours, part)
    assert OPS.flatten([]).shape == (0, 0)
    assert OPS.flatten([array(2, 3)], dtype="float64").dtype == np.float64
    assert [part.shape for part in OPS.unflatten(array(0, 2), [0, 0])] == [(0, 2), (0, 2)]


def test_unflatten_gives_views():
    flat = array(5, 2)
    assert all(np.shares_memory(part, flat) for part in OPS.unflatten(flat, [2, 3]))


def test_get_ops_gives_the_cpu_and_refuses_a_device_that_is_not_there():
    assert isinstance(get_ops(-1), KernelOps)
    with pytest.raises(UsageError, match="GPU 99"):
        get_ops(99)


def test_place_sets_every_node_and_leaves_the_global_operations_alone():
    from thinc.api import get_current_ops

    model = chain(Linear(2, 3), Linear(1, 2)).initialize()
    before = get_current_ops()
    assert set_ops(model) is model
    assert all(isinstance(node.ops, KernelOps) for node in model.walk())
    assert get_current_ops() is before and not isinstance(before, KernelOps)
    assert model.predict(array(4, 3)).shape == (4, 1)


@pytest.mark.parametrize("pieces", [1, 2, 3, 4])
def test_maxout_and_its_winners_agree_with_thinc(pieces):
    planes = array(6, pieces * 5)
    planes[0] = 0
    best, which = NumpyOps().maxout(np.ascontiguousarray(planes.reshape(6, pieces, 5).transpose(0, 2, 1)))
    ours = maxout(OPS, planes, pieces)
    np.testing.assert_array_equal(ours, best)
    assert not np.shares_memory(ours, planes)
    out = np.empty_like(best)
    np.testing.assert_array_equal(maxout(OPS, planes, pieces, out=out), best)
    winners = maxout_winners(OPS, planes, ours, pieces)
    for piece in range(pieces):
        np.testing.assert_array_equal(winners[piece], which == piece)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_normalize_gives_rows_mean_zero_and_variance_one(dtype):
    X = array(6, 96, dtype=dtype) * 3 + 2
    Y = X.copy()
    scale = normalize(OPS, Y)
    np.testing.assert_allclose(Y, (X - X.mean(1, keepdims=True)) / X.std(1, keepdims=True), atol=1e-5)
    np.testing.assert_allclose(scale, 1 / X.std(1), rtol=1e-5)
    assert Y.dtype == dtype


def test_normalize_of_constant_rows_is_zero():
    X = np.ones((2, 8), "float32")
    normalize(OPS, X)
    np.testing.assert_array_equal(X, 0)


def test_backprop_of_normalize_is_the_derivative():
    X, dY = array(3, 7, dtype="float64"), array(3, 7, dtype="float64", seed=1)

    def loss(X):
        Y = X.copy()
        normalize(OPS, Y)
        return float((Y * dY).sum())

    Y = X.copy()
    scale = normalize(OPS, Y)
    dX = backprop_normalize(OPS, dY.copy(), Y, scale)
    for i in np.ndindex(X.shape):
        step = np.zeros_like(X)
        step[i] = 1e-6
        assert abs((loss(X + step) - loss(X - step)) / 2e-6 - dX[i]) < 1e-7
