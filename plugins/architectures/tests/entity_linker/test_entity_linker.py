"""Encodings of contexts: what they are of, and their gradients."""

import numpy as np
import pytest
from thinc.api import Ragged

from kernel import registry
from kernel.numeric.ops import set_ops
from kernel.numeric.random import scope, seed_all
from kernel.testing.gradients import check_gradients, randomise
from kernel.tokens import Doc, Span
from kernel.vocab import Vocab

TOK2VEC = {
    "width": 6,
    "depth": 1,
    "embed_size": 40,
    "window_size": 1,
    "maxout_pieces": 2,
    "subword_features": True,
    "pretrained_vectors": None,
}
CONTEXTS = [[(0, 3), (3, 7), (0, 3)], [], [(0, 7), (2, 5), (1, 1)]]


def build(version="v2"):
    tok2vec = registry.architectures.get("kernel.HashEmbedCNN.v2")(**TOK2VEC)
    model = set_ops(registry.architectures.get(f"kernel.EntityLinker.{version}")(tok2vec=tok2vec, nO=4))
    seed_all(0, "test")
    with scope(seed=0):
        model.initialize(X=docs())
    randomise(model, 0)
    return model


def docs():
    vocab = Vocab()
    texts = ("one two three . four five six", "alone", "a b c d e f g")
    return [
        Doc(vocab, words=text.split(), sent_starts=[i in (0, 4) for i in range(len(text.split()))])
        for text in texts
    ]


def ragged(contexts):
    flat = np.array([each for own in contexts for each in own], dtype="int32").reshape(-1, 2)
    return Ragged(flat, np.array([len(own) for own in contexts], dtype="int32"))


def test_a_row_is_made_of_the_mean_of_its_tokens():
    model, texts = build(), docs()
    found = model.predict((texts, ragged(CONTEXTS)))
    vectors = model.get_ref("tok2vec").predict(texts)
    hidden, output = model.layers[2:]
    means = [
        vectors[number][start:end].mean(axis=0) if end > start else np.zeros(6, "float32")
        for number, own in enumerate(CONTEXTS)
        for start, end in own
    ]
    expected = output.predict(hidden.predict(np.array(means)))
    assert np.allclose(found, expected, atol=1e-5) and np.array_equal(found[0], found[2])


@pytest.mark.parametrize("contexts", [CONTEXTS, [[(0, 3)], [(0, 1)], []], [[], [], []]])
def test_gradients_of_contexts_that_overlap_are_those_of_finite_differences(contexts):
    model, given = build(), ragged(contexts)

    def forward(model, X, is_train):
        output, backprop = model((X, given), is_train)
        return [output], lambda gradients: backprop(gradients[0])

    if sum(map(len, contexts)):
        check_gradients(model, docs(), forward=forward, seed=0)
    else:
        output, backprop = model((docs(), given), True)
        assert output.shape == (0, 4)
        backprop(output)


def test_documents_alone_stand_for_the_sentences_of_their_entities():
    model, texts = build(), docs()
    texts[0].ents = [Span(texts[0], 1, 2, label="X"), Span(texts[0], 5, 7, label="X")]
    texts[2].ents = [Span(texts[2], 3, 5, label="X")]
    contexts = [[(0, 4), (4, 7)], [], [(0, 7)]]
    assert np.array_equal(model.predict(texts), model.predict((texts, ragged(contexts))))
    model.attrs["n_sents"] = 1
    assert np.array_equal(model.predict(texts), model.predict((texts, ragged([[(0, 7)] * 2, [], [(0, 7)]]))))


def test_the_first_version_takes_documents_for_contexts():
    texts = docs()
    rows = build("v1").predict(texts)
    assert np.array_equal(rows, build().predict((texts, ragged([[(0, len(doc))] for doc in texts]))))
