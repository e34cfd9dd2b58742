import gc
import weakref

import numpy as np
import pytest

from kernel.errors import DataError, UsageError
from kernel.tokens import Doc, Span
from kernel.vocab import Vocab
from kernel.vocab.attrs import ENT_IOB, ENT_TYPE, SENT_START, TAG


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


def test_the_tree(doc):
    assert doc[2].head.text == "York"
    assert [token.text for token in doc[1].children] == ["I", "York", "."]
    assert [token.text for token in doc[1].lefts] == ["I"] and doc[1].n_rights == 2
    assert [token.text for token in doc[3].subtree] == ["New", "York"]
    assert [token.text for token in doc[2].ancestors] == ["York", "saw"]
    assert doc[1].is_ancestor(doc[2]) and not doc[6].is_ancestor(doc[2])
    assert (doc[1].left_edge.i, doc[1].right_edge.i) == (0, 4)
    assert doc[2:4].root.text == "York" and [token.i for token in doc[3:5].subtree] == [2, 3, 4]


def test_sentences_follow_from_heads(doc):
    assert [sent.text for sent in doc.sents] == ["I saw New York.", "It rains!"]
    assert doc[3].sent.text == "I saw New York." and doc[6].sent.start == 5
    assert [token.is_sent_start for token in doc][4:6] == [False, True]
    assert doc[4].is_sent_end and doc[7].is_sent_end


def test_sentences_from_starts(vocab):
    doc = Doc(vocab, words=list("abcd"), sent_starts=[None, False, True, None])
    assert [sent.text for sent in doc.sents] == ["a b", "c d"]
    assert [token.is_sent_start for token in doc] == [True, False, True, None]
    doc[3].is_sent_start = True
    assert len(list(doc.sents)) == 3


def test_no_sentences_is_an_error_that_says_what_to_do(vocab):
    with pytest.raises(DataError, match="sentencizer"):
        Doc(vocab, words=["a", "b"]).sents  # noqa: B018


def test_has_annotation(doc, vocab):
    assert all(doc.has_annotation(name) for name in ("TAG", "HEAD", "DEP", "SENT_START", "ENT_IOB", "MORPH"))
    bare = Doc(vocab, words=["a", "b"], tags=["X", ""])
    assert bare.has_annotation("TAG") and not bare.has_annotation("TAG", require_complete=True)
    assert not bare.has_annotation("SENT_START") and not bare.has_annotation("ENT_IOB")


def test_spans(doc):
    span = doc[2:4]
    assert (span.text, span.start_char, span.end_char, len(span)) == ("New York", 6, 14, 2)
    assert span[1].text == "York" and span[-1].text == "York" and span[1:].text == "York"
    assert doc[3:1].text == "" and doc[-2:].text == "rains!"
    assert span.text_with_ws == "New York" and doc[0:1].text_with_ws == "I "
    assert span == doc[2:4] and span != doc[2:5] and len({span, doc[2:4]}) == 1
    assert span.lemma_ == "New York" and span.ents == doc.ents and span.sent.start == 0
    with pytest.raises(DataError):
        Span(doc, 3, 9)


@pytest.mark.parametrize(
    ("start", "end", "mode", "text"),
    [
        (6, 14, "strict", "New York"),
        (6, 13, "strict", None),
        (6, 15, "strict", "New York."),
        (7, 14, "contract", "York"),
        (7, 9, "contract", None),
        (7, 12, "expand", "New York"),
        (5, 6, "strict", None),
        (0, 25, "strict", "I saw New York. It rains!"),
        (0, 26, "strict", None),
        (-1, 3, "expand", None),
        (3, 3, "expand", None),
        (1, 4, "expand", "saw"),
        (1, 2, "expand", None),
    ],
)
def test_char_span(doc, start, end, mode, text):
    span = doc.char_span(start, end, label="L", alignment_mode=mode)
    assert (span.text if span is not None else None) == text
    assert span is None or span.label_ == "L"


def test_entities(doc):
    (ent,) = doc.ents
    assert (ent.text, ent.label_, ent.start_char, ent.end_char) == ("New York", "GPE", 6, 14)
    doc.ents = [Span(doc, 5, 6, label="X", kb_id="Q1", span_id="7"), ("Y", 0, 2)]
    assert [(ent.text, ent.label_, ent.kb_id_, ent.id_) for ent in doc.ents] == [
        ("I saw", "Y", "", ""),
        ("It", "X", "Q1", "7"),
    ]
    assert [token.ent_iob_ for token in doc] == ["B", "I", "O", "O", "O", "B", "O", "O"]


def test_entities_as_tuples(doc):
    strings = doc.vocab.strings
    label, kb_id, span_id = (strings.add(text) for text in ("GPE", "Q60", "e1"))
    for entity, ids in [
        (("GPE", 2, 4), ("", "")),
        (("GPE", "Q60", 2, 4), ("Q60", "")),
        ((span_id, kb_id, label, np.int64(2), np.int64(4)), ("Q60", "e1")),
    ]:
        doc.ents = [entity]
        assert [(ent.text, ent.label_, (ent.kb_id_, ent.id_)) for ent in doc.ents] == [
            ("New York", "GPE", ids)
        ]
    for wrong in [("GPE", 2), ("GPE", 2, 4, "Q60")]:
        with pytest.raises(DataError, match="is not an entity: expected"):
            doc.ents = [wrong]


def test_heads_with_an_error_change_nothing(doc):
    heads = [token.head.i for token in doc]
    with pytest.raises(DataError, match="cycle"):
        doc[1].head = doc[0]
    with pytest.raises(DataError, match="outside the text"):
        doc.from_array("HEAD", np.full(len(doc), 9))
    with pytest.raises(DataError, match="whole numbers"):
        doc.from_array("HEAD", np.zeros(len(doc)))
    assert [token.head.i for token in doc] == heads
    assert [sent.start for sent in doc.sents] == [0, 5]


def test_the_sentence_of_a_span(doc):
    assert [token.sent.start for token in doc] == [0] * 5 + [5] * 3
    assert (doc[4:6].sent.start, doc[8:8].sent.start) == (0, 5)
    assert len(Doc(doc.vocab)[0:0].sent) == 0


def test_neighbouring_entities_of_one_label_stay_apart(vocab):
    doc = Doc(vocab, words=list("abcd"), ents=["B-X", "I-X", "B-X", "I-Y"])
    assert [(ent.text, ent.label_) for ent in doc.ents] == [("a b", "X"), ("c", "X"), ("d", "Y")]


def test_set_ents_defaults(doc):
    doc.set_ents([("X", 3, 5)], default="unmodified")
    assert [(ent.text, ent.label_) for ent in doc.ents] == [("New", "GPE"), ("York.", "X")]
    doc.set_ents([("X", 0, 1)], missing=[doc[1:3]], blocked=[doc[3:4]], default="outside")
    assert [token.ent_iob for token in doc] == [3, 0, 0, 3, 2, 2, 2, 2]
    assert [ent.text for ent in doc.ents] == ["I"]
    doc.set_ents([], default="missing")
    assert not doc.has_annotation("ENT_IOB")


def test_overlapping_entities_are_refused_with_their_offsets(doc):
    with pytest.raises(
        DataError, match=r"offset 10: GPE 'New York' \(6-14\) and X 'York\.' \(10-15\) overlap"
    ):
        doc.ents = [("GPE", 2, 4), ("X", 3, 5)]
    with pytest.raises(DataError, match="no label"):
        doc.ents = [doc[2:4]]
    with pytest.raises(DataError, match="is outside of the text of 8 tokens"):
        doc.ents = [("X", 7, 9)]


def test_components_set_entities_as_columns(doc):
    label = doc.vocab.strings.add("NEW")
    iob = np.array([3, 1, 2, 2, 2, 2, 2, 2], dtype=np.int8)
    types = np.array([label, label, 0, 0, 0, 0, 0, 0], dtype=np.uint64)
    for spans in (None, [(0, 2, label)]):
        doc.set_entity_columns(iob, types, spans)
        assert [(ent.text, ent.label_) for ent in doc.ents] == [("I saw", "NEW")]
    assert doc.has_annotation(ENT_IOB) and doc.has_annotation(ENT_TYPE)


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


def test_columns_exist_once_they_are_set(vocab):
    doc = Doc(vocab, words=["a"])
    assert not doc.columns
    doc.set_column(SENT_START, np.array([1]))
    assert set(doc.columns) == {SENT_START}
    with pytest.raises(DataError, match="2 values for 1 tokens"):
        doc.set_column(TAG, np.zeros(2))


def test_span_groups(doc):
    doc.spans["sc"] = [doc[0:2], Span(doc, 1, 4, label="X")]
    group = doc.spans["sc"]
    assert [(span.text, span.label_) for span in group] == [("I saw", ""), ("saw New York", "X")]
    assert group.has_overlap and group.name == "sc" and len(group) == 2
    group.attrs["scores"] = [0.1, 0.9]
    assert doc.spans["sc"].attrs == {"scores": [0.1, 0.9]}
    group.append(doc[6:7])
    assert len(doc.spans["sc"]) == 3
    assert list(doc.spans) == ["sc"] and "other" not in doc.spans
    assert list(doc.spans.setdefault("other", [])) == []
    with pytest.raises(DataError, match="another document"):
        doc.spans["x"] = [Doc(doc.vocab, words=["a"])[0:1]]


def test_a_group_keeps_its_document_alive(vocab):
    group = Doc(vocab, words=["a", "b"]).spans
    group["x"] = [group.doc[0:1]]
    assert group["x"][0].text == "a"


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


def test_extension_attributes(doc):
    Doc.set_extension("topic", default=None)
    Doc.set_extension("notes", default=[])
    Doc.set_extension("size", getter=len)
    Doc.set_extension("first", method=lambda doc, n: doc[:n].text)
    try:
        doc._.topic = "weather"
        doc._.notes.append("x")
        assert (doc._.topic, doc._.notes, doc._.size, doc._.first(2)) == ("weather", ["x"], 8, "I saw")
        assert Doc(doc.vocab)._.notes == []
        assert doc._.has("topic") and doc._.get("topic") == "weather"
        with pytest.raises(UsageError, match="already"):
            Doc.set_extension("topic", default=1)
        Doc.set_extension("topic", default=1, force=True)
        with pytest.raises(AttributeError, match="no setter"):
            doc._.size = 3
        with pytest.raises(AttributeError, match="set_extension"):
            doc._.unknown  # noqa: B018
    finally:
        for name in ("topic", "notes", "size", "first"):
            Doc.remove_extension(name)
    assert not Doc.has_extension("topic")


def test_extension_attributes_of_spans_and_tokens(doc):
    from kernel.tokens import Token

    Span.set_extension("good", default=False)
    Token.set_extension("rank", default=0)
    try:
        doc[2:4]._.good = True
        doc[2]._.rank = 5
        assert doc[2:4]._.good and not doc[2:5]._.good
        assert [token._.rank for token in doc][1:4] == [0, 5, 0]
    finally:
        Span.remove_extension("good")
        Token.remove_extension("rank")


@pytest.mark.parametrize(
    "wrong", [{"default": 1, "getter": len}, {"setter": print}, {"getter": 5}, {"default": 1, "method": len}]
)
def test_contradictory_extensions_are_refused(wrong):
    with pytest.raises(UsageError):
        Doc.set_extension("wrong", **wrong)


def test_noun_chunks_need_a_rule(doc):
    with pytest.raises(DataError, match="noun chunks"):
        doc.noun_chunks  # noqa: B018
    doc.vocab.get_noun_chunks = lambda doc: [(2, 4, 0)]
    assert [(chunk.text, chunk.label_) for chunk in doc.noun_chunks] == [("New York", "NP")]


def test_words_of_two_vocabs_have_the_same_numbers():
    assert Doc(Vocab(), ["same"])[0].orth == Doc(Vocab(), ["other", "same"])[1].orth
