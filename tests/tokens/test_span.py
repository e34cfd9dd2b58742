"""Parts of documents."""

from itertools import pairwise

import numpy as np
import pytest

from kernel.errors import DataError, WrongType
from kernel.tokens import Doc, Span


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


def test_the_sentence_of_a_span(doc):
    assert [token.sent.start for token in doc] == [0] * 5 + [5] * 3
    assert (doc[4:6].sent.start, doc[8:8].sent.start) == (0, 5)
    assert len(Doc(doc.vocab)[0:0].sent) == 0


def test_spans_are_ordered_by_place_then_label_and_ids(doc):
    spans = [doc[0:2], Span(doc, 0, 2, kb_id="a"), Span(doc, 0, 2, "X"), doc[0:3], doc[1:2]]
    shuffled = [spans[i] for i in (3, 1, 4, 0, 2)]
    assert sorted(shuffled) == spans
    assert all(one <= two and two >= one and one < two and two > one for one, two in pairwise(spans))
    assert doc[0:2] >= doc[0:2] and doc[0:2] > None and not doc[0:2] < None
    with pytest.raises(TypeError):
        doc[0:2] < 3  # noqa: B015
    with pytest.raises(TypeError):
        doc[0:2] < doc[0]  # noqa: B015


def test_a_span_can_have_a_vector_of_its_own(doc):
    span = Span(doc, 0, 2, "X", np.array([3.0, 4.0]))
    assert span.has_vector and span.vector_norm == 5 and not doc[0:2].has_vector
    assert (
        doc.char_span(2, 14, vector=[1, 2]).vector == [1, 2] == doc[1:].char_span(0, 12, vector=[1, 2]).vector
    )


def test_what_hangs_on_a_span(doc):
    # "saw" has "I" on its left, "York" and "." on its right.
    span = doc[1:3]
    assert [token.text for token in span.lefts] == ["I"] and span.n_lefts == 1
    assert [token.text for token in span.rights] == ["York", "."] and span.n_rights == 2


def test_noun_chunks_of_a_span_lie_in_it(doc):
    with pytest.raises(NotImplementedError, match="no rule for noun chunks"):
        doc[0:2].noun_chunks  # noqa: B018
    doc.vocab.get_noun_chunks = lambda span: [(0, 1, 0), (2, 4, 0), (5, 6, 0)]
    assert [chunk.text for chunk in doc[1:5].noun_chunks] == ["New York"]
    assert [chunk.text for chunk in doc.noun_chunks] == ["I", "New York", "It"]


def test_an_empty_span_lies_in_a_sentence(doc):
    assert [sent.text for sent in doc[5:5].sents] == ["It rains!"]


@pytest.mark.parametrize(
    ("start", "end", "heads", "deps"),
    [
        (2, 6, [1, 1, 1, 3], ["compound", "dep", "dep", "dep"]),
        (0, 2, [1, 1], ["nsubj", "ROOT"]),
        (4, 8, [0, 2, 2, 2], ["dep", "nsubj", "ROOT", "punct"]),
    ],
)
def test_heads_outside_of_a_part(doc, start, end, heads, deps):
    part = doc[start:end].as_doc()
    assert [token.head.i for token in part] == heads
    assert [token.dep_ for token in part] == deps
    assert [sent.text for sent in part.sents] == [sent.text for sent in doc[start:end].as_doc().sents]


def test_a_token_without_its_head_hangs_on_the_nearest_ancestor_inside(vocab):
    doc = Doc(vocab, list("abcd"), heads=[3, 1, 3, 1], deps=["d"] * 4)
    part = doc[0:3].as_doc()
    # a and c hang on d, which is gone, and d on b.
    assert [token.head.text for token in part] == ["b", "b", "b"]


@pytest.mark.parametrize("name", ["label_", "kb_id_", "id_"])
def test_texts_of_a_span_are_texts(doc, name):
    span = Span(doc, 0, 2, "A", kb_id="B", span_id="C")
    with pytest.raises(WrongType, match="5 is no text"):
        setattr(span, name, 5)
    setattr(span, name, None)
    assert getattr(span, name) == ""
    setattr(span, name, "D")
    assert getattr(span, name) == "D"
