"""The cosine of two vectors."""

import numpy as np
import pytest

from kernel.vocab import Vocab
from kernel.vocab.similarity import cosine, similarity


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ([1, 0], [2, 0], 1.0),
        ([1, 0], [-3, 0], -1.0),
        ([1, 0], [0, 5], 0.0),
        ([3, 4], [4, 3], 24 / 25),
        ([0, 0], [1, 1], 0.0),
        ([1, 2], [1, 2, 3], 0.0),
        ([], [], 0.0),
    ],
)
def test_cosine(left, right, expected):
    left, right = np.array(left, dtype="float32"), np.array(right, dtype="float32")
    assert cosine(left, right) == pytest.approx(expected)
    assert cosine(right, left) == cosine(left, right)


def test_things_without_words_are_compared_by_their_vectors():
    vocab = Vocab()
    vocab.set_vector("a", [3, 4])

    class Thing:
        has_vector, vector = True, np.array([4, 3], dtype="f")

    assert similarity(vocab["a"], Thing()) == pytest.approx(24 / 25)
