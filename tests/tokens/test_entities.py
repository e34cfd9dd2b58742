"""Entities of a document."""

import numpy as np
import pytest

from kernel.errors import DataError, WrongType
from kernel.tokens import Doc, Span
from kernel.vocab.attrs import ENT_IOB, ENT_TYPE


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


@pytest.mark.parametrize(
    ("entities", "message"),
    [
        (
            [None],
            "None is not an entity: expected spans or tuples\nWhere `char_span` finds no span it gives None",
        ),
        (["New York"], "'New York' is not an entity: expected spans or tuples$"),
        ([5], "5 is not an entity"),
    ],
)
def test_what_is_no_entity_is_named(doc, entities, message):
    before = doc.ents
    with pytest.raises(ValueError, match=message) as raised:
        doc.ents = entities
    assert isinstance(raised.value, TypeError) and doc.ents == before


def test_a_span_where_a_list_of_spans_belongs_is_named(doc):
    with pytest.raises(WrongType, match="New is not a span: expected a list of spans"):
        doc.set_ents([], missing=doc[2:4])


def test_entities_have_the_name_that_the_field_gives_them(doc):
    doc.set_ents(entities=[doc.char_span(0, 5, label="X")])
    assert [ent.text for ent in doc.ents] == ["I saw"]
