"""Cross-entropy over all tokens of a batch, against thinc's."""

import numpy as np
import pytest
from kernel_components.losses import MISSING, cross_entropy, excluded
from thinc.api import NumpyOps, SequenceCategoricalCrossentropy

from kernel.testing.device import StandInOps

LABELS = ["A", "B", "C"]
OPS = NumpyOps()


def probabilities(rows):
    values = np.random.default_rng(0).random((rows, len(LABELS))).astype("float32")
    return values / values.sum(axis=1, keepdims=True)


def reference(guesses, truths, smoothing):
    loss = SequenceCategoricalCrossentropy(
        names=LABELS, normalize=False, neg_prefix="!", missing_value="", label_smoothing=smoothing
    )
    gradient, value = loss([guesses], [truths])
    return value, gradient[0]


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_gold_and_missing_labels(smoothing):
    guesses = probabilities(5)
    gold = np.array([0, MISSING, 2, 2, 1], dtype=np.int32)
    loss, gradient = cross_entropy(OPS, guesses, gold, smoothing)
    expected_loss, expected = reference(guesses, ["A", "", "C", "C", "B"], smoothing)
    assert np.allclose(gradient, expected, atol=1e-6)
    assert loss == pytest.approx(expected_loss, rel=1e-5)


def test_labels_known_to_be_wrong():
    guesses = probabilities(3)
    gold = np.array([excluded(0), 1, excluded(2)], dtype=np.int32)
    loss, gradient = cross_entropy(OPS, guesses, gold)
    expected_loss, expected = reference(guesses, ["!A", "B", "!C"], 0.0)
    assert np.allclose(gradient, expected, atol=1e-6)
    assert loss == pytest.approx(expected_loss, rel=1e-5)


def test_another_device_computes_the_same():
    device, guesses = StandInOps(), probabilities(4)
    gold = np.array([excluded(0), 1, MISSING, 2], dtype=np.int32)
    expected_loss, expected = cross_entropy(OPS, guesses, gold, 0.1)
    loss, gradient = cross_entropy(device, device.asarray(guesses), gold, 0.1)
    assert loss == pytest.approx(expected_loss)
    assert np.allclose(device.to_numpy(gradient), expected)


def test_smoothing_leaves_a_label_known_to_be_wrong_at_zero():
    guesses = probabilities(1)
    _, gradient = cross_entropy(OPS, guesses, np.array([excluded(1)], dtype=np.int32), 0.2)
    assert gradient.tolist() == [[0.0, guesses[0, 1], 0.0]]


def test_probabilities_stay_as_they_are():
    guesses = probabilities(2)
    kept = guesses.copy()
    cross_entropy(OPS, guesses, np.array([0, MISSING], dtype=np.int32))
    assert np.array_equal(guesses, kept)


def test_no_rows_no_loss():
    loss, gradient = cross_entropy(OPS, probabilities(0), np.zeros(0, dtype=np.int32))
    assert loss == 0.0 and gradient.shape == (0, 3)


@pytest.mark.parametrize("smoothing", [-0.1, 0.7, 1.0])
def test_smoothing_must_leave_the_gold_label_the_likeliest(smoothing):
    with pytest.raises(ValueError, match="label_smoothing is .*must be from 0 to below 0.667"):
        cross_entropy(OPS, probabilities(1), np.zeros(1, dtype=np.int32), smoothing)
