"""A source of numbered items in a permutation that is computed: of any size, from any place on."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_readers.streams.permutation import Permutation
from kernel_readers.streams.shuffle import Shuffle, make_shuffle

from kernel.errors import DataError


@settings(max_examples=60, deadline=None)
@given(size=st.integers(0, 3000), key=st.integers(0, 2**31))
def test_a_permutation_has_every_number_once(size, key):
    order = Permutation(size, key)
    assert sorted(order[place] for place in range(size)) == list(range(size))


def test_permutations_of_different_keys_differ_and_spread():
    one, other = ([Permutation(5000, key)[place] for place in range(0, 5000, 5)] for key in (1, 2))
    assert one != other
    for found in (one, other):
        assert abs(np.mean(found) - 2500) < 200
        assert abs(np.corrcoef(found, range(len(found)))[0, 1]) < 0.1


def test_small_permutations_are_uniform():
    orders = [tuple(Permutation(3, key)[place] for place in range(3)) for key in range(1200)]
    assert set(map(orders.count, set(orders))) <= set(range(140, 260)) and len(set(orders)) == 6


def test_a_place_outside_is_refused():
    with pytest.raises(IndexError, match="place 2000 of a permutation of 2000 numbers"):
        Permutation(2000, 1)[2000]


class Huge:
    """A source of as many items as a disk could hold, none of which is there before it is asked for."""

    def __init__(self, size):
        self.size, self.asked = size, []

    def __len__(self):
        return self.size

    def __getitem__(self, number):
        self.asked.append(number)
        return f"item {number}"


@settings(max_examples=60, deadline=None)
@given(size=st.integers(1, 2000), share=st.floats(0, 1), shuffle=st.booleans(), key=st.integers(0, 1000))
def test_a_pass_is_all_items_and_is_cut_anywhere(size, share, shuffle, key):
    np.random.seed(key)
    straight = list(Shuffle(Huge(size), shuffle=shuffle)(None))
    assert sorted(straight) == sorted(f"item {number}" for number in range(size))
    after = 1 + int(share * (size - 1))
    np.random.seed(key)
    first = Shuffle(Huge(size), shuffle=shuffle)
    examples = first(None)
    before = [next(examples) for _ in range(after)]
    other = Shuffle(Huge(size), shuffle=shuffle)
    other.restore(first.state())
    assert before + list(other(None)) == straight


def test_a_huge_source_is_asked_for_what_is_given_only():
    source = Huge(10**12)
    corpus = Shuffle(source)
    examples = corpus(None)
    found = [next(examples) for _ in range(50)]
    assert len(source.asked) == 50 and len(set(found)) == 50
    assert max(source.asked) > 10**11
    middle = {**corpus.state(), "place": 5 * 10**11}
    corpus.restore(middle)
    assert next(corpus(None)).startswith("item ")
    assert len(source.asked) == 51
    assert corpus.progress() == pytest.approx(0.5)


def test_passes_differ_and_after_the_end_a_new_one_begins():
    corpus = Shuffle(Huge(50))
    np.random.seed(0)
    first = list(corpus(None))
    corpus.restore(corpus.state())
    second = list(corpus(None))
    assert sorted(first) == sorted(second) and first != second


def test_a_source_of_another_length_is_refused():
    corpus = Shuffle(Huge(50))
    next(corpus(None))
    other = Shuffle(Huge(51))
    other.restore(corpus.state())
    with pytest.raises(DataError, match="has 51 items, and had 50"):
        other(None)


def test_a_function_of_the_pipeline_or_a_class_may_make_the_source():
    assert sorted(make_shuffle(lambda pipeline: [pipeline, pipeline + 1])(7)) == [7, 8]
    assert sorted(make_shuffle(Huge)(2)) == ["item 0", "item 1"]


def test_what_is_no_source_is_refused():
    with pytest.raises(DataError, match="an object of type int, which has no length"):
        make_shuffle(3)
    with pytest.raises(DataError, match="the source has no items"):
        make_shuffle([])(None)
