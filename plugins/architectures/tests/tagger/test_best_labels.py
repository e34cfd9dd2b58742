"""The best labels of tokens, found in blocks."""

import tracemalloc

import numpy as np
import pytest
from kernel_architectures.tagger import best_labels as of_taggers
from kernel_architectures.tagger.tagger import build_tagger
from thinc.api import Model

from kernel.numeric.ops import set_ops
from kernel.tokens import Doc
from kernel.vocab import Vocab

WIDTH, LABELS = 8, 300


def source():
    """A vector for each token that depends on its text."""

    def forward(model, docs, is_train):
        rows = [np.array([token.orth % 1000 for token in doc], dtype="f").reshape(-1, 1) for doc in docs]
        return [np.sin(row * np.arange(1, WIDTH + 1, dtype="f")) for row in rows], lambda gradients: []

    return Model("source", forward, dims={"nO": WIDTH})


def tagger(labels=LABELS):
    model = set_ops(build_tagger(source(), nO=labels))
    model.initialize()
    weights = np.random.default_rng(0).standard_normal((labels, WIDTH)).astype("f")
    model.get_ref("output_layer").set_param("W", weights)
    return model


def documents(vocab, sizes):
    return [Doc(vocab, words=[f"w{i % 50}" for i in range(size)]) for size in sizes]


@pytest.mark.parametrize("number", [1, 3, LABELS])
@pytest.mark.parametrize("scores", [1, LABELS * 4, 1 << 20])
def test_blocks_of_any_size_give_the_labels_of_the_whole(monkeypatch, number, scores):
    monkeypatch.setattr(of_taggers, "SCORES", scores)
    model, docs = tagger(), documents(Vocab(), [3, 0, 11, 1])
    found = model.attrs["best_labels"](model, docs, number)
    every = np.concatenate(model.predict(docs))
    assert np.array_equal(found, np.argsort(-every, axis=1, kind="stable")[:, :number])


@pytest.mark.parametrize("number", [1, 2])
def test_no_tokens_have_no_labels(number):
    model = tagger()
    assert model.attrs["best_labels"](model, documents(Vocab(), [0]), number).shape == (0, number)


def test_of_equal_scores_the_first_label_is_better():
    model = tagger()
    model.get_ref("output_layer").set_param("W", np.zeros((LABELS, WIDTH), dtype="f"))
    docs = documents(Vocab(), [5])
    for number in (1, 4):
        found = model.attrs["best_labels"](model, docs, number)
        assert (found == np.arange(number)).all()


def test_the_scores_of_a_long_document_are_never_held_at_once():
    model, docs = tagger(), documents(Vocab(), [20_000])
    whole = 20_000 * LABELS * 4
    tracemalloc.start()
    found = model.attrs["best_labels"](model, docs, 1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found) == 20_000
    assert peak < whole / 2
