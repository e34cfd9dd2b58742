"""What a transformer gave: rows without padding, the padded form, and parts for each document."""

import pickle

import numpy as np
import pytest
from kernel_transformers.annotation_setters import null_annotation_setter
from kernel_transformers.component import Transformer
from kernel_transformers.data import FullTransformerBatch, TransformerData
from kernel_transformers.rows import pad
from thinc.api import Ragged

from kernel.errors import DataError
from kernel.tokens import Doc, DocBin
from kernel.vocab import Vocab

from .letters import Letters


def windows(docs):
    """Two windows that overlap for a document of more than two tokens, else one; none for an empty one."""
    return [[doc[:3], doc[2:]] if len(doc) > 2 else [doc[:]] if len(doc) else [] for doc in docs]


@pytest.fixture
def docs():
    vocab = Vocab()
    texts = [
        ["Walking", "in", "Amsterdam", "again"],
        [],
        ["a", "banana"],
        ["no", "more", "words", "to", "come"],
    ]
    return [Doc(vocab, words=words) for words in texts]


@pytest.fixture
def model():
    model = Letters(windows)
    model.initialize()
    return model


@pytest.fixture
def batch(model, docs):
    batch = model.predict(docs)
    n, width = batch.rows.shape
    windows = len(batch.wordpieces.lengths)
    generator = np.random.default_rng(1)
    return FullTransformerBatch(
        batch.spans,
        batch.wordpieces,
        batch.rows,
        pooler_output=generator.normal(size=(windows, width)).astype("float32"),
        hidden_states=[generator.normal(size=(n, width)).astype("float32") for _ in range(2)],
        attentions=[
            [generator.random((2, length, length), "float32") for length in batch.wordpieces.lengths]
        ],
    )


def tokens_of(rows, ragged):
    """The rows of each token, one array each."""
    places = np.split(np.asarray(ragged.dataXd), np.cumsum(ragged.lengths)[:-1])
    return [rows[own] for own in places]


def test_the_padded_form_has_the_same_rows(batch):
    lengths = batch.wordpieces.lengths
    first = batch.tensors[0]
    assert first.shape == (len(lengths), max(lengths), batch.width)
    np.testing.assert_array_equal(
        np.concatenate([window[:length] for window, length in zip(first, lengths, strict=True)]), batch.rows
    )
    for window, length in zip(first, lengths, strict=True):
        assert not window[length:].any()
    assert batch.tensors[-1] is not first
    output = batch.model_output
    assert list(output) == ["last_hidden_state", "pooler_output", "hidden_states", "attentions"]
    assert output.pooler_output is batch.pooler_output and output.cross_attentions is None
    assert output.attentions[0].shape == (len(lengths), 2, max(lengths), max(lengths))


def test_tokens_have_the_same_rows_in_both_forms(batch):
    flat = batch.tensors[0].reshape(-1, batch.width)
    pairs = zip(tokens_of(batch.rows, batch.token_rows), tokens_of(flat, batch.align), strict=True)
    assert all(len(own) and np.array_equal(own, other) for own, other in pairs)


def test_each_document_gets_its_part(model, docs, batch):
    parts = batch.split_by_doc()
    assert [len(part) for part in parts] == [len(doc) for doc in docs] and len(batch) == len(docs)
    for doc, part in zip(docs, parts, strict=True):
        alone = model.predict([doc])
        # A mean of the same numbers may be added up in another order.
        np.testing.assert_allclose(part.rows, alone.rows, rtol=1e-6)
        np.testing.assert_array_equal(part.token_rows.dataXd, alone.token_rows.dataXd)
        np.testing.assert_array_equal(part.align.dataXd, alone.align.dataXd)
        np.testing.assert_array_equal(part.wordpieces.window_spans, alone.wordpieces.window_spans)
        assert part.shape == part.rows.shape
        assert len(part.pooler_output) == len(part.wordpieces.lengths) == len(part.attentions[0])
    assert parts[0].tensors[0].shape[0] == 2 and parts[1].tensors[0].shape == (0, 0, batch.width)


def test_the_parts_that_documents_keep_hold_nothing_of_the_batch(batch):
    for part in batch.doc_data:
        for array in (part.rows, part.pooler_output, *part.hidden_states, *part.attentions[0]):
            assert array.base is None or array.base.size <= array.size
        for column in ("ids", "lengths", "align_rows", "align_lengths"):
            assert getattr(part.wordpieces, column).base is None
    assert batch.doc_data is batch.doc_data


def test_gradients_come_together_again(batch):
    parts = batch.split_by_doc()
    gradients = [part.rows + 1 for part in parts]
    gradients[2] = None
    whole = batch.unsplit_by_doc(gradients)
    start, end = batch.wordpieces.doc_rows[2:4]
    expected = batch.rows + 1
    expected[start:end] = 0
    np.testing.assert_array_equal(whole.rows, expected)
    assert whole.tensors[0].shape == batch.tensors[0].shape


def test_a_model_of_ones_own_may_pad(model, docs, batch):
    pieces = batch.wordpieces
    made = FullTransformerBatch.from_padded(
        batch.spans,
        pieces.lengths.tolist(),
        pad(batch.rows, pieces.lengths),
        batch.align,
        docs=docs,
        input_ids=pieces.input_ids,
        pooler_output=batch.pooler_output,
    )
    np.testing.assert_array_equal(made.rows, batch.rows)
    for column in ("ids", "lengths", "align_rows", "align_lengths", "doc_rows", "doc_windows", "doc_tokens"):
        np.testing.assert_array_equal(getattr(made.wordpieces, column), getattr(pieces, column))
    wrong = Ragged(
        batch.align.dataXd * 0 + int(pieces.lengths.argmin()) * pieces.width + pieces.width - 1,
        batch.align.lengths,
    )
    with pytest.raises(DataError, match="aligned to a row of padding"):
        FullTransformerBatch.from_padded(
            batch.spans, pieces.lengths, pad(batch.rows, pieces.lengths), wrong, docs=docs
        )


def same(one, other):
    assert str(one) == str(other)
    np.testing.assert_array_equal(one.rows, other.rows)
    assert len(one.tensors) == len(other.tensors)
    for name in ("ids", "lengths", "window_spans", "align_rows", "align_lengths", "doc_tokens"):
        np.testing.assert_array_equal(getattr(one.wordpieces, name), getattr(other.wordpieces, name))
    assert one.wordpieces.strings == other.wordpieces.strings
    np.testing.assert_array_equal(one.attentions[0][0], other.attentions[0][0])
    np.testing.assert_array_equal(one.hidden_states[1], other.hidden_states[1])


def test_bytes_and_processes_keep_it_whole(batch):
    data = batch.doc_data[0]
    data.wordpieces.to_strings = lambda ids: [f"<{number}>" for number in ids]
    same(TransformerData.from_bytes(data.to_bytes()), data)
    same(pickle.loads(pickle.dumps(data)), data)
    with pytest.raises(DataError, match="not the data of a transformer"):
        TransformerData.from_bytes(b"\x81\xa4rows\x01")


def test_a_stored_document_keeps_it(batch, docs):
    Transformer(docs[0].vocab, None, null_annotation_setter)
    docs[0]._.trf_data = batch.doc_data[0]
    same(Doc(Vocab()).from_bytes(docs[0].to_bytes())._.trf_data, batch.doc_data[0])
    stored = DocBin(docs=docs[:1], store_user_data=True).to_bytes()
    (found,) = DocBin().from_bytes(stored).get_docs(Vocab())
    same(found._.trf_data, batch.doc_data[0])


def test_what_was_not_run_has_no_rows():
    data = TransformerData.zeros(3, 4)
    assert (len(data), data.width, len(data.rows)) == (3, 4, 0)
    assert data.tensors[0].shape == (0, 0, 4)
    assert TransformerData.empty().width == 0
    batch = FullTransformerBatch.empty(2)
    assert [len(each) for each in batch.doc_data] == [0, 0]
    assert "input_ids" in data.tokens and "token_type_ids" not in data.tokens
