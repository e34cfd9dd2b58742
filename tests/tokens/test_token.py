"""Attributes of tokens."""

import pytest

from kernel.errors import DataError, UsageError, WrongType
from kernel.tokens import Doc, Token


def test_token_attributes(doc):
    token = doc[0]
    assert (token.tag_, token.pos_, token.lemma_, token.dep_, str(token.morph)) == (
        "PRP",
        "PRON",
        "I",
        "nsubj",
        "Number=Sing|Person=1",
    )
    assert token.pos == 95
    assert token.lower_ == "i" and token.shape_ == "X" and token.is_alpha and token.is_upper
    assert (doc[2].ent_iob_, doc[2].ent_type_, doc[0].ent_iob_) == ("B", "GPE", "O")
    assert doc[-1].text == "!" and doc[0].nbor().text == "saw"
    with pytest.raises(IndexError):
        doc[8]


def test_token_attributes_can_be_set(doc):
    doc[1].tag_ = "VB"
    doc[1].lemma_ = "to see"
    doc[1].set_morph({"Tense": "Past"})
    doc[1].norm_ = "see"
    assert (doc[1].tag_, doc[1].lemma_, doc[1].norm_) == ("VB", "to see", "see")
    assert doc[1].morph.get("Tense") == ["Past"] and doc[1].morph.to_dict() == {"Tense": "Past"}
    assert doc[0].tag_ == "PRP" and doc[2].norm_ == "new"


def test_tokens_are_ordered_by_place(doc):
    assert doc[0] < doc[1] <= doc[1] < doc[2] and doc[2] > doc[1] >= doc[1]
    assert sorted([doc[2], doc[0], doc[1]]) == list(doc[0:3])
    assert doc[0] > None and doc[0] >= None and not doc[0] < None


def test_only_coarse_tags_are_a_pos(doc):
    doc[0].pos_ = "NOUN"
    doc[1].pos_ = ""
    assert (doc[0].pos_, doc[1].pos_) == ("NOUN", "")
    for set_it in (lambda: setattr(doc[0], "pos_", "FAKE"), lambda: Doc(doc.vocab, ["a"], pos=["FAKE"])):
        with pytest.raises(
            DataError, match="'FAKE' is not a coarse part-of-speech tag: expected one of ADJ, ADP"
        ):
            set_it()
    assert doc[0].pos_ == "NOUN"


def test_the_first_token_starts_a_sentence_whatever_is_said(plain):
    # As in a loop over all tokens.
    for token in plain:
        token.is_sent_start = token.i == 2
    assert [token.is_sent_start for token in plain] == [True, False, True, False, False, False]
    plain[0].is_sent_start = None
    plain[1].sent_start = 0
    assert plain[0].is_sent_start and plain[1].is_sent_start is None
    assert [sent.text for sent in plain.sents] == ["I like", "New York in Autumn"]


def test_the_trees_of_a_text_decide_where_its_sentences_start(vocab):
    doc = Doc(vocab, words=list("abcd"), heads=[1, 1, 3, 3], deps=["x", "ROOT", "x", "ROOT"])
    starts = [token.sent_start for token in doc]
    for at, value in ((1, True), (2, False), (2, None), (3, True)):
        with pytest.raises(UsageError, match=f"has trees.*token {at}") as error:
            doc[at].is_sent_start = value
        assert "before the parser" in error.value.hint
    with pytest.raises(UsageError, match="has trees"):
        doc[1].sent_start = 1
    # What is so already can be said again.
    for token in doc:
        token.is_sent_start = token.i == 2
    assert [token.sent_start for token in doc] == starts
    assert [sent.text for sent in doc.sents] == ["a b", "c d"]


def test_features_can_be_copied(doc):
    doc[1].morph = doc[0].morph
    assert str(doc[1].morph) == "Number=Sing|Person=1" and doc[1].morph.to_json() == str(doc[0].morph)


def test_what_numbers_of_entity_tags_mean(doc):
    assert [Token.iob_strings()[token.ent_iob] for token in doc[1:4]] == ["O", "B", "I"]


def test_what_the_word_form_says(doc):
    doc.vocab["saw"].prob = -7
    doc.vocab.set_vector("saw", [1, 2])
    assert (doc[1].prob, doc[1].rank, doc[0].prob) == (-7, 0, -20)
    assert doc[0].rank == doc.vocab["I"].rank == 2**64 - 1


TEXTS = ["tag_", "pos_", "lemma_", "dep_", "ent_type_", "ent_id_", "ent_kb_id_", "norm_"]


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("value", [5, 1.5, True, float("nan"), b"x", ["x"]])
def test_an_attribute_that_is_a_text_takes_texts_only(doc, name, value):
    before = getattr(doc[2], name)
    with pytest.raises(WrongType, match="is no text"):
        setattr(doc[2], name, value)
    assert getattr(doc[2], name) == before


@pytest.mark.parametrize("name", [name for name in TEXTS if name != "norm_"])
def test_none_clears_an_attribute(doc, name):
    setattr(doc[2], name, None)
    assert getattr(doc[2], name) == "" and getattr(doc[2], name[:-1]) == 0


@pytest.mark.parametrize("value", [1.5, True, -1, 1 << 64, None, ["x"]])
def test_a_number_of_a_string_is_one(doc, value):
    with pytest.raises(WrongType, match="is no text, and no number of one"):
        doc[2].lemma = value
    doc[2].lemma = doc.vocab.strings.add("york")
    assert doc[2].lemma_ == "york"


def test_a_head_is_a_token(doc):
    with pytest.raises(WrongType, match="the head of a token is a token, not 1"):
        doc[0].head = 1
