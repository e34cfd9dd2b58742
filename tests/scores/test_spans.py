"""Scores of spans."""

from kernel.scores.scorer import Scorer
from kernel.tokens import Doc, Span
from kernel.training import Example

from .helpers import VOCAB, doc, pair


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
