"""Counts of right and wrong, and the curve of a classifier."""

import json
import pickle

import pytest

from kernel.scores.counts import Share
from kernel.scores.scorer import PRFScore, ROCAUCScore
from kernel.state import copied
from kernel.training.encoding import Arrays, encode


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


def test_a_share_knows_its_counts():
    score = PRFScore(tp=2, fp=1, fn=2)
    assert [(each.part, each.whole) for each in (score.precision, score.recall, score.fscore)] == [
        (2, 3),
        (2, 4),
        (4, 7),
    ]
    assert (Share(0, 0), Share(0, 3)) == (0.0, 0.0)
    copy = pickle.loads(pickle.dumps(score.recall))
    assert (copy, copy.part, copy.whole) == (0.5, 2, 4)
    assert json.dumps(score.to_dict()) == json.dumps({"p": 2 / 3, "r": 0.5, "f": 4 / 7})


def test_the_state_of_a_run_has_plain_numbers():
    kept = copied({"best": Share(1, 2)}, "a callback")
    assert type(kept["best"]) is float
    assert type(encode(Share(1, 2), Arrays())) is float
