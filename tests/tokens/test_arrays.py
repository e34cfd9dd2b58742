"""Attributes as arrays."""

import numpy as np
import pytest

from kernel.errors import DataError
from kernel.tokens import Doc
from kernel.vocab.attrs import TAG


def test_arrays(doc, vocab):
    names = ["ORTH", "TAG", "HEAD", "SENT_START", "ENT_IOB", "ENT_TYPE", "LEMMA", "SPACY"]
    array = doc.to_array(names)
    assert array.shape == (8, 8) and array.dtype == np.uint64
    other = Doc(vocab, words=[token.text for token in doc]).from_array(names, array)
    assert other.to_array(names).tolist() == array.tolist()
    assert other.text == doc.text and other.ents[0].text == "New York"
    assert doc.to_array("TAG").tolist() == doc.to_array([TAG]).tolist() == array[:, 1].tolist()
    assert doc.count_by("TAG")[vocab.strings["PRP"]] == 2


def test_an_array_sets_one_attribute_and_returns_the_doc(vocab):
    doc = Doc(vocab, words=["hello", "world"])
    tags = [vocab.strings.add("A"), vocab.strings.add("B")]
    assert doc.from_array("TAG", np.array(tags, dtype="uint64")) is doc
    assert [token.tag_ for token in doc] == ["A", "B"]
    with pytest.raises(DataError, match=r"shape \(1, 1\): expected \(2, 1\)"):
        doc.from_array("TAG", np.zeros(1))


def test_heads_in_an_array_give_the_sentences(vocab):
    doc = Doc(vocab, words=list("abc")).from_array(["HEAD"], np.array([0, -1, 0]))
    assert [token.sent_start for token in doc] == [1, -1, 1]


def test_attributes_that_follow_from_the_words_are_passed_over(doc, vocab):
    names = ["ORTH", "IS_ALPHA", "SHAPE", "LENGTH", "IDX", "TAG"]
    other = Doc(vocab, words=[token.text for token in doc]).from_array(names, doc.to_array(names))
    assert [token.tag_ for token in other] == [token.tag_ for token in doc]
    assert other[0].shape_ == "X"
