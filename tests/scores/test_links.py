"""Scores of links, counted by hand."""

import pytest

from kernel.scores.links import score_links
from kernel.scores.scorer import Scorer
from kernel.tokens import Doc, Span
from kernel.training import Example
from kernel.vocab import Vocab


def example(gold, predicted, label="L"):
    """One entity for each id; None for an entity that is not there."""
    docs = []
    for ids in (predicted, gold):
        doc = Doc(Vocab(), words=["w"] * len(gold))
        doc.ents = [
            Span(doc, place, place + 1, label=label, kb_id=kb_id)
            for place, kb_id in enumerate(ids)
            if kb_id is not None
        ]
        docs.append(doc)
    return Example(*docs)


def score(*examples):
    return score_links(examples, negative_labels=["NIL"])


def test_right_and_wrong_links():
    found = score(example(["Q1", "Q2", "Q3", "Q4"], ["Q1", "Q9", "NIL", ""]))
    assert found["nel_micro_p"] == pytest.approx(1 / 2) and found["nel_micro_r"] == pytest.approx(1 / 4)
    assert found["nel_score"] == found["nel_micro_f"] == pytest.approx(2 / 6)
    assert found["nel_score_desc"] == "micro F"


def test_only_entities_on_both_sides_count():
    found = score(example(["Q1", None, "Q3"], ["Q1", "Q2", None]))
    assert found["nel_micro_f"] == 1


def test_no_link_on_either_side_is_neither_right_nor_wrong():
    found = score(example(["Q1", "NIL", "", "NIL"], ["Q1", "", "NIL", "NIL"]))
    assert found["nel_micro_p"] == found["nel_micro_r"] == 1
    wrong = score(example(["Q1", "NIL", ""], ["Q1", "Q2", "Q3"]))
    assert wrong["nel_micro_p"] == pytest.approx(1 / 3) and wrong["nel_micro_r"] == 1


def test_means_over_labels():
    found = score(example(["Q1", "Q2"], ["Q1", "Q2"], "A"), example(["Q1", "Q2"], ["Q9", "Q9"], "B"))
    assert found["nel_f_per_type"] == {"A": {"p": 1, "r": 1, "f": 1}, "B": {"p": 0, "r": 0, "f": 0}}
    assert found["nel_macro_f"] == found["nel_macro_p"] == found["nel_macro_r"] == 0.5


def test_what_nobody_has_linked_is_not_scored():
    for examples in ((), (example(["", ""], ["Q1", "Q2"]),), (example(["NIL"], ["NIL"]),)):
        found = score(*examples)
        assert {found[f"nel_{kind}_{key}"] for kind in ("micro", "macro") for key in "prf"} == {None}
        assert found["nel_score"] is None and found["nel_f_per_type"] is None


def test_the_scorer_has_it():
    assert Scorer.score_links([example(["Q1"], ["Q1"])], negative_labels=[])["nel_micro_f"] == 1
