import tracemalloc

import numpy as np
import pytest
from kernel_components.arc_eager import RIGHT, Constraints, Gold, Moves, decode, learn, recall
from kernel_components.arc_eager.learn import cut_length

from . import trees
from .trees import LAYOUTS


@pytest.mark.parametrize("layout", LAYOUTS)
def test_learning_passes_a_gradient_for_every_state(layout):
    rng = np.random.default_rng(0)
    moves = trees.moves_of(3)
    gold, constraints = trees.batch(rng, [5, 0, 1, 30], 3)
    for cut in (0, 1, 10, 100, 2**31, 10**20):
        scores = trees.TableScores(rng, constraints.n, layout, len(moves))
        loss, backprop = learn(scores, constraints, gold, moves, cut)
        backprop()
        assert loss > 0
        (d_scores,) = scores.passed
        assert d_scores.shape[1] == len(moves)
        np.testing.assert_allclose(d_scores.sum(axis=1), 0, atol=1e-5)


def test_batches_without_tokens():
    moves = Moves.from_counts({"dep": 0}, {"dep": 0})
    scores = trees.TableScores(np.random.default_rng(0), 0, LAYOUTS[0], len(moves))
    assert not len(decode(scores, Constraints([0, 0]), moves).heads)
    assert not len(decode(scores, Constraints([]), moves).heads)
    assert learn(scores, Constraints([0]), Gold.join([]), moves, 100)[0] == 0


def chain(n):
    """Every token hangs on the one before, so that the stack gets as deep as the document is long."""
    heads = np.maximum(np.arange(n) - 1, 0)
    return Gold(heads, np.zeros(n, dtype=np.int64), np.full(n, -1, dtype=np.int8))


class Attaching(trees.TableScores):
    """Likes RIGHT most, as the gold path of a chain does."""

    def __init__(self, n, moves, at_once):
        super().__init__(np.random.default_rng(0), n, LAYOUTS[0], len(moves), spread=0, at_once=at_once)
        self.weights[0, :, moves.action == RIGHT] = 1
        self.scored = 0

    def score(self, ids):
        self.scored += len(ids)
        return super().score(ids)


def test_time_and_memory_of_a_chain_are_proportional_to_its_length():
    moves, by_length = trees.moves_of(1), {}
    for n in (1000, 4000):
        gold, constraints = Gold.join([chain(n)]), Constraints([n])
        scores = Attaching(n, moves, at_once=200)
        tracemalloc.start()
        found = decode(scores, constraints, moves)
        loss, _ = learn(scores, constraints, gold, moves, 20)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert found.heads.tolist() == gold.heads.tolist()
        assert loss > 0
        by_length[n] = np.array([scores.scored, peak]) / n
    assert (by_length[4000] < 1.3 * by_length[1000]).all()


def test_paths_are_cut_to_multiples_of_the_distance_of_kept_states():
    for cut in (1, 2, 7, 8, 50, 100, 333):
        drawn = {cut_length(cut) for _ in range(200)}
        for every, length in drawn:
            assert length % every == 0
            assert cut / 2 <= length <= cut
        assert len(drawn) >= min(cut, 4) // 2
    assert cut_length(0) == (0, 0)


def test_the_gold_path_of_a_document_is_gone_once():
    gold = chain(30)
    kept = gold.path(None, 4, 10)
    assert gold.path(None, 4, 10) is kept
    assert gold.path(np.zeros(30, dtype=np.int8), 4, 10) is kept
    given = np.zeros(30, dtype=np.int8)
    given[7] = 1
    assert gold.path(given, 4, 10) is not kept


def test_a_teacher_is_asked_of_the_states_of_the_pupil():
    rng = np.random.default_rng(0)
    moves = trees.moves_of(2)
    constraints = Constraints([5, 0, 12])
    scores, taught = (trees.TableScores(rng, 17, LAYOUTS[0], len(moves)) for _ in range(2))
    classes = np.arange(1, len(moves))
    loss, backprop = recall(scores, taught, constraints, moves, classes, 0.5)
    backprop()
    (d_scores,) = scores.passed
    assert loss > 0
    assert not d_scores[:, 0].any()
    assert float(np.vdot(d_scores, d_scores)) == pytest.approx(0.25 * loss, rel=1e-5)
    taught.weights = scores.weights
    assert recall(scores, taught, constraints, moves, classes, 1.0)[0] == 0
