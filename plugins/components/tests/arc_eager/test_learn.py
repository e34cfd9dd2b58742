import numpy as np
import pytest
from kernel_components.arc_eager import Constraints, Gold, Moves, decode, learn

from . import trees


@pytest.mark.parametrize("n_slots", [8, 13])
def test_learning_passes_a_gradient_for_every_state(n_slots):
    rng = np.random.default_rng(0)
    moves = trees.moves_of(3)
    gold, constraints = trees.batch(rng, [5, 0, 1, 30], 3)
    for cut in (0, 1, 10, 100, 2**31, 10**20):
        scores = trees.TableScores(rng, constraints.n, n_slots, len(moves))
        loss, backprop = learn(scores, constraints, gold, moves, cut)
        backprop()
        assert loss > 0
        (d_scores,) = scores.passed
        assert d_scores.shape[1] == len(moves)
        np.testing.assert_allclose(d_scores.sum(axis=1), 0, atol=1e-5)


def test_batches_without_tokens():
    moves = Moves.from_counts({"dep": 0}, {"dep": 0})
    scores = trees.TableScores(np.random.default_rng(0), 0, 8, len(moves))
    assert not len(decode(scores, Constraints([0, 0]), moves).heads)
    assert not len(decode(scores, Constraints([]), moves).heads)
    assert learn(scores, Constraints([0]), Gold.join([]), moves, 100)[0] == 0
