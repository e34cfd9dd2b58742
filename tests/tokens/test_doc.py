import gc
import weakref

import numpy as np
import pytest

from kernel.errors import DataError, WrongType
from kernel.tokens import Doc
from kernel.vocab import Vocab
from kernel.vocab.attrs import SENT_START, TAG


def test_words_without_spaces_are_joined_by_spaces(vocab):
    doc = Doc(vocab, words=["a", "b"])
    assert doc.text == "a b " and doc.has_unknown_spaces


def test_words_with_spaces(doc):
    assert doc.text == "I saw New York. It rains!"
    assert [token.text_with_ws for token in doc] == ["I ", "saw ", "New ", "York", ". ", "It ", "rains", "!"]
    assert [token.idx for token in doc] == [0, 2, 6, 10, 14, 16, 19, 24]
    assert not doc.has_unknown_spaces


def test_an_empty_document(vocab):
    doc = Doc(vocab)
    assert (len(doc), doc.text, doc.ents, list(doc), doc.vector.tolist()) == (0, "", (), [], [])
    assert list(doc.sents) == []
    assert doc.has_annotation("TAG")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"spaces": [True]}, "2 words, but 1 spaces"),
        ({"tags": ["A"]}, "2 words, but 1 tag"),
        ({"heads": [0]}, "2 words, but 1 heads"),
        ({"heads": [0, 2]}, "the head of token 1 is token 2, outside the text"),
        ({"heads": [1, 0]}, "cycle"),
        ({"ents": ["O", "X"]}, "token 1: 'X' is not an entity tag"),
        ({"sent_starts": [True]}, "2 words, but 1 sent_starts"),
        ({"sent_starts": [1, 5]}, "5 is not a sentence start"),
    ],
)
def test_annotations_that_do_not_fit_are_refused(vocab, arguments, message):
    with pytest.raises(DataError, match=message):
        Doc(vocab, words=["a", "b"], **arguments)


def test_sentences_from_starts(vocab):
    doc = Doc(vocab, words=list("abcd"), sent_starts=[None, False, True, None])
    assert [sent.text for sent in doc.sents] == ["a b", "c d"]
    assert [token.is_sent_start for token in doc] == [True, False, True, None]
    doc[3].is_sent_start = True
    assert len(list(doc.sents)) == 3


def test_no_sentences_is_an_error_that_says_what_to_do(vocab):
    with pytest.raises(
        DataError,
        match=r"a component that sets them \(parser, senter, sentencizer\), in training also to annotating_components",
    ):
        Doc(vocab, words=["a", "b"]).sents  # noqa: B018


def test_has_annotation(doc, vocab):
    assert all(doc.has_annotation(name) for name in ("TAG", "HEAD", "DEP", "SENT_START", "ENT_IOB", "MORPH"))
    bare = Doc(vocab, words=["a", "b"], tags=["X", ""])
    assert bare.has_annotation("TAG") and not bare.has_annotation("TAG", require_complete=True)
    assert not bare.has_annotation("SENT_START") and not bare.has_annotation("ENT_IOB")


def test_columns_exist_once_they_are_set(vocab):
    doc = Doc(vocab, words=["a"])
    assert not doc.columns
    doc.set_column(SENT_START, np.array([1]))
    assert set(doc.columns) == {SENT_START}
    with pytest.raises(DataError, match="2 values for 1 tokens"):
        doc.set_column(TAG, np.zeros(2))


def test_documents_are_freed_at_once(doc):
    doc.spans["x"] = [doc[0:1]]
    assert doc.ents and list(doc.sents) and doc[0].text
    copy = doc.copy()
    gone = weakref.ref(copy)
    gc.disable()
    try:
        del copy
        assert gone() is None
    finally:
        gc.enable()


def test_noun_chunks_need_a_rule(doc):
    with pytest.raises(DataError, match="noun chunks"):
        doc.noun_chunks  # noqa: B018
    doc.vocab.get_noun_chunks = lambda doc: [(2, 4, 0)]
    assert [(chunk.text, chunk.label_) for chunk in doc.noun_chunks] == [("New York", "NP")]


def test_words_of_two_vocabs_have_the_same_numbers():
    assert Doc(Vocab(), ["same"])[0].orth == Doc(Vocab(), ["other", "same"])[1].orth


@pytest.mark.parametrize("number", [int, np.uint64])
def test_features_by_their_number(vocab, number):
    doc = Doc(vocab, ["a"])
    doc[0].set_morph(number(vocab.strings.add("Number=Sing|Case=Nom")))
    assert str(doc[0].morph) == "Case=Nom|Number=Sing"
    doc[0].set_morph(number(0))
    assert not doc[0].has_morph()


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (7777, "the number 7777 can't .*: no string has that number"),
        (5, "the number 5 can't .*: it is that of 'IS_PUNCT'"),
        (True, "not bool"),
        ([1], "not list"),
    ],
)
def test_what_is_no_features_is_refused(vocab, features, message):
    doc = Doc(vocab, ["a"], morphs=["Case=Nom"])
    with pytest.raises(DataError, match=message):
        doc[0].set_morph(features)
    assert str(doc[0].morph) == "Case=Nom"


@pytest.mark.parametrize("name", ["tags", "pos", "morphs", "lemmas", "deps"])
def test_annotations_are_strings_or_missing(vocab, name):
    with pytest.raises(DataError, match="of word 1 is 5: expected a string or None"):
        Doc(vocab, ["a", "b", "c"], **{name: ["NOUN", 5, None]})
    attr = {"tags": "TAG", "morphs": "MORPH", "lemmas": "LEMMA", "deps": "DEP"}.get(name, "POS")
    assert Doc(vocab, ["a", "b"], **{name: ["NOUN", None]}).to_array(attr)[1] == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["a", ""], "word 1 is empty"),
        (["a", None], "word 1 is None"),
        ([1], "word 0 is 1"),
        ([b"a"], "word 0 is b'a'"),
    ],
)
def test_words_are_texts_that_are_not_empty(words, message):
    with pytest.raises(DataError if "" in words else WrongType, match=message):
        Doc(Vocab(), words=words)
