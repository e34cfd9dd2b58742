"""Scores of tokens and of their attributes."""

import pytest

from kernel.scores.scorer import Scorer
from kernel.tokens import Doc
from kernel.training import Example

from .helpers import VOCAB, doc, pair


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
    assert Scorer.score_token_attr_per_feat(examples, "morph") == scores
    by_number = lambda token, attr: token.morph.key
    assert Scorer.score_token_attr_per_feat(examples, "morph", getter=by_number) == scores
    empty = Scorer.score_token_attr_per_feat([], "morph")
    assert empty == {
        "morph_micro_p": None,
        "morph_micro_r": None,
        "morph_micro_f": None,
        "morph_per_feat": None,
    }


def test_a_feature_is_right_with_all_its_values():
    examples = [
        pair(doc("a b", morphs=["Case=Acc", "Case=Acc,Nom"]), doc("a b", morphs=["Case=Acc,Nom"] * 2))
    ]
    assert Scorer.score_token_attr_per_feat(examples, "morph")["morph_per_feat"] == {
        "Case": {"p": 0.5, "r": 0.5, "f": 0.5}
    }


def test_features_with_other_tokens():
    gold = Doc(VOCAB, words=["ab", "c"], spaces=[True, False], morphs=["A=1", "B=1"])
    halves = Doc(VOCAB, words=["a", "b", "c"], spaces=[False, True, False], morphs=["A=1", "A=2", ""])
    scores = Scorer.score_token_attr_per_feat([Example(halves, gold)], "morph")
    assert scores["morph_per_feat"] == {
        "A": pytest.approx({"p": 1 / 2, "r": 1.0, "f": 2 / 3}),
        "B": {"p": 0.0, "r": 0.0, "f": 0.0},
    }
    merged = Doc(VOCAB, words=["ab c"], spaces=[False], morphs=["A=1"])
    assert Scorer.score_token_attr_per_feat([Example(merged, gold)], "morph")["morph_micro_r"] == 0.0
