"""Columns of a batch: written at once, they are what writing document by document, or token by token, gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DataError
from kernel.tokens import Doc, Example, Span
from kernel.tokens.batch import (
    batch_column,
    batch_has,
    set_batch_column,
    set_batch_entities,
    set_batch_heads,
    set_batch_spans,
)
from kernel.tokens.columns import dtype_of
from kernel.vocab import Vocab
from kernel.vocab.attrs import DEP, ENT_IOB, ENT_TYPE, HEAD, NORM, SENT_START, SPACY, TAG

lengths = st.lists(st.integers(0, 5), max_size=5)


def documents(sizes, vocab=None):
    vocab = vocab or Vocab()
    return [Doc(vocab, words=["w"] * size) for size in sizes]


@given(lengths, st.data(), st.booleans())
def test_a_column_is_set_token_by_token(sizes, data, overwrite):
    docs = documents(sizes)
    tags = [docs[0].vocab.strings.add(name) for name in "ABC"] if docs else []
    before = [
        data.draw(st.one_of(st.none(), st.lists(st.sampled_from([0, *tags]), min_size=n, max_size=n)))
        for n in sizes
    ]
    for doc, own in zip(docs, before, strict=True):
        if own is not None:
            doc.set_column(TAG, np.array(own, dtype=np.uint64))
    values = [data.draw(st.sampled_from([0, *tags])) for _ in range(sum(sizes))]
    set_batch_column(docs, TAG, np.array(values, dtype=np.uint64), overwrite=overwrite)
    left = iter(values)
    expected = [
        [
            old if old and not overwrite else new
            for old, new in zip([0] * size if own is None else own, left, strict=False)
        ]
        if size
        else []
        for size, own in zip(sizes, before, strict=True)
    ]
    assert [[token.tag for token in doc] for doc in docs] == expected
    assert all(doc.columns[TAG].dtype == dtype_of(TAG) for doc in docs)
    assert batch_column(docs, TAG).tolist() == [tag for tags in expected for tag in tags]


@given(
    st.lists(st.lists(st.sampled_from(["O", "", "B-A", "B-B", "I-A"]), max_size=6), max_size=5), st.booleans()
)
def test_entities_are_set_as_their_tags(tagged, known):
    vocab = Vocab()
    gold = [Doc(vocab, words=["w"] * len(tags), ents=tags) for tags in tagged]
    docs = documents(map(len, tagged), vocab)
    offsets = np.cumsum([0, *map(len, docs)])
    found = [
        (ent.start + offset, ent.end + offset, ent.label)
        for doc, offset in zip(gold, offsets[:-1], strict=True)
        for ent in doc.ents
    ]
    starts, ends, labels = np.array(found, dtype=np.uint64).reshape(-1, 3).T
    columns = starts.astype(np.int64), ends.astype(np.int64), labels
    iob = batch_column(gold, ENT_IOB).astype(np.int8)
    set_batch_entities(docs, iob, batch_column(gold, ENT_TYPE), columns if known else None)
    assert [[(ent.start, ent.end, ent.label_) for ent in doc.ents] for doc in docs] == [
        [(ent.start, ent.end, ent.label_) for ent in doc.ents] for doc in gold
    ]
    assert [[token.ent_iob_ for token in doc] for doc in docs] == [
        [token.ent_iob_ for token in doc] for doc in gold
    ]


def test_values_that_do_not_fit_change_nothing():
    docs = documents([2, 1])
    with pytest.raises(DataError, match="2 values for 3 tokens in 2 documents"):
        set_batch_column(docs, TAG, np.zeros(2))
    with pytest.raises(DataError, match="4 values for 3 tokens"):
        set_batch_entities(docs, np.zeros(4, dtype=np.int8), np.zeros(3, dtype=np.uint64))
    with pytest.raises(DataError, match="2 values for 3 tokens"):
        set_batch_entities(docs, np.zeros(3, dtype=np.int8), np.zeros(2, dtype=np.uint64))
    assert not any(doc.columns for doc in docs)


def test_whether_a_batch_has_a_column():
    docs = documents([2, 1])
    assert not batch_has(docs, SENT_START) and not batch_has([], SENT_START)
    docs[1].set_column(SENT_START, np.array([1]))
    assert batch_has(docs, SENT_START) and not batch_has(docs[:1], SENT_START)


@pytest.mark.parametrize(
    "change",
    [
        lambda doc: set_batch_column([doc], TAG, np.ones(2)),
        lambda doc: set_batch_entities([doc], np.full(2, 2, dtype=np.int8), np.zeros(2, dtype=np.uint64)),
        lambda doc: doc.from_array("SPACY", np.array([0, 0])),
        lambda doc: doc.from_array("NORM", np.array([doc.vocab.strings.add("n")] * 2, dtype=np.uint64)),
        lambda doc: setattr(doc[0], "norm_", "n"),
        lambda doc: setattr(doc[0], "tag_", "N"),
        lambda doc: setattr(doc[1], "head", doc[0]),
    ],
)
def test_what_is_kept_of_gold_is_made_anew_after_a_change(change):
    doc = Doc(Vocab(), words=["a", "b"])
    example = Example(doc.copy(), doc)
    made = []
    example.cached("key", made.append)
    example.cached("key", made.append)
    assert len(made) == 1
    change(doc)
    example.cached("key", made.append)
    assert len(made) == 2


def test_spaces_change_the_text():
    doc = Doc(Vocab(), words=["a", "b"])
    assert doc.text == "a b " and doc[1].idx == 2
    doc.from_array("SPACY", np.array([0, 0]))
    assert doc.text == "ab" and doc[1].idx == 1 and doc.to_array([NORM, SPACY])[:, 1].tolist() == [0, 0]


@given(lengths, st.data())
def test_trees_are_set_as_those_of_single_documents(sizes, data):
    docs, others = documents(sizes), documents(sizes)
    heads = [[data.draw(st.integers(0, i)) - i for i in range(size)] for size in sizes]
    heads = [[-each for each in reversed(own)] if data.draw(st.booleans()) else own for own in heads]
    flat = np.array([each for own in heads for each in own], dtype=np.int32)
    set_batch_heads(docs, flat, np.full(len(flat), 7, dtype=np.uint64))
    for doc, other, own in zip(docs, others, heads, strict=True):
        other.set_heads(np.array(own, dtype=np.int32))
        for attr in (HEAD, SENT_START):
            assert doc.columns[attr].tolist() == other.columns[attr].tolist()
            assert doc.columns[attr].dtype == dtype_of(attr)
        assert doc.columns[DEP].tolist() == [7] * len(own)


def test_a_head_in_another_document_is_refused():
    docs = documents([2, 0, 2])
    labels = np.ones(4, dtype=np.uint64)
    for heads in ([0, 0, -1, 0], [0, 1, 0, 0], [-1, 0, 0, 0], [0, 0, 0, 1]):
        with pytest.raises(DataError, match="lies outside the text"):
            set_batch_heads(docs, np.array(heads, dtype=np.int32), labels)
    with pytest.raises(DataError, match="cycle"):
        set_batch_heads(docs, np.array([0, 0, 1, -1], dtype=np.int32), labels)
    with pytest.raises(DataError, match="3 values for 4 tokens"):
        set_batch_heads(docs, np.zeros(3, dtype=np.int32), labels)
    assert not batch_has(docs, HEAD)


def test_spans_of_a_batch_go_to_their_documents():
    vocab = Vocab()
    docs = [Doc(vocab, words=["w"] * size) for size in (3, 0, 2)]
    number = vocab.strings.add("X")
    starts, ends = np.array([0, 1, 0, 4]), np.array([2, 3, 1, 5])
    labels = np.array([number, number, number, 0], dtype=np.uint64)
    docs[1].spans["sc"] = []
    set_batch_spans(docs, "sc", starts, ends, labels, [{"scores": [1]}, {}, {}])
    found = [[(span.start, span.end, span.label_) for span in doc.spans["sc"]] for doc in docs]
    assert found == [[(0, 2, "X"), (1, 3, "X"), (0, 1, "X")], [], [(1, 2, "")]]
    assert [doc.spans["sc"].attrs for doc in docs] == [{"scores": [1]}, {}, {}]
    set_batch_spans(docs, "sc", starts, ends, ids=labels)
    assert [[(span.label_, span.id_) for span in doc.spans["sc"]] for doc in docs] == [
        [("", "X")] * 3,
        [],
        [("", "")],
    ]
    set_batch_spans(docs, "sc", starts[:0], ends[:0])
    assert [len(doc.spans["sc"]) for doc in docs] == [0, 0, 0]
    docs[0].spans["sc"].append(Span(docs[0], 0, 1))
    assert len(docs[1].spans["sc"]) == 0


@pytest.mark.parametrize(("starts", "ends"), [([1], [1]), ([2], [4]), ([3, 0], [4, 1]), ([5], [6])])
def test_spans_that_fit_no_document_are_refused(starts, ends):
    docs = [Doc(Vocab(), words=["w"] * size) for size in (3, 2)]
    with pytest.raises(DataError, match="'sc' are empty, out of order or reach out of their documents"):
        set_batch_spans(docs, "sc", np.array(starts), np.array(ends))
