"""Masked types: the loss of a word, computed word by word, and what may differ from it."""

import numpy as np
import pytest
from kernel_pretraining.cloze import Words
from kernel_pretraining.types import make_types_objective, types_head

from kernel.config import resolve
from kernel.errors import ConfigError
from kernel.numeric import random
from kernel.numeric.ops import set_ops
from kernel.tokens import Doc
from kernel.tokens.batch import batch_rows
from kernel.vocab import Vocab
from kernel.vocab.attrs import NORM, SHAPE, SUFFIX

TEXT = ["The", "cat", "saw", "The", "dog", "and", "a", "Dog", "saw", "the", "cats", "of", "London"]
ATTRS = (NORM, SUFFIX, SHAPE)
WIDTH = 6


@pytest.fixture
def words() -> Words:
    vocab = Vocab()
    table, rows = batch_rows([Doc(vocab, words=TEXT)])
    assert table is not None
    return Words(vocab, table, rows, np.array([1, 4, 7, 12]))


def head_with_tables(words: Words):
    """Output layers whose tables don't begin with zeros, and vectors for the masked words."""
    draw = np.random.default_rng(0)
    head = set_ops(types_head(ATTRS, 5, 2, 4, 40))
    vectors = draw.normal(size=(len(words.places), WIDTH)).astype("f")
    head.initialize(X=(vectors, words))
    for output in head.layers[1:]:
        output.set_param("E", draw.normal(size=(40, 4)).astype("f"))
    return head, vectors


def test_the_loss_is_that_of_a_softmax_over_the_values_of_the_batch(words):
    """For each word and attribute: the scores of the values, less the logarithm of their shares."""
    head, vectors = head_with_tables(words)
    losses = head.predict((vectors, words))
    hidden = head.layers[0].predict(vectors)
    expected = np.zeros(len(vectors))
    for output, attr in zip(head.layers[1:], ATTRS, strict=True):
        column = words.table.column(attr)[words.rows].tolist()
        table, linear = output.get_param("E"), output.layers[0]
        for number, place in enumerate(words.places):
            guess = linear.get_param("W") @ hidden[number] + linear.get_param("b")
            scores = {}
            for value in set(column):
                keys = output.ops.hash(np.array([value], dtype="uint64"), 77)[0] % 40
                vector = sum(table[key] for key in keys)
                scores[value] = float(guess @ vector) - np.log(column.count(value) / len(column))
            total = np.log(sum(np.exp(score) for score in scores.values()))
            expected[number] += total - scores[column[place]]
    np.testing.assert_allclose(losses, expected, rtol=1e-5)


def test_a_word_alone_has_the_attributes_that_are_named(words):
    """The loss is a sum, so that leaving an attribute out takes its part away."""
    head, vectors = head_with_tables(words)
    all_of_them = head.predict((vectors, words))
    parts = []
    for place in range(1, 4):
        part = types_head(ATTRS[place - 1 : place], 5, 2, 4, 40)
        part.initialize(X=(vectors, words))
        part.layers[0], part.layers[1] = head.layers[0], head.layers[place]
        parts.append(part.predict((vectors, words)))
    np.testing.assert_allclose(all_of_them, sum(parts), rtol=1e-5)


@pytest.mark.needs("kernel-nlp-architectures")
def test_the_share_of_masked_words_is_a_setting() -> None:
    vocab = Vocab()
    docs = [Doc(vocab, words=TEXT * 40)]
    block = {
        "@architectures": "kernel.HashEmbedCNN.v2",
        "pretrained_vectors": None,
        "width": 8,
        "depth": 1,
        "embed_size": 30,
        "window_size": 1,
        "maxout_pieces": 2,
        "subword_features": True,
    }
    for share in (0.1, 0.5):
        encoder = resolve(block, path="encoder")
        model = set_ops(make_types_objective(share=share, hidden_size=6, rows=50)(vocab, encoder))
        model.initialize(X=docs)
        with random.scope(seed=0, step=0, shard=0):
            losses = model.predict(docs)
        size = len(TEXT) * 40
        assert abs(len(losses) - share * size) < 5 * (size * share * (1 - share)) ** 0.5


@pytest.mark.parametrize("attr", ["TAG", "IS_ALPHA", "LENGTH"])
def test_what_is_no_text_of_a_word_form_is_refused(attr):
    with pytest.raises(ConfigError, match=f"{attr} is no text that a word form decides") as raised:
        make_types_objective(attrs=["NORM", attr])
    assert "LOWER, NORM, ORTH" in raised.value.hint
