"""Counts of right and wrong, and the curve of a classifier."""

import pytest

from kernel.scores.scorer import PRFScore, ROCAUCScore


def test_precision_recall_and_f():
    score = PRFScore(tp=2, fp=1, fn=2)
    assert score.precision == pytest.approx(2 / 3) and score.recall == 0.5
    assert score.fscore == pytest.approx(4 / 7)
    assert len(score) == 5
    score += PRFScore(tp=1)
    assert (score + PRFScore(fn=1)).to_dict() == pytest.approx({"p": 3 / 4, "r": 3 / 6, "f": 6 / 10})
    empty = PRFScore()
    assert empty.to_dict() == {"p": 0.0, "r": 0.0, "f": 0.0} and len(empty) == 0
    empty.score_set({1, 2}, {2, 3})
    assert (empty.tp, empty.fp, empty.fn) == (1, 1, 1)


def test_roc_auc():
    auc = ROCAUCScore()
    for score, gold in [(0.1, 0), (0.4, 0), (0.35, 1), (0.8, 1)]:
        auc.score_set(score, gold)
    assert auc.score == pytest.approx(0.75)
    ties = ROCAUCScore()
    for gold in (0, 1, 0, 1):
        ties.score_set(0.5, gold)
    assert ties.score == pytest.approx(0.5)
    single = ROCAUCScore()
    single.score_set(0.5, 1)
    assert not single.is_binary()
    with pytest.raises(ValueError, match="positive and negative"):
        _ = single.score
