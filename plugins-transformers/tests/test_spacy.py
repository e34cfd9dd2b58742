"""Transformers of spaCy's pipelines read what they read there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
weights = pytest.importorskip("kernel_spacy.weights")

from kernel_transformers.model import build_transformer_model
from kernel_transformers.pooling import pool_pieces
from kernel_transformers.spans.doc_spans import make_doc_spans

from kernel import registry
from kernel.errors import KernelWarning
from kernel.language import Language
from kernel.numeric.bytes import model_from_bytes, model_to_bytes

from . import small

LIMIT = 20
SHORT, LONG = "Players walk.", " ".join(small.TEXTS * 3)


def build(folder: Any) -> Any:
    return build_transformer_model(str(folder), make_doc_spans())


def folder_of(path: Any, limit: float | None) -> Any:
    folder = small.bert(path)
    small.save_tokenizer(folder, small.wordpiece(), max_length=limit)
    return folder


def imported(folder: Any) -> Any:
    """A model that has its weights from a file of theirs."""
    model = build(folder)
    model.initialize()
    other = build("nowhere")
    weights.take(other, weights.give(model, weights.counterpart), "transformer", weights.counterpart)
    return other


def test_words_behind_the_limit_have_zeros_and_the_others_are_as_alone(tmp_path: Any) -> None:
    folder = folder_of(tmp_path, LIMIT)
    model = imported(folder)
    docs = [Language().make_doc(text) for text in (SHORT, LONG)]
    with pytest.warns(
        KernelWarning, match=f"limit of {LIMIT - 2} pieces: the words behind that are not read"
    ):
        batch = model.predict(docs)
    library = transformers.AutoTokenizer.from_pretrained(folder)
    module = transformers.AutoModel.from_pretrained(folder).eval()
    rows = []
    for text in (SHORT, LONG):
        # Cut off as a list: the special piece behind the text goes too.
        ids = library(text, return_tensors="pt")["input_ids"][:, :LIMIT]
        with torch.no_grad():
            rows.append(module(input_ids=ids).last_hidden_state[0].numpy())
    np.testing.assert_allclose(batch.rows, np.concatenate(rows), atol=1e-5)
    pool = pool_pieces(registry.get("layers", "reduce_mean.v1")())
    short, long = pool.predict(batch.split_by_doc())
    assert np.abs(short).sum(axis=1).all()
    read = np.abs(long).sum(axis=1) > 0
    assert 0 < read.sum() < len(read) and not read[int(read.sum()) :].any()


def test_it_is_saved_with_the_weights_and_gone_with_them(tmp_path: Any) -> None:
    folder = folder_of(tmp_path, LIMIT)
    model, other = imported(folder), build(folder)
    model_from_bytes(other, model_to_bytes(model))
    docs = [Language().make_doc(LONG)]
    with pytest.warns(KernelWarning, match="not read"):
        assert len(other.predict(docs).wordpieces) == 1
    fresh = build(folder)
    fresh.attrs["truncate"] = True
    fresh.initialize()
    with pytest.warns(KernelWarning, match="windows that overlap"):
        assert len(fresh.predict(docs).wordpieces) > 1


def test_without_a_limit_nothing_is_cut_off(tmp_path: Any) -> None:
    model = build(folder_of(tmp_path, LIMIT))
    model.initialize()
    # A setting of another name, so that there is none of a limit.
    data = weights.give(model, weights.counterpart).replace(b"model_max_length", b"model_max_lengt_")
    other = build("nowhere")
    weights.take(other, data, "transformer", weights.counterpart)
    with pytest.warns(KernelWarning, match="windows that overlap"):
        assert len(other.predict([Language().make_doc(LONG + LONG)]).wordpieces) > 1


def test_a_word_without_a_piece_has_zeros(tmp_path: Any) -> None:
    folder = folder_of(tmp_path, None)
    pool = pool_pieces(registry.get("layers", "reduce_mean.v1")())
    doc = Language().make_doc("Players\n\nwalk")
    assert [token.is_space for token in doc] == [False, True, False]
    (theirs,) = pool.predict(imported(folder).predict([doc]).split_by_doc())
    assert theirs.any(axis=1).tolist() == [True, False, True]
    model = build(folder)
    model.initialize()
    (ours,) = pool.predict(model.predict([doc]).split_by_doc())
    assert ours.any(axis=1).all()
