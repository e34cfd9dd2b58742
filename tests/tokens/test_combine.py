import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DataError
from kernel.tokens import Doc, Span
from kernel.vocab import Vocab

from .strategies import content, docs

VOCAB = Vocab()


@given(docs(VOCAB))
def test_a_copy_is_equal_and_independent(doc):
    before = content(doc)
    copy = doc.copy()
    assert content(copy) == before
    if len(copy):
        copy[0].tag_ = "changed"
        copy[0].norm_ = "changed"
        copy.ents = [("NEW", 0, 1)]
    copy.cats["new"] = 1.0
    copy.spans["new"] = []
    assert content(doc) == before


@given(st.lists(docs(VOCAB), min_size=1, max_size=3))
def test_concatenation_keeps_tokens_and_annotations(parts):
    whole = Doc.from_docs(parts, ensure_whitespace=False)
    if not any(doc.has_unknown_spaces for doc in parts):
        assert whole.text == "".join(doc.text for doc in parts)
    assert [token.text for token in whole] == [token.text for doc in parts for token in doc]
    assert [token.tag_ for token in whole] == [token.tag_ for doc in parts for token in doc]
    assert [ent.label_ for ent in whole.ents] == [ent.label_ for doc in parts for ent in doc.ents]


def test_annotations_to_keep_can_be_named(doc):
    both = Doc.from_docs([doc, doc], attrs=["TAG", "LEMMA"])
    assert both[1].tag_ == "VBD" and both[9].lemma_ == "see"
    assert not both.has_annotation("DEP") and both.ents == ()


def test_nothing_concatenated_is_nothing():
    assert Doc.from_docs([]) is None


def test_documents_of_different_generations_combine():
    vocab = Vocab()
    first = Doc(vocab, ["a", "b"], lemmas=["la", "lb"], ents=["B-X", "O"])
    vocab.new_generation()
    second = Doc(vocab, ["zz", "a"], [False, False], lemmas=["lzz", "la"], ents=["O", "B-RARE"])
    second[0].norm_ = "special"
    second.spans["g"] = [Span(second, 0, 1, label="RARER")]
    whole = Doc.from_docs([first, second])
    del second
    assert [token.lemma_ for token in whole] == ["la", "lb", "lzz", "la"]
    assert [(ent.start, ent.label_) for ent in whole.ents] == [(0, "X"), (3, "RARE")]
    assert whole[2].norm_ == "special"
    assert [(span.start, span.label_) for span in whole.spans["g"]] == [(2, "RARER")]


def test_a_space_is_put_between_documents(vocab):
    parts = [Doc(vocab, [word], [False]) for word in ("a", "b")]
    assert Doc.from_docs(parts).text == "a b"
    assert Doc.from_docs(parts, ensure_whitespace=False).text == "ab"


def test_documents_of_different_vocabs_are_refused():
    with pytest.raises(DataError, match="different vocabs"):
        Doc.from_docs([Doc(Vocab(), ["a"]), Doc(Vocab(), ["b"])])


def test_a_span_as_document(doc):
    doc.spans["g"] = [doc[2:4], doc[1:3]]
    part = doc[2:6].as_doc()
    assert part.text == "New York. It "
    assert [token.tag_ for token in part] == ["NNP", "NNP", ".", "PRP"]
    assert [ent.text for ent in part.ents] == ["New York"]
    # "York" and "." have lost "saw", "It" has lost "rains".
    assert [token.head.i for token in part] == [1, 1, 1, 3]
    assert [token.dep_ for token in part] == ["compound", "dep", "dep", "dep"]
    assert [span.text for span in part.spans["g"]] == ["New York"]
    assert [sent.text for sent in part.sents] == ["New York.", "It"]


def test_an_entity_that_is_cut_is_dropped(doc):
    part = doc[3:5].as_doc()
    assert part.ents == () and [token.ent_iob_ for token in part] == ["O", "O"]


def test_extension_values_move_with_the_text(doc):
    Span.set_extension("mark", default=None)
    try:
        doc[2:4]._.mark = "here"
        doc.user_data["other"] = [1]
        part = doc[2:5].as_doc(copy_user_data=True)
        assert part[0:2]._.mark == "here" and part.user_data["other"] == [1]
        assert doc[3:5].as_doc(copy_user_data=True).user_data == {"other": [1]}
        assert doc[2:5].as_doc().user_data == {}
        whole = Doc.from_docs([doc, doc])
        assert whole[10:12]._.mark == "here"
    finally:
        Span.remove_extension("mark")


def test_tensors_are_joined(vocab):
    parts = [Doc(vocab, ["a", "b"]), Doc(vocab, ["c"])]
    for doc in parts:
        doc.tensor = np.full((len(doc), 2), len(doc), dtype=np.float32)
    assert Doc.from_docs(parts).tensor.tolist() == [[2, 2], [2, 2], [1, 1]]
    assert parts[0][1:2].as_doc().tensor.tolist() == [[2, 2]]


@given(st.lists(docs(VOCAB), min_size=1, max_size=3))
def test_the_borders_between_documents_are_those_of_sentences(parts):
    whole = Doc.from_docs(parts)
    assert [token.is_sent_start for token in whole] == [
        True if token.i == 0 else token.is_sent_start for doc in parts for token in doc
    ]


def test_borders_are_kept_without_any_annotation(vocab):
    parts = [Doc(vocab, ["a", "b"]), Doc(vocab, []), Doc(vocab, ["c"])]
    assert [sent.text for sent in Doc.from_docs(parts).sents] == ["a b", "c"]
    parts[0].set_heads(np.array([0, -1]))
    whole = Doc.from_docs(parts, attrs=["HEAD"])
    assert [sent.text for sent in whole.sents] == ["a b", "c"]
    assert not Doc.from_docs(parts, attrs=["TAG"]).has_annotation("SENT_START")
