from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DataError
from kernel.tokens.alignment import Alignment, AlignmentArray

text = st.text("ab C", max_size=12)


@st.composite
def two_splits(draw):
    """Two ways to cut one text into words."""
    whole = draw(text)

    def cut():
        borders = sorted(draw(st.sets(st.integers(1, max(1, len(whole) - 1)), max_size=5)))
        edges = [0, *borders, len(whole)]
        return [whole[start:end] for start, end in pairwise(edges) if start < end]

    return cut(), cut()


def characters(words):
    """Which word each character belongs to, whitespace left out."""
    return [index for index, word in enumerate(words) for _ in "".join(word.split())]


@given(two_splits())
def test_words_are_aligned_if_they_share_characters(splits):
    x, y = splits
    alignment = Alignment.from_strings(x, y)
    pairs = set(zip(characters(x), characters(y), strict=True))
    found = {(i, j) for i in range(len(x)) for j in alignment.x2y[i].tolist() if x[i].strip()}
    assert found == pairs
    back = {(i, j) for j in range(len(y)) for i in alignment.y2x[j].tolist() if y[j].strip()}
    assert back == pairs


def test_alignment_is_blind_to_case_and_whitespace():
    alignment = Alignment.from_strings(["I", "a b", "C"], ["i", "A", "b", "c"])
    assert [alignment.x2y[i].tolist() for i in range(3)] == [[0], [1, 2], [3]]
    assert alignment.x2y.lengths.tolist() == [1, 2, 1]
    assert alignment.y2x.data.tolist() == [0, 1, 1, 2]
    assert alignment.x2y[1:3].tolist() == [1, 2, 3]
    assert alignment.x2y[-1].tolist() == [3]


def test_whitespace_words_align_with_equal_ones_only():
    alignment = Alignment.from_strings(["a", " ", "b", "\n"], ["a", " ", "B"])
    assert [alignment.x2y[i].tolist() for i in range(4)] == [[0], [1], [2], []]


def test_different_texts_are_refused_with_the_place():
    with pytest.raises(DataError, match="'ab' against 'ac', at character 1"):
        Alignment.from_strings(["a", "b"], ["ac"])


def test_values_are_known_where_they_agree():
    array = Alignment.from_strings(["ab", "cd", "e"], ["a", "b", "c", "d", "e"]).x2y
    values, known = array.gather(np.array([1, 1, 2, 3, 4]))
    assert values.tolist() == [1, 0, 4]
    assert known.tolist() == [True, False, True]


def test_case_is_that_of_a_character_and_not_of_its_place_in_the_word():
    # The last letter of the shorter word is a final sigma in lower case, in the longer one it is not.
    longer, shorter = "\u039f\u0394\u039f\u03a3\u0391", ["\u039f\u0394\u039f\u03a3", "\u0391"]
    assert Alignment.from_strings([longer], shorter).x2y[0].tolist() == [0, 1]


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        ([" ", " ", "a"], ["  ", "a"], [[0], [0], [1]]),
        (["a", "  "], ["a", " ", " "], [[0], [1, 2]]),
        ([" ", " ", "a"], [" ", "a"], [[0], [], [1]]),
        (["a", " \n "], ["a", " "], [[0], [1]]),
        (["a", " ", "b"], ["a", "\n", "b"], [[0], [], [2]]),
        (["a", " ", "b", "c"], ["a", "b", " ", "c"], [[0], [], [1], [3]]),
    ],
)
def test_whitespace_aligns_by_its_characters(x, y, expected):
    alignment = Alignment.from_strings(x, y)
    assert [alignment.x2y[i].tolist() for i in range(len(x))] == expected
    back = Alignment.from_strings(y, x)
    assert back.y2x.data.tolist() == alignment.x2y.data.tolist()


def test_an_array_is_made_of_lists():
    array = AlignmentArray([[0, 1], [], [2]])
    assert (len(array), array.data.tolist(), array.lengths.tolist()) == (3, [0, 1, 2], [2, 0, 1])
    assert array[0].tolist() == [0, 1] and array[1].tolist() == [] and array[-1].tolist() == [2]
    assert array[:2].tolist() == [0, 1] and array[1:].tolist() == [2] and array[2:1].tolist() == []
    with pytest.raises(ValueError, match="without a step"):
        array[::2]
    with pytest.raises(ValueError, match="a number, or several are a slice"):
        array[[0, 1]]


def test_an_alignment_is_made_of_both_sides():
    alignment = Alignment.from_indices([[0], [1, 2]], [[0], [1], [1]])
    assert alignment.x2y[1].tolist() == [1, 2] and alignment.y2x.data.tolist() == [0, 1, 1]
