"""The cosine of two vectors."""

import numpy as np
import pytest

from kernel.vocab.similarity import cosine


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
