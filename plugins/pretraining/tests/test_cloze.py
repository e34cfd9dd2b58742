"""What is masked: how much, what takes its place, and that the documents stay as they are."""

import numpy as np
import pytest
from kernel_pretraining.cloze import MASK, SHARE, masked_words

from kernel.numeric.random import stream
from kernel.tokens import Doc
from kernel.vocab import Vocab

WORDS = [f"w{number}" for number in range(50)]


def documents(number: int, vocab: Vocab) -> list[Doc]:
    draw = np.random.default_rng(number)
    return [
        Doc(vocab, words=list(draw.choice(WORDS, size=size))) for size in draw.integers(1, 60, size=number)
    ]


def test_rates() -> None:
    """Counted word by word: 15 % are chosen, and of these 80, 10 and 10 % masked, exchanged and left."""
    vocab = Vocab()
    docs = documents(2000, vocab)
    made, words = masked_words(docs, stream(0, "test"))
    before = [word for doc in docs for word in doc.words()]
    after = [word for doc in made for word in doc.words()]
    assert len(before) == len(after) and [len(doc) for doc in made] == [len(doc) for doc in docs]
    chosen = set(words.places.tolist())
    masked = exchanged = same = 0
    for place, (old, new) in enumerate(zip(before, after, strict=True)):
        if place not in chosen:
            assert old == new
        elif new == MASK:
            masked += 1
        elif old != new:
            exchanged += 1
            assert new in WORDS
        else:
            same += 1
    total = len(before)

    def is_near(found: int, share: float, of: int) -> bool:
        # Five standard deviations.
        return abs(found - share * of) < 5 * (of * share * (1 - share)) ** 0.5

    assert is_near(len(chosen), SHARE, total)
    assert is_near(masked, 0.8, len(chosen))
    # One of 50 words is exchanged for itself.
    assert is_near(exchanged, 0.1 * 0.98, len(chosen))
    assert is_near(same, 0.1 * 1.02, len(chosen))


def test_what_was_there_is_known() -> None:
    vocab = Vocab()
    docs = documents(20, vocab)
    _, words = masked_words(docs, stream(0, "test"))
    before = [word for doc in docs for word in doc.words()]
    assert words.table.forms(words.chosen.tolist()) == [before[place] for place in words.places]


def test_documents_stay_as_they_are_and_equal_streams_mask_equally() -> None:
    vocab = Vocab()
    docs = documents(30, vocab)
    before = [doc.words() for doc in docs]
    one, _ = masked_words(docs, stream(3, "test"))
    two, _ = masked_words(docs, stream(3, "test"))
    other, _ = masked_words(docs, stream(4, "test"))
    assert [doc.words() for doc in docs] == before
    assert [doc.words() for doc in one] == [doc.words() for doc in two]
    assert [doc.words() for doc in one] != [doc.words() for doc in other]


@pytest.mark.parametrize("seed", range(20))
def test_at_least_one_word_is_chosen(seed: int) -> None:
    doc = Doc(Vocab(), words=["alone"])
    _, words = masked_words([doc], stream(seed, "test"))
    assert words.places.tolist() == [0]


def test_documents_of_several_generations_of_word_forms() -> None:
    """Their words, and norms of their own, are those of one table afterwards."""
    vocab = Vocab()
    early = Doc(vocab, words=["one", "two", "three"])
    early.set_rows(np.array([early.table.row("it", "its-norm"), *early.rows[1:]], dtype=np.int32))
    vocab.new_generation()
    late = Doc(vocab, words=["four", "five"])
    assert early.table is not late.table
    made, words = masked_words([early, late], stream(1, "test"))
    found = words.table.forms(words.rows.tolist())
    assert found == ["it", "two", "three", "four", "five"]
    assert words.table.norm(int(words.rows[0])) == "its-norm"
    assert all(doc.table is words.table for doc in made)
