import numpy as np
import pytest
from kernel_components.transitions import gradient


def test_it_is_the_derivative_of_the_likelihood_of_the_cheapest_actions():
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(40, 6))
    costs = rng.choice([0, 1, 9000], size=(40, 6)).astype(np.int16)
    costs[:, 0] = rng.choice([0, 1], size=40)
    wanted = costs <= costs.min(axis=1, keepdims=True)

    def objective(values):
        p = np.exp(values)
        return -np.log((p * wanted).sum(axis=1) / p.sum(axis=1)).sum()

    found, loss = gradient(scores, costs)
    assert loss == pytest.approx((found**2).sum())
    for at in np.ndindex(scores.shape):
        step = np.zeros_like(scores)
        step[at] = 1e-6
        slope = (objective(scores + step) - objective(scores - step)) / 2e-6
        assert found[at] == pytest.approx(slope, abs=1e-7)


def test_states_without_a_cheap_action_teach_nothing():
    costs = np.array([[2, 9000], [9000, 9000], [0, 2]], dtype=np.int16)
    found, loss = gradient(np.zeros((3, 2)), costs)
    np.testing.assert_allclose(found, [[0, 0], [0, 0], [-0.5, 0.5]])
    assert loss == 0.5


def test_masked_classes_teach_nothing():
    lowest = np.finfo("float32").min
    scores = np.array([[lowest, 0, 0], [lowest, 1, 0]], dtype="float32")
    found, _ = gradient(scores, np.array([[0, 1, 1], [1, 0, 1]], dtype=np.int16))
    assert not found[0].any()
    assert found[1, 0] == 0


def test_a_batch_without_states():
    found, loss = gradient(np.zeros((0, 4), "float32"), np.zeros((0, 4), np.int16))
    assert found.shape == (0, 4)
    assert loss == 0
