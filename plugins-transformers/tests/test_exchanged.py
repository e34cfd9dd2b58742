"""A transformer whose network is another layer reads windows as that layer gives them, and is never trained."""

import numpy as np
import pytest

pytest.importorskip("tokenizers")

from kernel_transformers.exchanged import build_exchanged_transformer, give

import kernel
from kernel import registry
from kernel.errors import UsageError

from .test_conformance_exchanged import WIDTH, tokenizer, waves

# Spans that are too long are part of it.
pytestmark = pytest.mark.filterwarnings("ignore:.*read in windows")
TEXTS = ["some words of letters", "", "a", "wordsofmanymanyletters " * 3, "more"]


def model(items=1024):
    made = build_exchanged_transformer(waves(), registry.get("span_getters", "kernel.doc_spans.v1")(), items)
    give(made, tokenizer(), WIDTH)
    return made


def docs():
    nlp = kernel.blank("xx")
    return [nlp.make_doc(text) for text in TEXTS]


def test_rows_are_those_of_the_layer_in_the_order_of_the_windows():
    batch = model().predict(docs())
    pieces = batch.wordpieces
    assert pieces.cut == 2
    ends = np.cumsum(pieces.lengths)
    for start, end in zip(ends - pieces.lengths, ends, strict=True):
        ids = pieces.ids[None, start:end]
        expected, _ = waves()((ids, np.ones_like(ids), np.zeros_like(ids)), False)
        np.testing.assert_array_equal(batch.rows[start:end], expected[0])


def test_the_size_of_micro_batches_changes_nothing():
    whole = model().predict(docs()).rows
    for items in (1, 17, 40):
        np.testing.assert_array_equal(model(items).predict(docs()).rows, whole)


def test_no_documents_and_empty_ones():
    assert model().predict([]).rows.shape == (0, WIDTH)
    assert model().predict(docs()[1:2]).rows.shape == (0, WIDTH)


def test_it_is_not_trained():
    with pytest.raises(UsageError, match="can't be trained"):
        model().begin_update(docs())


def test_an_empty_one_says_where_its_weights_come_from():
    made = build_exchanged_transformer(waves(), registry.get("span_getters", "kernel.doc_spans.v1")())
    with pytest.raises(UsageError, match="no weights of its own"):
        made.initialize()
    with pytest.raises(UsageError, match="is empty"):
        made.predict(docs())
