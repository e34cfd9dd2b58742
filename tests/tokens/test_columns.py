"""The arrays of a document: what is known is forgotten when what it follows from changes."""

import numpy as np
import pytest
from hypothesis import given

from kernel.errors import DataError
from kernel.tokens import Doc
from kernel.tokens.columns import STRING_COLUMNS, as_uint64, dtype_of, value_of, values_of
from kernel.vocab import Vocab
from kernel.vocab.attrs import (
    ANNOTATIONS,
    ENT_IOB,
    ENT_TYPE,
    HEAD,
    IDX,
    LENGTH,
    NORM,
    SENT_START,
    SPACY,
    TAG,
)

from .strategies import docs

VOCAB = Vocab()


@given(docs(VOCAB))
def test_values_of_a_part_are_a_part_of_the_values(doc):
    middle = len(doc) // 2
    for attr in (*ANNOTATIONS, NORM, LENGTH, IDX, SPACY):
        whole = values_of(doc, attr)
        assert whole.shape == (len(doc),)
        assert values_of(doc, attr, middle).tolist() == whole[middle:].tolist()
        assert values_of(doc, attr, 0, middle).tolist() == whole[:middle].tolist()
        if attr in ANNOTATIONS:
            assert whole.dtype == dtype_of(attr)
            if attr != SENT_START:
                assert [value_of(doc, attr, i) for i in range(len(doc))] == whole.tolist()


@given(docs(VOCAB))
def test_text_and_offsets_follow_from_words_and_spaces(doc):
    fresh = Doc(VOCAB, words=doc.words(), spaces=doc.spaces.tolist())
    assert fresh.text == doc.text == "".join(token.text_with_ws for token in doc)
    assert fresh.offsets().tolist() == [*(token.idx for token in doc), len(doc.text)]


def test_a_text_without_annotations_starts_one_sentence(vocab):
    doc = Doc(vocab, words=["a", "b"])
    assert values_of(doc, SENT_START).tolist() == [1, 0]
    assert values_of(doc, TAG).tolist() == [0, 0] and value_of(doc, TAG, 1) == 0


def test_every_change_counts_and_what_is_known_is_forgotten(doc):
    versions, borders, edges = [doc.version], doc.sentence_borders(), doc.tree().edges(1)
    assert doc.entity_ranges() == [(2, 4, doc.vocab.strings["GPE"])]

    def changed():
        versions.append(doc.version)
        return versions[-1] > versions[-2]

    doc.edit_column(ENT_IOB)[3] = 3
    assert changed() and [entity[:2] for entity in doc.entity_ranges()] == [(2, 3), (3, 4)]
    doc.set_heads(np.zeros(len(doc), dtype=np.int32))
    assert changed() and doc.sentence_borders() != borders and doc.tree().edges(1) == (1, 1) != edges
    text = doc.text
    doc.set_spaces(np.zeros(len(doc), dtype=bool))
    assert changed() and doc.text == text.replace(" ", "") and doc.offsets()[-1] == len(doc.text)
    doc.set_rows(doc.rows.copy())
    assert changed()
    entities = [(0, 1, 5)]
    doc.set_entity_columns(np.zeros(len(doc)), np.zeros(len(doc)), entities)
    assert changed() and doc.entity_ranges() is entities


def test_a_column_of_another_length_is_refused(doc):
    with pytest.raises(DataError, match="TAG: 2 values for 8 tokens"):
        doc.set_column(TAG, np.zeros(2))


def test_impossible_heads_change_nothing(doc):
    before, version = doc.columns[HEAD].tolist(), doc.version
    for heads, message in (([1, -1], "cycle"), ([9, 0], "outside the text")):
        with pytest.raises(DataError, match=message):
            doc.set_heads(np.array([*heads, *[0] * 6], dtype=np.int32))
    assert (doc.columns[HEAD].tolist(), doc.version) == (before, version)


def test_a_column_that_cannot_be_written_is_copied(doc):
    column = np.zeros(len(doc), dtype=np.uint64)
    column.flags.writeable = False
    doc.set_column(TAG, column)
    doc.edit_column(TAG)[0] = 3
    assert column[0] == 0 and value_of(doc, TAG, 0) == 3


def test_numbers_stay_and_strings_get_one(doc):
    assert doc.intern(7) == 7 and doc.vocab.strings[doc.intern("brandnew")] == "brandnew"
    assert {ENT_TYPE, TAG} <= STRING_COLUMNS and not STRING_COLUMNS & {HEAD, SENT_START, ENT_IOB}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([-1, 2], dtype=np.int8), [2**64 - 1, 2]),
        (np.array([True, False]), [1, 0]),
        (np.array([2**63], dtype=np.uint64), [2**63]),
        (np.array([-(2**31)], dtype=np.int32), [2**64 - 2**31]),
    ],
)
def test_negative_numbers_become_their_twos_complement(values, expected):
    assert as_uint64(values).tolist() == expected and as_uint64(values).dtype == np.uint64
