"""Attributes of tokens."""

import pytest


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
