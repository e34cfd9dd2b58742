"""Sentences around ranges against a search token by token."""

from hypothesis import given
from hypothesis import strategies as st

from kernel.tokens.sentences import sentences_around


@given(st.lists(st.integers(1, 4), min_size=1, max_size=6), st.data())
def test_ranges_get_the_sentences_of_their_tokens(lengths, data):
    borders = [0]
    for length in lengths:
        borders.append(borders[-1] + length)
    owner = [number for number, length in enumerate(lengths) for _ in range(length)]
    start = data.draw(st.integers(0, len(owner) - 1))
    end = data.draw(st.integers(start + 1, len(owner)))
    n_sents = data.draw(st.integers(0, 3))
    first = max(0, owner[start] - n_sents)
    last = min(len(lengths) - 1, owner[end - 1] + n_sents)
    tokens = [place for place, number in enumerate(owner) if first <= number <= last]
    assert sentences_around(borders, [(start, end)], n_sents) == [(tokens[0], tokens[-1] + 1)]


def test_no_ranges():
    assert sentences_around([], []) == []
