"""The model of the span finder: shapes, batches, documents without tokens, a scorer that doesn't fit."""

import numpy as np
import pytest
from kernel_architectures.span_finder.span_finder import build_span_finder
from kernel_architectures.spans.linear_logistic import build_linear_logistic
from kernel_architectures.tok2vec.hash_embed_cnn import build_hash_embed_cnn

from kernel.numeric.ops import set_ops
from kernel.tokens import Doc
from kernel.vocab import Vocab


def model(nO=2):
    tok2vec = build_hash_embed_cnn(
        width=6,
        depth=1,
        embed_size=20,
        window_size=1,
        maxout_pieces=2,
        subword_features=False,
        pretrained_vectors=None,
    )
    return set_ops(build_span_finder(tok2vec, build_linear_logistic(nO)))


@pytest.fixture
def docs():
    vocab = Vocab()
    return [Doc(vocab, words=list("abcdef"[:size])) for size in (4, 0, 1, 6)]


def test_two_probabilities_a_token_of_all_documents(docs):
    made = model()
    made.initialize(docs)
    scores = made.predict(docs)
    assert scores.shape == (11, 2) and ((scores > 0) & (scores < 1)).all()
    assert np.allclose(scores, np.concatenate([made.predict([doc]) for doc in docs]), atol=1e-6)
    assert made.get_ref("tok2vec") is made.layers[0] and made.get_ref("scorer") is made.layers[1]


def test_the_size_of_the_scorer_is_inferred(docs):
    made = model(nO=None)
    made.initialize(docs)
    assert made.get_ref("scorer").get_dim("nO") == 2


def test_a_batch_without_tokens_passes_forwards_and_backwards(docs):
    made = model()
    made.initialize(docs)
    scores, backprop = made.begin_update([docs[1]])
    backprop(scores)
    assert scores.shape == (0, 2)


def test_a_scorer_of_another_size_is_refused(docs):
    with pytest.raises(ValueError, match="two numbers for each token, nO = 2, not 3"):
        model(nO=3).initialize(docs)
