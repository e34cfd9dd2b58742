import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DataError, KernelWarning
from kernel.tokens import Doc
from kernel.tokens.biluo import (
    biluo_of_entities,
    biluo_tags_to_offsets,
    biluo_tags_to_spans,
    biluo_to_iob,
    doc_to_biluo_tags,
    entities_of_biluo,
    iob_to_biluo,
    offsets_to_biluo_tags,
)
from kernel.vocab import Vocab


@st.composite
def entities(draw):
    found, place = [], 0
    for _ in range(draw(st.integers(0, 4))):
        start = place + draw(st.integers(0, 2))
        place = start + draw(st.integers(1, 3))
        found.append((start, place, draw(st.sampled_from(["X", "Y-Z"]))))
    return place + draw(st.integers(0, 2)), found


@given(entities())
def test_entities_survive_both_schemes(case):
    length, found = case
    tags = biluo_of_entities(length, found)
    assert entities_of_biluo(tags) == found
    assert iob_to_biluo(biluo_to_iob(tags)) == tags


def test_the_letters():
    assert biluo_of_entities(6, [(0, 1, "A"), (2, 5, "B")]) == ["U-A", "O", "B-B", "I-B", "L-B", "O"]


def test_an_i_that_continues_nothing_opens_an_entity_in_iob():
    assert iob_to_biluo(["I-X", "I-X", "O", "I-Y", "I-X"]) == ["B-X", "L-X", "O", "U-Y", "U-X"]


@pytest.mark.parametrize(
    "tags", [["I-X"], ["B-X", "L-Y"], ["B-X", "O"], ["B-X"], ["L-X"], ["B-X", "U-X"], ["X-X"]]
)
def test_broken_biluo_is_an_error(tags):
    with pytest.raises(DataError, match="token [01]"):
        entities_of_biluo(tags)


def test_offsets_to_tags_and_back(doc):
    tags = offsets_to_biluo_tags(doc, [(6, 14, "GPE"), (0, 1, "P")])
    assert tags == ["U-P", "O", "B-GPE", "L-GPE", "O", "O", "O", "O"]
    assert biluo_tags_to_offsets(doc, tags) == [(0, 1, "P"), (6, 14, "GPE")]


def test_an_offset_in_a_space_does_not_touch_the_word_before(doc):
    with pytest.warns(KernelWarning, match="LOC ' New'"):
        tags = offsets_to_biluo_tags(doc, [(2, 5, "ACT"), (5, 9, "LOC")])
    assert tags == ["O", "U-ACT", "-", "O", "O", "O", "O", "O"]
    with pytest.warns(KernelWarning, match="LOC ' '"):
        assert offsets_to_biluo_tags(doc, [(1, 2, "LOC")]) == ["O"] * 8


def test_entities_inside_of_one_token_are_misaligned_and_not_overlapping(vocab):
    doc = Doc(vocab, words=["Paris/Rome", "now"])
    with pytest.warns(KernelWarning, match="LOC 'Paris' .* LOC 'Rome'"):
        assert offsets_to_biluo_tags(doc, [(0, 5, "LOC"), (6, 10, "LOC")]) == ["-", "O"]


def test_misaligned_offsets_are_missing_and_said(doc):
    with pytest.warns(KernelWarning, match=r"GPE 'New Yor' \(6-13\)"):
        tags = offsets_to_biluo_tags(doc, [(6, 13, "GPE")], missing="?")
    assert tags == ["?", "?", "-", "-", "?", "?", "?", "?"]


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ([(6, 14, "A"), (10, 15, "B")], r"offset 10: A 'New York' \(6-14\) and B 'York\.' \(10-15\) overlap"),
        ([(-6, 9, "A")], "from character -6 to 9 is outside of the text of 25"),
        ([(6, 6, "A")], "is outside of the text"),
        ([(1, 2)], "expected .start character, end character, label."),
        (["O", 3], "expected"),
        ([(6, 14, None)], r"offset 6: the label of an entity is a string .* not None: \(6, 14, None\)"),
        ([(6, 14, "")], "offset 6: the label of an entity is a string that is not empty, not ''"),
        ([(6, 14, 5)], "offset 6: the label of an entity is a string that is not empty, not 5"),
    ],
)
def test_impossible_offsets_are_refused(doc, given_, message):
    with pytest.raises(DataError, match=message):
        offsets_to_biluo_tags(doc, given_)


def test_tags_of_a_document(vocab):
    doc = Doc(vocab, words=list("abcd"), ents=["B-X", "I-X", "", "O"])
    assert doc_to_biluo_tags(doc) == ["B-X", "L-X", "-", "O"]


@pytest.mark.parametrize("tag", ['"', "LOC", "X-LOC", "L-LOC"])
def test_what_is_no_iob_tag_is_refused(tag):
    with pytest.raises(DataError, match="token 1: .* is not an IOB tag: O"):
        iob_to_biluo(["O", tag, "B-LOC"])
    assert iob_to_biluo(["-", "", "O", "I-LOC"]) == ["-", "", "O", "U-LOC"]


def test_tags_become_spans():
    doc = Doc(Vocab(), words=["Ada", "Lovelace", "saw", "Rome"])
    spans = biluo_tags_to_spans(doc, ["B-PER", "L-PER", "O", "U-LOC"])
    assert [(span.text, span.label_) for span in spans] == [("Ada Lovelace", "PER"), ("Rome", "LOC")]
    with pytest.raises(DataError, match="doesn't continue"):
        biluo_tags_to_spans(doc, ["I-PER", "L-PER", "O", "O"])
