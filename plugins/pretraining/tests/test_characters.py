"""The bytes that are to be said, against a loop over the bytes of each word."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_pretraining.characters import ByteLoss, outer_bytes
from kernel_pretraining.cloze import Words

from kernel.tokens import Doc
from kernel.vocab import Vocab


def one_by_one(form: str, n: int) -> list[int]:
    """First, last, second, last but one, until there are no more."""
    left, found = list(form.encode("utf8")), []
    for number in range(n):
        found.append((left.pop(0) if number % 2 == 0 else left.pop()) if left else 255)
    return found


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=8), st.integers(1, 9)
)
def test_bytes_of_words(forms: list[str], n: int) -> None:
    assert outer_bytes(forms, n).tolist() == [one_by_one(form, n) for form in forms]


def test_examples() -> None:
    assert bytes(outer_bytes(["hello"], 4)[0]) == b"hoel"
    assert outer_bytes(["a", "é", ""], 3).tolist() == [[97, 255, 255], [0xC3, 0xA9, 255], [255, 255, 255]]


@pytest.mark.parametrize("n", [1, 4])
def test_the_loss_is_the_cross_entropy_of_each_byte(n: int) -> None:
    vocab = Vocab()
    doc = Doc(vocab, words=["hello", "a", "naïve"])
    words = Words(vocab, doc.table, doc.rows, np.array([2, 0]))
    guesses = np.random.default_rng(0).normal(size=(2, n * 256))
    losses, gradient = ByteLoss(n)(np, guesses, words)
    for row, form in enumerate(["naïve", "hello"]):
        expected = 0.0
        for place, byte in enumerate(one_by_one(form, n)):
            scores = guesses[row].reshape(n, 256)[place]
            shares = np.exp(scores) / np.exp(scores).sum()
            expected -= np.log(shares[byte])
            shares[byte] -= 1
            np.testing.assert_allclose(gradient[row].reshape(n, 256)[place], shares, atol=1e-12)
        assert losses[row] == pytest.approx(expected)
