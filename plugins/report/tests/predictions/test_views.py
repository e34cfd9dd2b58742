"""What templates are given of kept predictions."""

import pytest
from kernel_report.predictions.views import Piece, matrix, phrase, row, side


def said(how, gold, predicted):
    return "".join(text for text, _ in phrase(how, gold, predicted))


@pytest.mark.parametrize(
    ("group", "wanted"),
    [
        (("missed", "ORG", None), "ORG missed"),
        (("extra", None, "ORG"), "ORG where there is none"),
        (("label", "ORG", "PER"), "ORG taken for PER"),
        (("label", "ORG", ""), "ORG taken for (no value)"),
        (("missed", "x" * 1000, None), "x" * 200 + "… missed"),
        (("borders", "ORG", "ORG"), "ORG with other borders"),
        (("label and borders", "ORG", "PER"), "ORG taken for PER, with other borders"),
        (("head", "obj", "obj"), "obj with another head"),
        (("label and head", "obj", "obl"), "obj taken for obl, with another head"),
        (("tokens", "NN", None), "NN, on tokens with other borders"),
        (("of later", "A", "B"), "A: of later"),
    ],
)
def test_errors_in_words(group, wanted):
    assert said(*group) == wanted


@pytest.mark.parametrize(
    ("counts", "figures", "why"),
    [
        (("A", 4, 2, 1, 1, 3), (0.5, 0.25, pytest.approx(1 / 3)), ""),
        (("A", 0, 2, 0, 2, 0), (0.0, None, None), "no gold"),
        (("A", 3, 0, 0, 0, 3), (None, 0.0, 0.0), "never predicted"),
        (("A", 0, 0, 0, 0, 0), (None, None, None), "no gold, not predicted"),
    ],
)
def test_figures_that_cannot_be_had_say_why(counts, figures, why):
    made = row(counts)
    assert made.figures == figures and made.why == why


def test_a_text_in_pieces():
    marks = [[4, 7, "B", False, True], [0, 3, "A", True, False]]
    found = side("abc def.", marks)
    assert list(found.pieces) == [
        Piece("abc", "A", True, False),
        Piece(" "),
        Piece("def", "B", False),
        Piece("."),
    ]
    assert "".join(piece.text for piece in found.pieces) == "abc def." and not found.listed


def test_other_errors_beside_the_one_that_is_shown_are_told_apart():
    assert [Piece("x", "A", *of).css for of in ((True, False), (False, True), (False, False))] == [
        "right",
        "wrong",
        "wrong beside",
    ]


def test_marks_over_each_other_are_listed():
    found = side("abc def", [[0, 7, "A", True, True], [4, 7, "B", False, False]])
    assert list(found.pieces) == [Piece("abc def")]
    assert list(found.listed) == [Piece("abc def", "A", True), Piece("def", "B", False, False)]


def test_several_labels_of_one_part_are_together():
    found = side("abc", [[0, 3, "A", False, True], [0, 3, "B", False, False]])
    assert list(found.pieces) == [Piece("abc", "A + B", False)]


def test_the_table_of_confusions():
    kept = {
        "labels": ["A", "B"],
        "others": 0,
        "cells": [[3, 1, 0, 0], [0, 0, 0, 2], [0] * 4, [0, 5, 0, 0]],
        "borders": [1, 0, 0, 0],
    }
    found = matrix(kept)
    assert found.columns == ["A", "B", "none"]
    assert found.rows[0] == ("A", [(3, 6, True), (1, 2, False), (0, 0, False)], 1)
    assert found.rows[2] == ("none", [(0, 0, False), (5, 9, False), (0, 0, True)], 0)
    assert found.has_borders
    assert matrix({**kept, "labels": ["A"]}) is None
