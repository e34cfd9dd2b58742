"""What differs between gold and predicted annotations, as data and as a picture."""

import pytest

from kernel import displacy
from kernel.errors import UsageError
from kernel.tokens import Doc, Span
from kernel.training import Example

from .browser import by_class, check_harmless, text_of


def example(vocab, gold, predicted, words=("Ada", "met", "Bo", "in", "Rome")):
    """Entities of both, as (start, end, label)."""
    docs = []
    for spans in (predicted, gold):
        docs.append(Doc(vocab, words))
        docs[-1].set_ents([Span(docs[-1], *span) for span in spans])
    return Example(*docs)


def kinds(parsed, name="entities"):
    return [
        (each["start"], each["end"], each["label"], each["kind"]) for each in parsed["groups"][name]["spans"]
    ]


def test_right_missed_and_wrong(vocab):
    case = example(
        vocab,
        [(0, 1, "PERSON"), (2, 3, "PERSON"), (4, 5, "GPE")],
        [(0, 1, "PERSON"), (2, 3, "ORG"), (3, 5, "GPE")],
    )
    parsed = displacy.parse_differences(case)
    assert kinds(parsed) == [
        (0, 3, "PERSON", "right"),
        (8, 10, "ORG", "wrong"),
        (8, 10, "PERSON", "missed"),
        (11, 18, "GPE", "wrong"),
        (14, 18, "GPE", "missed"),
    ]
    markup = displacy.render(case, style="diff")
    root = check_harmless(markup)
    labels = [text_of(each) for each in by_class(root, "span-label")]
    assert sorted(labels) == ["+ GPE", "+ ORG", "− GPE", "− PERSON", "✓ PERSON"]
    assert "entities: ✓ 1 right, − 2 missed, + 2 wrong" in text_of(root)
    assert "dashed" in markup and "double" in markup, "not by colour alone"


def test_what_is_not_annotated_is_neither_right_nor_wrong(vocab):
    case = example(vocab, [], [(0, 1, "PERSON"), (4, 5, "GPE")])
    case.reference.set_ents([], missing=[Span(case.reference, 4, 5)], default="outside")
    assert [kind for *_, kind in kinds(displacy.parse_differences(case))] == ["wrong", "unknown"]


def test_predictions_that_reach_into_what_is_not_annotated_are_unknown(vocab):
    words = ["w"] * 12
    gold, predicted = Doc(vocab, words=words), Doc(vocab, words=words)
    gold.set_ents([Span(gold, 4, 6, "A")], outside=[gold[0:4], gold[8:12]], default="missing")
    predicted.ents = [Span(predicted, *ends, "A") for ends in ((0, 2), (3, 4), (5, 7), (7, 8), (8, 9))]
    spans = displacy.parse_differences(Example(predicted, gold))["groups"]["entities"]["spans"]
    found = {(span["start"] // 2, span["kind"]) for span in spans}
    assert found == {(0, "wrong"), (3, "wrong"), (4, "missed"), (5, "unknown"), (7, "unknown"), (8, "wrong")}


def test_tokens_may_differ(vocab):
    gold = Doc(vocab, ["New", "York-based"], [True, False])
    predicted = Doc(vocab, ["New", "York", "-", "based"], [True, False, False, False])
    gold.spans["sc"] = [Span(gold, 0, 2, "X")]
    predicted.spans["sc"] = [Span(predicted, 0, 2, "X")]
    parsed = displacy.parse_differences(Example(predicted, gold))
    assert parsed["groups"]["spans sc"]["tokens"] == ["New", " ", "York", "-", "based"]
    assert kinds(parsed, "spans sc") == [(0, 8, "X", "wrong"), (0, 14, "X", "missed")]
    other = Doc(vocab, ["New", "Jersey"])
    with pytest.raises(UsageError, match="different texts"):
        displacy.parse_differences(Example(other, gold))


def test_trees_are_drawn_by_sentences_with_the_arcs_of_both(vocab):
    words = ["I", "ran", "It", "rains", "now"]
    gold = Doc(vocab, words, heads=[1, 1, 3, 3, 3], deps=["nsubj", "ROOT", "nsubj", "ROOT", "advmod"])
    predicted = Doc(vocab, words, heads=[1, 1, 3, 3, 3], deps=["obj", "ROOT", "nsubj", "ROOT", "advmod"])
    first, second = displacy.parse_differences(Example(predicted, gold))["trees"]
    assert [(arc["label"], arc["kind"]) for arc in first["arcs"]] == [("nsubj", "missed"), ("obj", "wrong")]
    assert [(arc["start"], arc["end"], arc["kind"]) for arc in second["arcs"]] == [
        (0, 1, "right"),
        (1, 2, "right"),
    ]
    across = Doc(vocab, words, heads=[1, 1, 3, 1, 3], deps=["nsubj", "ROOT", "nsubj", "conj", "advmod"])
    (whole,) = displacy.parse_differences(Example(across, gold))["trees"]
    assert [word["text"] for word in whole["words"]] == words
    labels = [
        text_of(each)
        for each in by_class(
            check_harmless(displacy.render(Example(across, gold), style="diff")), "displacy-label"
        )
    ]
    assert sorted(labels) == ["+ conj", "✓ advmod", "✓ nsubj", "✓ nsubj"]


@pytest.mark.parametrize(
    ("gold", "predicted", "marked"),
    [
        ({"a": 1.0, "b": 0.0}, {"a": 0.4, "b": 0.3}, []),
        ({"a": 1.0, "b": 0.0}, {"a": 0.4, "b": 0.6}, ["b", "a"]),
        ({"a": 1.0, "b": 1.0}, {"a": 0.4, "b": 0.6}, ["a"]),
        ({"a": 0.0}, {"a": 0.7, "new": 0.1}, ["a"]),
    ],
)
def test_categories(vocab, gold, predicted, marked):
    docs = [Doc(vocab, ["x"]) for _ in range(2)]
    docs[0].cats, docs[1].cats = predicted, gold
    drawn = check_harmless(displacy.render(Example(*docs), style="diff"))
    assert [text_of(each).strip() for each in by_class(drawn, "text")] == ["x"]
    rows = by_class(drawn, "category")
    assert [text_of(row[0]) for row in rows if "≠" in text_of(row)] == marked


def test_nothing_to_compare(vocab):
    docs = [Doc(vocab, ["<x>"]) for _ in range(2)]
    assert "nothing to compare" in text_of(check_harmless(displacy.render(Example(*docs), style="diff")))
