"""Counts, confusions and states of documents that were counted by hand."""

import pytest
from kernel_report.predictions.categories import Categories
from kernel_report.predictions.entities import Entities
from kernel_report.predictions.pairing import pair
from kernel_report.predictions.span_group import SpanGroup
from kernel_report.predictions.tally import GROUPS, LABELS, MATRIX, TYPICAL, Tally
from kernel_report.predictions.token_values import TokenValues

from kernel.tokens import Doc, Span
from kernel.training import Example

WORDS = ["Ann", "Lee", "met", "Bo", "in", "New", "York", "City", "today", "."]


def entities(vocab, gold, found, words=WORDS):
    docs = []
    for spans in (found, gold):
        doc = Doc(vocab, words=words)
        doc.set_ents([Span(doc, start, end, label=label) for label, start, end in spans], default="outside")
        docs.append(doc)
    return Example(*docs)


def tally_of(kind, examples, **settings):
    tally = Tally(kind, **settings)
    for example in examples:
        tally.add(example)
    return tally.result()


def rows(result):
    return {row[0]: tuple(row[1:]) for row in result["labels"]}


def test_each_kind_of_error_of_entities(vocab):
    gold = [("PER", 0, 2), ("PER", 3, 4), ("LOC", 5, 8), ("DATE", 8, 9)]
    found = [("PER", 0, 2), ("ORG", 3, 4), ("LOC", 6, 8), ("ORG", 9, 10)]
    result = tally_of(Entities(["PER", "ORG", "LOC", "DATE", "NORP"]), [entities(vocab, gold, found)])
    # Gold, predicted, right, wrong, missed.
    assert rows(result) == {
        "PER": (2, 1, 1, 0, 1),
        "LOC": (1, 1, 0, 1, 1),
        "DATE": (1, 0, 0, 0, 1),
        "ORG": (0, 2, 0, 2, 0),
        "NORP": (0, 0, 0, 0, 0),
    }
    assert result["total"] == [4, 4, 1, 3, 3]
    assert sorted(map(tuple, result["confusions"]), key=repr) == sorted(
        [
            ("label", "PER", "ORG", 1),
            ("borders", "LOC", "LOC", 1),
            ("missed", "DATE", None, 1),
            ("extra", None, "ORG", 1),
        ],
        key=repr,
    )
    matrix = result["matrix"]
    assert matrix["labels"] == ["ORG", "PER", "DATE", "LOC"]
    nothing = len(matrix["labels"]) + 1
    cells = {
        (gold, found): count
        for gold, line in enumerate(matrix["cells"])
        for found, count in enumerate(line)
        if count
    }
    assert cells == {(1, 1): 1, (1, 0): 1, (2, nothing): 1, (nothing, 0): 1}
    assert matrix["borders"] == [0, 0, 0, 1, 0, 0]
    assert result["errors"] == 4 and result["no_gold"] is None


@pytest.mark.parametrize(
    ("gold", "found", "wanted"),
    [
        ([("A", 0, 2)], [("A", 1, 2)], [("borders", "A", "A")]),
        ([("A", 0, 2)], [("B", 1, 3)], [("label and borders", "A", "B")]),
        # The one that shares more; with equal parts the one with the same label.
        ([("A", 0, 1), ("B", 1, 3)], [("A", 0, 3)], [("label and borders", "B", "A"), ("missed", "A", None)]),
        ([("A", 0, 1), ("B", 1, 2)], [("B", 0, 2)], [("borders", "B", "B"), ("missed", "A", None)]),
        # Two predictions on one gold entity: one of them is none.
        ([("A", 0, 3)], [("A", 0, 1), ("A", 2, 3)], [("borders", "A", "A"), ("extra", None, "A")]),
        ([], [("A", 0, 1)], [("extra", None, "A")]),
        ([("A", 4, 5)], [("A", 0, 1)], [("extra", None, "A"), ("missed", "A", None)]),
    ],
)
def test_which_prediction_goes_with_which_gold_span(vocab, gold, found, wanted):
    doc = Doc(vocab, words=WORDS)
    assert [error[:3] for error in pair(doc, gold, found)] == wanted


def test_places_of_errors_are_those_of_the_text(vocab):
    doc = Doc(vocab, words=WORDS)
    (error,) = pair(doc, [("LOC", 5, 8)], [("LOC", 6, 9)])
    assert doc.text[error.start : error.end] == "New York City today"


def test_no_gold_has_a_reason(vocab):
    bare = [Example(Doc(vocab, words=WORDS), Doc(vocab, words=WORDS)) for _ in range(3)]
    result = tally_of(Entities(["PER"]), bare)
    assert result["no_gold"] == "None of the 3 documents has annotated entities."
    assert result["annotated"] == 0 and result["documents"] == 3
    assert tally_of(SpanGroup("sc"), bare[:1])["no_gold"] == "The document has no spans of the group 'sc'."
    assert tally_of(TokenValues("tag"), [])["no_gold"] == "There are no documents."


def test_annotated_documents_without_entities_are_gold(vocab):
    result = tally_of(Entities(), [entities(vocab, [], [("PER", 0, 1)])])
    assert result["no_gold"] is None
    assert rows(result) == {"PER": (0, 1, 0, 1, 0)}


def test_categories_by_hand(vocab):
    def example(gold, found):
        docs = [Doc(vocab, words=["x"]) for _ in range(2)]
        docs[0].cats, docs[1].cats = found, gold
        return Example(*docs)

    given = [
        example({"A": 1.0, "B": 0.0}, {"A": 0.9, "B": 0.1}),
        example({"A": 0.0, "B": 1.0}, {"A": 0.8, "B": 0.2}),
        example({}, {"A": 0.8, "B": 0.2}),
    ]
    result = tally_of(Categories(["A", "B"], is_exclusive=True), given)
    assert rows(result) == {"A": (1, 2, 1, 1, 0), "B": (1, 0, 0, 0, 1)}
    assert [tuple(row) for row in result["confusions"]] == [("label", "B", "A", 1)]
    assert result["annotated"] == 2
    (worst,) = result["worst"]
    assert worst["gold_labels"] == ["B"]
    assert worst["predicted_labels"] == ["A 0.80", "B 0.20 (not predicted)"]
    several = tally_of(Categories(["A", "B"], is_exclusive=False, threshold=0.15), given)
    assert rows(several) == {"A": (1, 2, 1, 1, 0), "B": (1, 1, 1, 0, 0)}


def test_the_worst_documents_come_first_and_are_few(vocab):
    examples = [
        entities(vocab, [], [("A", place, place + 1) for place in range(number % 7)]) for number in range(50)
    ]
    result = tally_of(Entities(), examples, worst=4)
    assert [one["errors"] for one in result["worst"]] == [6, 6, 6, 6]
    assert tally_of(Entities(), examples, worst=0)["worst"] == []


def test_five_hundred_labels_stay_within_bounds(vocab):
    words = [f"w{number}" for number in range(500)]
    gold = [(f"L{number}", number, number + 1) for number in range(500)]
    found = [(f"L{(number * 7) % 500}", number, number + 1) for number in range(500)]
    example = entities(vocab, gold, found, words)
    result = tally_of(Entities(), [example])
    assert len(result["labels"]) == 500 <= LABELS
    assert len(result["confusions"]) == GROUPS
    assert result["confusions_left_out"] == [result["errors"] - GROUPS, result["errors"] - GROUPS]
    assert len(result["typical"]) == TYPICAL
    assert len(result["matrix"]["labels"]) == MATRIX
    assert sum(map(sum, result["matrix"]["cells"])) == 500
    many = [entities(vocab, [(f"M{number}", 0, 1)], []) for number in range(LABELS + 10)]
    assert tally_of(Entities(), many)["labels_left_out"] == 10


def test_a_long_text_is_cut_around_its_errors(vocab):
    words = ["word"] * 3000
    example = entities(vocab, [("PER", 2500, 2501)], [("ORG", 2500, 2501)], words)
    result = tally_of(Entities(), [example])
    (shown,) = result["typical"][0]["examples"]
    assert len(shown["text"]) <= 340 and shown["is_cut"] == [True, True]
    ((start, end, label, is_right, is_meant),) = shown["gold"]
    assert (shown["text"][start:end], label, is_right, is_meant) == ("word", "PER", False, True)
    assert shown["predicted"] == [[start, end, "ORG", False, True]]


def test_the_part_of_a_document_with_most_errors_is_shown(vocab):
    words = ["word"] * 1000
    gold = [("A", 10, 11), *(("B", place, place + 1) for place in range(800, 820))]
    shown = tally_of(Entities(), [entities(vocab, gold, [], words)])["worst"][0]
    assert {mark[2] for mark in shown["gold"]} == {"B"} and len(shown["gold"]) == 20
    assert shown["errors"] == 21
