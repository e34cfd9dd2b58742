"""What the tests of embeddings and encoders share."""

import numpy as np
import pytest

from kernel.numeric.random import scope
from kernel.tokens import Doc
from kernel.vocab import Vocab

WORDS = [
    "the",
    "cat",
    "sat",
    "on",
    "The",
    "mat",
    ",",
    "naïve",
    "12th",
    "of",
    "日本",
    "a",
    "an",
    "Apple",
    "apples",
    "running",
    "ran",
    "!",
]


@pytest.fixture
def vocab():
    return Vocab()


@pytest.fixture
def vectors(vocab):
    """Three word vectors of width 6."""
    rng = np.random.default_rng(3)
    for word in ("cat", "the", "running"):
        vocab.set_vector(word, rng.normal(size=6).astype("float32"))
    return vocab.vectors


@pytest.fixture
def make_docs(vocab):
    def make(*lengths, seed=0):
        rng = np.random.default_rng(seed)
        return [Doc(vocab, words=[WORDS[i] for i in rng.integers(0, len(WORDS), n)]) for n in lengths]

    return make


def randomise(model, dtype="float32", seed=0):
    """Give every parameter arbitrary values of a type, so that nothing is zero or one by chance."""
    rng = np.random.default_rng(seed)
    for node in model.walk():
        for name in node.param_names:
            shape = node.get_param(name).shape
            node.set_param(name, (rng.normal(size=shape) * 0.5).astype(dtype))
    return model


def check_gradients(model, inputs, *, X=None, step=1e-6, tolerance=1e-7, entries=8):
    """Compare gradients with central differences, for the loss sum(output * weights), in double precision.

    X: list of input arrays whose gradient is checked too. Dropout masks repeat because every pass opens the same scope.
    """
    rng = np.random.default_rng(1)
    flat = lambda arrays: np.concatenate([np.asarray(each).ravel() for each in arrays])
    with scope(seed=0):
        outputs, backprop = model.begin_update(inputs)
    weights = [rng.normal(size=each.shape) for each in outputs]
    d_inputs = backprop(weights)

    def loss():
        with scope(seed=0):
            return float(flat(model.begin_update(inputs)[0]) @ flat(weights))

    checked = [
        (node, name, node.get_grad(name).copy())
        for node in model.walk()
        for name in node.param_names
        if node.has_grad(name)
    ]
    assert checked
    for node, name, expected in checked:
        value = node.get_param(name)
        assert value.dtype == np.float64
        likely = np.flatnonzero(expected) if expected.any() else np.arange(value.size)
        for i in rng.choice(likely, size=min(entries, len(likely)), replace=False):
            changed = []
            for sign in (1, -1):
                moved = value.copy()
                moved.ravel()[i] += sign * step
                node.set_param(name, moved)
                changed.append(loss())
            node.set_param(name, value)
            difference = (changed[0] - changed[1]) / (2 * step)
            assert difference == pytest.approx(expected.ravel()[i], rel=tolerance, abs=tolerance), (
                node.name,
                name,
            )
    for array, expected in zip(X or [], d_inputs, strict=True):
        for i in rng.choice(array.size, size=min(entries, array.size), replace=False):
            before = array.ravel()[i]
            changed = []
            for sign in (1, -1):
                array.ravel()[i] = before + sign * step
                changed.append(loss())
            array.ravel()[i] = before
            difference = (changed[0] - changed[1]) / (2 * step)
            assert difference == pytest.approx(expected.ravel()[i], rel=tolerance, abs=tolerance)
