"""Scores: what is counted, what is left out, what they are called."""

import pytest

from kernel.errors import UsageError
from kernel.scores.scorer import PRFScore, ROCAUCScore, Scorer
from kernel.tokens import Doc, Span
from kernel.training import Example
from kernel.vocab import Vocab

VOCAB = Vocab()


def doc(words, **annotations):
    words = words.split() if isinstance(words, str) else words
    return Doc(VOCAB, words=words, spaces=[True] * len(words), **annotations)


def pair(predicted, reference):
    return Example(predicted, reference)


def cats(predicted, gold):
    x, y = doc("a"), doc("a")
    x.cats, y.cats = predicted, gold
    return Example(x, y)


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


def test_tokenization():
    wrong = pair(doc(["ab", "c", "d"]), Doc(VOCAB, words=["ab", "cd"], spaces=[True, True]))
    wrong = Example(Doc(VOCAB, words=["ab", "c", "d"], spaces=[True, False, True]), wrong.reference)
    scores = Scorer.score_tokenization([wrong])
    # c and d lie in one gold token each; only ab has the right offsets.
    assert scores == pytest.approx({"token_acc": 1.0, "token_p": 1 / 3, "token_r": 1 / 2, "token_f": 0.4})
    merged = Example(wrong.reference, wrong.predicted)
    assert Scorer.score_tokenization([merged])["token_acc"] == 0.5
    unknown = pair(doc("a b"), Doc(VOCAB, words=["a", "b"]))
    assert Scorer.score_tokenization([unknown]) == dict.fromkeys(
        ["token_acc", "token_p", "token_r", "token_f"]
    )


def test_whitespace_tokens_are_no_tokens():
    x = Doc(VOCAB, words=["a", "  ", "b"], spaces=[True, False, False])
    assert Scorer.score_tokenization([Example(x, x.copy())])["token_acc"] == 1.0


@pytest.mark.parametrize("getter", [None, lambda token, attr: token.tag_])
def test_token_attributes(getter):
    options = {} if getter is None else {"getter": getter}
    examples = [
        pair(doc("a b c d", tags=["N", "V", "N", "X"]), doc("a b c d", tags=["N", "N", "N", ""])),
        pair(doc("a b", tags=["N", ""]), doc("a b", tags=["N", "V"])),
    ]
    # Right: 3. Wrong: V for N, nothing for V. The gold value of d is missing.
    assert Scorer.score_token_attr(examples, "tag", **options)["tag_acc"] == pytest.approx(3 / 5)
    assert Scorer.score_token_attr([], "tag", **options) == {"tag_acc": None}
    unannotated = [pair(doc("a", tags=["N"]), doc("a"))]
    assert Scorer.score_token_attr(unannotated, "tag", **options) == {"tag_acc": None}


def test_token_attributes_with_other_tokens():
    gold = Doc(VOCAB, words=["ab", "c"], spaces=[True, False], tags=["N", "V"])
    split = Doc(VOCAB, words=["a", "b", "c"], spaces=[False, True, False], tags=["N", "N", "V"])
    # Both halves say the same of one gold token.
    assert Scorer.score_token_attr([Example(split, gold)], "tag")["tag_acc"] == 1.0
    half = Doc(VOCAB, words=["a", "b", "c"], spaces=[False, True, False], tags=["N", "V", "V"])
    assert Scorer.score_token_attr([Example(half, gold)], "tag")["tag_acc"] == pytest.approx(4 / 5)
    merged = Doc(VOCAB, words=["ab c"], spaces=[False], tags=["N"])
    assert Scorer.score_token_attr([Example(merged, gold)], "tag")["tag_acc"] == 0.0


def test_single_features():
    examples = [
        pair(
            doc("a b", morphs=["Case=Nom|Number=Sing", "Case=Acc"]),
            doc("a b", morphs=["Case=Nom|Number=Plur", ""]),
        )
    ]
    scores = Scorer.score_token_attr_per_feat(examples, "morph", getter=lambda token, attr: str(token.morph))
    assert scores["morph_micro_f"] == 0.5
    assert scores["morph_per_feat"]["Case"]["f"] == 1.0 and scores["morph_per_feat"]["Number"]["f"] == 0.0
    empty = Scorer.score_token_attr_per_feat([], "morph")
    assert empty == {
        "morph_micro_p": None,
        "morph_micro_r": None,
        "morph_micro_f": None,
        "morph_per_feat": None,
    }


def test_entities():
    examples = [
        pair(
            doc("a b c d", ents=["B-X", "I-X", "O", "B-Y"]), doc("a b c d", ents=["B-X", "I-X", "B-Y", "O"])
        ),
        # Not annotated: nothing said about it counts.
        pair(doc("a", ents=["B-X"]), doc("a")),
        # The annotation of b is missing: a prediction there is neither right nor wrong.
        pair(doc("a b", ents=["O", "B-X"]), doc("a b", ents=["O", ""])),
    ]
    scores = Scorer.score_ents(examples)
    assert (scores["ents_p"], scores["ents_r"], scores["ents_f"]) == (0.5, 0.5, 0.5)
    assert scores["ents_per_type"] == {
        "X": {"p": 1.0, "r": 1.0, "f": 1.0},
        "Y": {"p": 0.0, "r": 0.0, "f": 0.0},
    }
    assert Scorer.score_ents([]) == dict.fromkeys(["ents_p", "ents_r", "ents_f", "ents_per_type"])


def test_entities_that_the_tokens_cannot_express_count_as_missed():
    gold = Doc(VOCAB, words=["ab", "c"], spaces=[False, False], ents=["B-X", "O"])
    merged = Doc(VOCAB, words=["abc"], spaces=[False], ents=["B-X"])
    scores = Scorer.score_ents([Example(merged, gold)])
    assert (scores["ents_p"], scores["ents_r"]) == (0.0, 0.0)


def test_spans_may_overlap():
    x, y = doc("a b c"), doc("a b c")
    x.spans["sc"] = [Span(x, 0, 2, "A"), Span(x, 1, 3, "B")]
    y.spans["sc"] = [Span(y, 0, 2, "A"), Span(y, 1, 2, "B")]

    def getter(doc, attr):
        return doc.spans.get("sc", [])

    scores = Scorer.score_spans([Example(x, y)], "spans_sc", getter=getter, allow_overlap=True)
    assert (scores["spans_sc_p"], scores["spans_sc_r"]) == (0.5, 0.5)
    assert scores["spans_sc_per_type"]["A"]["f"] == 1.0 and scores["spans_sc_per_type"]["B"]["f"] == 0.0
    bare = Scorer.score_spans([], "spans_sc", getter=getter)
    assert bare == {"spans_sc_p": None, "spans_sc_r": None, "spans_sc_f": None, "spans_sc_per_type": None}


def test_sentences_are_spans_without_labels():
    examples = [
        pair(doc("a b c", sent_starts=[True, False, True]), doc("a b c", sent_starts=[True, True, False])),
        pair(doc("a b", sent_starts=[True, False]), doc("a b")),
    ]
    scores = Scorer.score_spans(
        examples,
        "sents",
        getter=lambda doc, attr: doc.sents,
        has_annotation=lambda doc: doc.has_annotation("SENT_START"),
        labeled=False,
    )
    assert scores == {"sents_p": 0.0, "sents_r": 0.0, "sents_f": 0.0}


def test_predictions_without_sentences_are_no_spans():
    gold = doc(["a", "b"], sent_starts=[1, -1])
    scores = Scorer.score_spans(
        [pair(doc(["a", "b"]), gold)],
        "sents",
        getter=lambda doc, attr: doc.sents,
        has_annotation=lambda doc: doc.has_annotation("SENT_START"),
        labeled=False,
    )
    assert (scores["sents_p"], scores["sents_r"]) == (0.0, 0.0)


def test_exclusive_categories_of_other_components_do_not_count():
    examples = [cats({"A": 0.6, "B": 0.4, "X": 0.9}, {"A": 1.0, "B": 0.0, "X": 0.0, "Y": 1.0})]
    scores = Scorer.score_cats(examples, labels=["A", "B"], multi_label=False)
    assert scores["cats_f_per_type"]["A"]["f"] == 1.0 and list(scores["cats_f_per_type"]) == ["A", "B"]
    assert scores["cats_micro_f"] == 1.0 and scores["cats_macro_f"] == 0.5


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
    # A label without positive cases counts as 0 in the mean.
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
