"""Scores of categories."""

import pytest

from kernel.errors import UsageError
from kernel.scores.scorer import Scorer
from kernel.training import Example

from .helpers import doc


def cats(predicted, gold):
    x, y = doc("a"), doc("a")
    x.cats, y.cats = predicted, gold
    return Example(x, y)


def test_exclusive_categories_of_other_components_do_not_count():
    examples = [cats({"A": 0.6, "B": 0.4, "X": 0.9}, {"A": 1.0, "B": 0.0, "X": 0.0, "Y": 1.0})]
    scores = Scorer.score_cats(examples, labels=["A", "B"], multi_label=False)
    assert scores["cats_f_per_type"]["A"]["f"] == 1.0 and list(scores["cats_f_per_type"]) == ["A", "B"]
    assert scores["cats_micro_f"] == 1.0 and scores["cats_macro_f"] == 0.5
    # Neither side has B: nothing is known of it, and it counts 0 in the mean.
    assert set(scores["cats_f_per_type"]["B"].values()) == {None}


def test_exclusive_categories():
    examples = [
        cats({"A": 0.9, "B": 0.1}, {"A": 1.0, "B": 0.0}),
        cats({"A": 0.6, "B": 0.4}, {"A": 0.0, "B": 1.0}),
        cats({"A": 0.2, "B": 0.8}, {"B": 1.0}),
        # Nobody annotated it.
        cats({"A": 0.9, "B": 0.1}, {}),
        # Nothing was predicted.
        cats({}, {"A": 1.0}),
    ]
    scores = Scorer.score_cats(examples, labels=["A", "B"], multi_label=False)
    assert scores["cats_micro_p"] == pytest.approx(2 / 3) and scores["cats_micro_r"] == 0.5
    assert scores["cats_f_per_type"]["A"] == pytest.approx({"p": 0.5, "r": 0.5, "f": 0.5})
    assert scores["cats_score_desc"] == "macro F" and scores["cats_score"] == scores["cats_macro_f"]
    positive = Scorer.score_cats(examples, labels=["A", "B"], multi_label=False, positive_label="A")
    assert positive["cats_score"] == 0.5 and positive["cats_score_desc"] == "F (A)"
    with pytest.raises(UsageError, match="'C'.*A, B"):
        Scorer.score_cats(examples, labels=["A", "B"], multi_label=False, positive_label="C")


def test_independent_categories():
    examples = [
        cats({"A": 0.9, "B": 0.6}, {"A": 1.0, "B": 0.0}),
        cats({"A": 0.4, "B": 0.7}, {"A": 1.0}),
        cats({"A": 0.1, "B": 0.1}, {"A": 0.0, "B": 0.0}),
    ]
    scores = Scorer.score_cats(examples, labels=["A", "B"])
    assert scores["cats_f_per_type"]["A"] == pytest.approx({"p": 1.0, "r": 0.5, "f": 2 / 3})
    assert scores["cats_f_per_type"]["B"]["p"] == 0.0
    assert scores["cats_auc_per_type"] == {"A": 1.0, "B": None}
    # A label without positive cases has no area, and counts 0 in the mean.
    assert scores["cats_score"] == scores["cats_macro_auc"] == 0.5
    assert scores["cats_score_desc"] == "macro AUC"
    assert Scorer.score_cats(examples, labels=["A"], threshold=0.3)["cats_micro_f"] == 1.0


@pytest.mark.parametrize("multi_label", [True, False])
@pytest.mark.parametrize("gold", [{}, {"X": 1.0}])
def test_categories_that_nobody_annotated_have_no_scores(multi_label, gold):
    examples = [cats({"A": 0.9, "B": 0.1}, gold)]
    scores = Scorer.score_cats(examples, labels=["A", "B"], multi_label=multi_label)
    assert scores.pop("cats_score_desc") == ("macro AUC" if multi_label else "macro F")
    assert len(scores) == 10 and set(scores.values()) == {None}


@pytest.mark.parametrize("threshold", [None, 0.0, 0.5, 1.0])
def test_a_threshold_says_nothing_of_exclusive_categories(threshold):
    examples = [cats({"A": 0.4, "B": 0.35, "C": 0.25}, {"A": 1.0, "B": 0.0, "C": 0.0})]
    scores = Scorer.score_cats(examples, labels=["A", "B", "C"], multi_label=False, threshold=threshold)
    assert scores["cats_micro_f"] == 1.0 and scores["cats_score"] == pytest.approx(1 / 3)


@pytest.mark.parametrize("multi_label", [True, False])
def test_a_category_without_predictions_has_no_area(multi_label):
    examples = [cats({"A": 0.9}, {"A": 1.0, "B": 0.0}), cats({"A": 0.2}, {"A": 0.0, "B": 1.0})]
    scores = Scorer.score_cats(examples, labels=["A", "B"], multi_label=multi_label)
    # Not 0.5, the area of scores that are all the same.
    assert scores["cats_auc_per_type"] == {"A": 1.0, "B": None} and scores["cats_macro_auc"] == 0.5
    # It was missed, and that counts.
    assert scores["cats_f_per_type"]["B"]["r"] == 0.0


def test_an_exclusive_document_without_annotation_is_no_negative_case():
    examples = [
        cats({"A": 0.8, "B": 0.2}, {"A": 1.0}),
        cats({"A": 0.1, "B": 0.9}, {"B": 1.0}),
        cats({"A": 1.0, "B": 0.0}, {}),
    ]
    assert Scorer.score_cats(examples, labels=["A", "B"], multi_label=False)["cats_macro_auc"] == 1.0


def test_nothing_predicted_where_nothing_holds_is_not_measured():
    examples = [cats({"A": 0.1}, {"A": 0.0})]
    scores = Scorer.score_cats(examples, labels=["A"])
    assert {name: scores[name] for name in ("cats_micro_f", "cats_macro_f", "cats_score")} == dict.fromkeys(
        ("cats_micro_f", "cats_macro_f", "cats_score")
    )


# What spaCy 3.8 reports of the same documents and the labels A, B and C.
RIGHT = [({"A": 0.9, "B": 0.1, "C": 0.0}, "A"), ({"A": 0.2, "B": 0.8, "C": 0.0}, "B")]
WRONG = [({"A": 0.1, "B": 0.1, "C": 0.8}, "A"), RIGHT[1]]


@pytest.mark.parametrize("multi_label", [True, False])
@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize(("cases", "micro", "macro"), [(RIGHT, 1.0, 2 / 3), (WRONG, 0.5, 1 / 3)])
def test_means_over_labels_are_those_of_the_field(cases, micro, macro, named, multi_label):
    rest = {"C": 0.0} if named else {}
    gold = {"A": {"A": 1.0, "B": 0.0, **rest}, "B": {"A": 0.0, "B": 1.0, **rest}}
    examples = [cats(found, gold[truth]) for found, truth in cases]
    if multi_label and not named and cases is WRONG:
        # Nothing is known of C, so its prediction is not wrong.
        micro = 2 / 3
    scores = Scorer.score_cats(examples, labels=["A", "B", "C"], multi_label=multi_label)
    assert scores["cats_micro_f"] == pytest.approx(micro)
    assert scores["cats_macro_p"] == scores["cats_macro_r"] == pytest.approx(macro)
    assert scores["cats_macro_f"] == scores["cats_macro_auc"] == scores["cats_score"] == pytest.approx(macro)
    assert scores["cats_auc_per_type"]["C"] is None


def test_a_mean_of_nothing_is_not_measured():
    examples = [cats({"A": 0.9, "B": 0.1}, {"A": 1.0, "B": 0.0})]
    scores = Scorer.score_cats(examples, labels=["A", "B"])
    assert scores["cats_macro_auc"] is None and scores["cats_score"] is None
    assert scores["cats_macro_f"] == 0.5
