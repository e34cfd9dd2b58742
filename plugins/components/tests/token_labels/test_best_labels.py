"""Which labels of a token are the best, for a model that can tell by itself and for one that gives scores only."""

import numpy as np
import pytest
from kernel_components.token_labels import TokenClassifier
from thinc.api import Model

from kernel.tokens import Doc
from kernel.vocab import Vocab


def scorer(**attrs):
    """Scores of three labels: the last, the first, then the second is best, from token to token."""
    rows = np.array([[1, 0, 2], [5, 4, 4], [0, 3, 1]], dtype="f")

    def forward(model, docs, is_train):
        return [rows[np.arange(len(doc)) % 3] for doc in docs], lambda gradients: []

    return Model("scores", forward, attrs=attrs)


@pytest.fixture
def docs():
    return [Doc(Vocab(), words=["a"] * size) for size in (4, 0, 2)]


def test_scores_are_enough(docs):
    component = TokenClassifier(Vocab(), scorer(), "labels")
    assert component.predict(docs).tolist() == [2, 0, 1, 2, 2, 0]
    # Of equal scores the first label comes first.
    assert component.best_labels(docs, 2).tolist() == [[2, 0], [0, 1], [1, 2], [2, 0], [2, 0], [0, 1]]
    assert component.predict(docs[1:2]).shape == (0,)


def test_a_model_may_tell_by_itself(docs):
    asked = []

    def best_labels(model, docs, number):
        asked.append((model.name, len(docs), number))
        return np.full((sum(map(len, docs)), number), 7)

    component = TokenClassifier(Vocab(), scorer(best_labels=best_labels), "labels")
    assert component.predict(docs).tolist() == [7] * 6
    assert asked == [("scores", 3, 1)]
