"""Scores of trees."""

import pytest

from kernel.scores.scorer import Scorer

from .helpers import doc, pair


def test_parses():
    gold = doc("a b c .", heads=[1, 1, 1, 1], deps=["det", "ROOT", "obj", "punct"])
    found = doc("a b c .", heads=[1, 1, 0, 1], deps=["DET", "ROOT", "obj", "PUNCT"])
    scores = Scorer.score_deps([pair(found, gold)])
    assert scores["dep_uas"] == pytest.approx(2 / 3) and scores["dep_las"] == pytest.approx(2 / 3)
    assert scores["dep_las_per_type"]["det"]["f"] == 1.0 and "punct" not in scores["dep_las_per_type"]
    labels = doc("a b c .", heads=[1, 1, 1, 1], deps=["nsubj", "ROOT", "obj", "punct"])
    scores = Scorer.score_deps([pair(labels, gold)])
    assert scores["dep_uas"] == 1.0 and scores["dep_las"] == pytest.approx(2 / 3)
    assert Scorer.score_deps([]) == {"dep_uas": None, "dep_las": None, "dep_las_per_type": None}


def test_missing_arcs_of_one_document_do_not_hide_those_of_the_next():
    missing = doc("a b", heads=[0, 0], deps=["ROOT", ""])
    full = doc("a b", heads=[0, 0], deps=["ROOT", "obj"])
    wrong = doc("a b", heads=[0, 1], deps=["ROOT", "ROOT"])
    assert Scorer.score_deps([pair(full.copy(), missing), pair(wrong, full)])["dep_uas"] == pytest.approx(
        2 / 3
    )
