"""Maxout and mish window encoders."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from kernel_architectures.tok2vec import dense
from kernel_architectures.tok2vec.encoders import window_encoder
from kernel_architectures.tok2vec.encoders.maxout_window_encoder import build_maxout_window_encoder
from kernel_architectures.tok2vec.encoders.mish_window_encoder import build_mish_window_encoder
from thinc.api import Maxout, NumpyOps, set_dropout_rate
from thinc.types import Ragged

from kernel.errors import KernelError, UsageError
from kernel.numeric.bytes import model_from_bytes, model_to_bytes
from kernel.numeric.ops import set_ops
from kernel.numeric.random import scope

from ..conftest import check_gradients, randomise

LENGTHS = (5, 0, 1, 2, 7)


def maxout_encoder(window=1, pieces=3, depth=2, width=4, dtype="float32"):
    return randomise(set_ops(build_maxout_window_encoder(width, window, pieces, depth).initialize()), dtype)


def mish_encoder(window=1, depth=2, width=4, dtype="float32"):
    return randomise(set_ops(build_mish_window_encoder(width, window, depth).initialize()), dtype)


def padded_encoder(make=maxout_encoder, **settings):
    model = make(**settings)
    model.attrs["padded"] = True
    return model


ENCODERS = [
    maxout_encoder,
    lambda **k: maxout_encoder(window=2, pieces=2, **k),
    lambda **k: maxout_encoder(pieces=1, **k),
    mish_encoder,
    lambda **k: mish_encoder(window=3, **k),
    padded_encoder,
    lambda **k: padded_encoder(mish_encoder, window=2, **k),
]
encoders = pytest.mark.parametrize("make", ENCODERS)


def inputs(*lengths, width=4, dtype="float32", seed=0):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(n, width)).astype(dtype) for n in lengths or LENGTHS]


def by_definition(model, X):
    """One document, token by token, straight from the definition."""
    window = model.attrs["window_size"]
    around = model.attrs["receptive_field"] if model.attrs.get("padded") else 0
    n = len(X)
    X = np.pad(np.asarray(X, "float64"), ((around, around), (0, 0)))
    for block in model.layers:
        affine, norm, _ = block.layers
        padded = np.pad(X, ((window, window), (0, 0)))
        rows = []
        for i in range(len(X)):
            seen = padded[i : i + 2 * window + 1].ravel()
            if affine.name == "mish":
                h = affine.get_param("W") @ seen + affine.get_param("b")
                h = h * np.tanh(np.log1p(np.exp(h)))
            else:
                h = (affine.get_param("W") @ seen + affine.get_param("b")).max(axis=0)
            h = (h - h.mean()) / np.sqrt(h.var() + 1e-8)
            rows.append(X[i] + h * norm.get_param("G") + norm.get_param("b"))
        X = np.array(rows)
    return X[around : around + n]


@encoders
def test_output_is_what_the_definition_says(make):
    model, Xs = make(), inputs()
    for is_train in (False, True):
        Ys, _ = model(Xs, is_train)
        assert [Y.shape for Y in Ys] == [X.shape for X in Xs]
        for X, Y in zip(Xs, Ys, strict=True):
            if len(X):
                np.testing.assert_allclose(Y, by_definition(model, X), atol=2e-5)


@encoders
@pytest.mark.parametrize("rate", [0.0, 0.3])
def test_gradients(make, rate):
    model, Xs = make(dtype="float64"), inputs(dtype="float64")
    set_dropout_rate(model, rate)
    check_gradients(model, Xs, X=Xs)


@encoders
def test_documents_do_not_see_each_other(make):
    model, Xs = make(), inputs()
    together = model.predict(Xs)
    other = model.predict([*inputs(3, 1, seed=5), *Xs, *inputs(9, seed=6)])[2:-1]
    for X, Y, Z in zip(Xs, together, other, strict=True):
        np.testing.assert_allclose(Y, model.predict([X])[0], atol=1e-6)
        np.testing.assert_allclose(Y, Z, atol=1e-6)


@encoders
def test_gradients_do_not_cross_documents(make):
    model, Xs = make(), inputs()
    Ys, backprop = model.begin_update(Xs)
    for chosen in range(len(Xs)):
        d_output = [np.ones_like(Y) if i == chosen else np.zeros_like(Y) for i, Y in enumerate(Ys)]
        for i, dX in enumerate(backprop(d_output)):
            assert dX.shape == Xs[i].shape
            assert dX.any() == (i == chosen and len(Xs[i]) > 0)


@encoders
def test_batches_without_tokens(make):
    model = make()
    for Xs in ([], inputs(0), inputs(0, 0)):
        assert [Y.shape for Y in model.predict(Xs)] == [(0, 4)] * len(Xs)
        Ys, backprop = model.begin_update(Xs)
        assert [Y.shape for Y in Ys] == [(0, 4)] * len(Xs)
        assert [dX.shape for dX in backprop(Ys)] == [(0, 4)] * len(Xs)


@encoders
@pytest.mark.parametrize("rows", [1, 3, 8])
def test_blocks_change_nothing(make, rows, monkeypatch):
    model, Xs = make(depth=3), inputs(5, 0, 40, 1, 2, 7, 100)
    expected = model.predict(Xs)
    monkeypatch.setattr(window_encoder, "BLOCK_ROWS", rows)
    for Y, Z in zip(model.predict(Xs), expected, strict=True):
        np.testing.assert_allclose(Y, Z, atol=2e-5)


@encoders
def test_any_number_of_rows_gives_what_training_computes(make):
    # Prediction treats few rows in another way than many, and its scratch holds what was there before.
    model = make()
    few = window_encoder.FEW_ROWS
    for rows in (few + 1, few, *range(few - 5, few), *range(11, 0, -1), few + 2):
        (X,) = inputs(rows, seed=rows)
        np.testing.assert_allclose(model.predict([X])[0], model.begin_update([X])[0][0], atol=2e-5)


@encoders
def test_nothing_of_a_document_is_left_in_the_next_one(make):
    model = make()
    spoilt, (X,) = inputs(8), inputs(5, seed=2)
    expected = model.predict([X])[0]
    spoilt[0][:] = np.nan
    model.predict(spoilt)
    np.testing.assert_array_equal(model.predict([X])[0], expected)


@encoders
def test_weights_that_are_written_to_count(make):
    model, Xs = make(), inputs()
    for node in model.walk():
        for name in node.param_names:
            model.predict(Xs)
            node.get_param(name)[...] *= 1.5
            for Y, Z in zip(model.predict(Xs), model.begin_update(Xs)[0], strict=True):
                np.testing.assert_allclose(Y, Z, atol=2e-5)


@encoders
def test_saving_keeps_the_packed_weights(make):
    model = make()
    model.predict(inputs())
    before = [dense.packed(block) for block in model.layers]
    model_to_bytes(model)
    assert all(dense.packed(block) is one for block, one in zip(model.layers, before, strict=True))
    model.layers[0].layers[0].get_param("W")[...] = 0
    assert dense.packed(model.layers[0]) is not before[0]


@encoders
def test_inputs_are_left_alone_and_results_are_nobodys_scratch(make):
    model, Xs = make(), inputs()
    before = [X.copy() for X in Xs]
    Ys = model.predict(Xs)
    kept = [Y.copy() for Y in Ys]
    trained, backprop = model.begin_update(Xs)
    d_output = [np.ones_like(Y) for Y in trained]
    gradients = backprop(d_output)
    kept_gradients = [each.copy() for each in gradients]
    for seed in (1, 2):
        others = inputs(11, 3, seed=seed)
        model.predict(others)
        model.begin_update(others)
    for arrays, expected in ((Xs, before), (Ys, kept), (trained, kept), (gradients, kept_gradients)):
        for array, same in zip(arrays, expected, strict=True):
            np.testing.assert_allclose(array, same, atol=2e-6)
    assert all((each == 1).all() for each in d_output)
    assert not any(np.shares_memory(X, Y) for X in Xs for Y in Ys if X.size)


def test_outputs_are_neighbouring_slices_of_one_array():
    model = maxout_encoder(width=96)
    Xs = inputs(200, 0, 100, width=96)
    for Ys in (model.predict(Xs), model.begin_update(Xs)[0]):
        assert np.shares_memory(model.ops.flatten(Ys), Ys[0])


@encoders
def test_any_thinc_operations_give_the_same(make):
    model, plain, Xs = make(), make(), inputs()
    set_ops(plain, NumpyOps())
    for Y, Z in zip(model.predict(Xs), plain.predict(Xs), strict=True):
        np.testing.assert_allclose(Y, Z, atol=2e-6)
    results = []
    for each in (model, plain):
        Ys, backprop = each.begin_update(Xs)
        results.append([*backprop(Ys), *(n.get_grad(p) for n in each.walk() for p in n.param_names)])
    for one, two in zip(*results, strict=True):
        np.testing.assert_allclose(one, two, atol=1e-4, rtol=1e-4)


def test_threads_do_not_disturb_each_other():
    model = maxout_encoder(width=32, depth=4)
    batches = [inputs(50, 20, 3, width=32, seed=seed) for seed in range(24)]
    expected = [model.predict(batch) for batch in batches]
    with ThreadPoolExecutor(4) as pool:
        for Ys, Zs in zip(pool.map(model.predict, batches), expected, strict=True):
            for Y, Z in zip(Ys, Zs, strict=True):
                np.testing.assert_array_equal(Y, Z)


def test_weights_of_thincs_maxout_fit_with_their_first_axes_swapped():
    model = maxout_encoder(depth=1)
    theirs = Maxout(4, 12, nP=3, normalize=True).initialize()
    randomise(theirs, seed=7)
    W, b = theirs.layers[0].get_param("W"), theirs.layers[0].get_param("b")
    affine, norm, _ = model.layers[0].layers
    affine.set_param("W", W.transpose(1, 0, 2))
    affine.set_param("b", b.T)
    for name in ("G", "b"):
        norm.set_param(name, theirs.layers[1].get_param(name))
    (X,) = inputs(6)
    columns = theirs.ops.seq2col(X, 1, lengths=np.array([6], dtype="i"))
    np.testing.assert_allclose(model.predict([X])[0], X + theirs.predict(columns), atol=1e-5)


def test_first_weights_are_those_of_thincs_maxout():
    np.random.seed(3)
    theirs = Maxout(4, 12, nP=3).initialize()
    np.random.seed(3)
    ours = build_maxout_window_encoder(4, 1, 3, 1).initialize().layers[0].layers[0]
    np.testing.assert_array_equal(ours.get_param("W"), theirs.get_param("W").transpose(1, 0, 2))


@encoders
def test_dropout_is_per_token_and_before_the_residual_sum(make):
    model, Xs = make(depth=1), inputs(300)
    set_dropout_rate(model, 1.0)
    Ys, backprop = model.begin_update(Xs)
    np.testing.assert_array_equal(Ys[0], Xs[0])
    np.testing.assert_array_equal(backprop(Ys)[0], Ys[0])
    set_dropout_rate(model, 0.5)
    dropped = model.begin_update(Xs)[0][0] == Xs[0]
    assert 0.4 < dropped.mean() < 0.6
    assert len(np.unique(dropped, axis=0)) > 8
    np.testing.assert_allclose(model.predict(Xs)[0], by_definition(model, Xs[0]), atol=2e-5)


def test_training_repeats_within_the_same_scope():
    model, Xs = maxout_encoder(), inputs()
    set_dropout_rate(model, 0.5)

    def run(step):
        with scope(seed=0, step=step):
            return np.concatenate(model.begin_update(Xs)[0])

    np.testing.assert_array_equal(run(1), run(1))
    assert (run(1) != run(2)).any()


def test_changed_weights_are_seen():
    model, Xs = maxout_encoder(), inputs()
    before = model.predict(Xs)[0]
    norm = model.layers[0].layers[1]
    affine = model.layers[0].layers[0]
    for node in (norm, affine):
        node.get_param("b")[:] += 1
        after = model.predict(Xs)[0]
        np.testing.assert_allclose(after, by_definition(model, Xs[0]), atol=2e-5)
        assert (after != before).any()
        before = after


@encoders
def test_models_are_copied_and_saved(make):
    model, Xs = make(), inputs()
    expected = model.predict(Xs)
    copied = set_ops(model.copy())
    loaded = set_ops(make()).from_bytes(model.to_bytes())
    randomise(model, seed=9)
    for each in (copied, loaded):
        for Y, Z in zip(each.predict(Xs), expected, strict=True):
            np.testing.assert_array_equal(Y, Z)


def test_dimensions_and_structure():
    model = build_maxout_window_encoder(width=8, window_size=2, maxout_pieces=3, depth=4)
    assert model.get_dim("nO") == model.get_dim("nI") == 8
    assert model.attrs["receptive_field"] == 8
    names = [node.name for node in model.walk()]
    assert names.count("maxout") == names.count("layernorm") == names.count("dropout") == 4
    model.initialize(X=inputs(3, width=8))
    assert {n.get_param("W").shape for n in model.walk() if n.name == "maxout"} == {(3, 8, 40)}
    assert build_mish_window_encoder(8, 1, 2).initialize().layers[0].layers[0].get_param("W").shape == (8, 24)


def test_no_layers_give_the_input():
    model = set_ops(build_maxout_window_encoder(4, 1, 3, 0).initialize())
    Xs = inputs()
    for Ys in (model.predict(Xs), model.begin_update(Xs)[0]):
        for X, Y in zip(Xs, Ys, strict=True):
            np.testing.assert_array_equal(X, Y)


@pytest.mark.parametrize(
    "arguments",
    [
        {"width": 0, "window_size": 1, "depth": 1},
        {"width": 4, "window_size": 0, "depth": 1},
        {"width": 4, "window_size": 1, "depth": -1},
    ],
)
def test_impossible_settings_are_refused(arguments):
    with pytest.raises(UsageError, match="must be at least"):
        build_mish_window_encoder(**arguments)
    with pytest.raises(UsageError, match="must be at least"):
        build_maxout_window_encoder(maxout_pieces=3, **arguments)
    with pytest.raises(UsageError, match="maxout_pieces"):
        build_maxout_window_encoder(4, 1, 0, 1)


def test_a_width_that_does_not_fit_is_an_error():
    with pytest.raises(KernelError, match="width 4, but the vectors that it is given have 5"):
        maxout_encoder().predict(inputs(3, width=5))
    with pytest.raises(KernelError, match="width 4"):
        build_maxout_window_encoder(4, 1, 3, 1).initialize(X=inputs(3, width=5))


@encoders
def test_a_ragged_is_read_as_the_list_of_its_parts(make):
    model, Xs = make(dtype="float64"), inputs(dtype="float64")
    ragged = Ragged(np.concatenate(Xs), np.array(LENGTHS, dtype="int32"))
    predicted = model.predict(ragged)
    assert [Y.shape for Y in predicted] == [X.shape for X in Xs]
    np.testing.assert_array_equal(np.concatenate(predicted), np.concatenate(model.predict(Xs)))
    _, backprop = model.begin_update(Xs)
    Ys, backprop_ragged = model.begin_update(ragged)
    gradient = inputs(dtype="float64", seed=1)
    dX = backprop_ragged(gradient)
    assert isinstance(dX, Ragged) and list(dX.lengths) == list(LENGTHS)
    np.testing.assert_array_equal(dX.dataXd, np.concatenate(backprop(gradient)))
    assert [len(Y) for Y in Ys] == list(LENGTHS)
    model.initialize(X=ragged)
    with pytest.raises(KernelError, match="width 4, but the vectors that it is given have 3"):
        model.predict(Ragged(np.ones((2, 3), dtype="float32"), np.array([2], dtype="int32")))


def test_rows_between_documents_are_of_the_weights_that_were_trained_with_them():
    model = padded_encoder()
    Xs = inputs()
    with_rows = model.predict(Xs)
    loaded = maxout_encoder()
    model_from_bytes(loaded, model_to_bytes(model))
    for other in (model.copy(), loaded):
        np.testing.assert_allclose(other.predict(Xs)[4], with_rows[4], atol=1e-6)
    model.attrs["padded"] = False
    without = model.predict(Xs)
    # Only the last of two layers sees something else beyond an end, and only two tokens from the ends see of it.
    same = np.isclose(with_rows[4], without[4], atol=1e-6).all(axis=1)
    assert same.tolist() == [False, True, True, True, True, True, False]
    loaded.initialize()
    assert not loaded.attrs.get("padded")
