"""Nothing is lost, doubled or reordered where it should not be, and the limits hold."""

from collections.abc import Callable, Iterator
from itertools import chain, repeat
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_batchers.padded import batch_by_padded
from kernel_batchers.sequence import batch_by_sequence
from kernel_batchers.words import batch_by_words
from thinc.schedules import compounding

from kernel.errors import ConfigError

Items = list[tuple[int, int]]

# An item is (identity, length); so equal lengths stay distinct.
items = st.lists(st.integers(0, 30)).map(lambda lengths: list(enumerate(lengths)))
sizes = st.one_of(st.integers(1, 40), st.lists(st.integers(1, 40), min_size=1))


def length(item: tuple[int, int]) -> int:
    return item[1]


def flat(batches: list[Items]) -> Items:
    return list(chain.from_iterable(batches))


@given(items, sizes, st.floats(0, 1))
def test_words_keeps_everything_in_order(data: Items, size: Any, tolerance: float) -> None:
    batches = list(batch_by_words(size, tolerance, False, length)(data))
    assert sorted(flat(batches)) == data
    assert all(batches)


@given(items, st.integers(1, 40), st.floats(0, 1))
def test_words_limit(data: Items, size: int, tolerance: float) -> None:
    limit = size * (1 + tolerance)
    for batch in batch_by_words(size, tolerance, False, length)(data):
        assert len(batch) == 1 or sum(map(length, batch)) <= limit


@given(items, st.integers(1, 40), st.floats(0, 1))
def test_words_discards_exactly_the_oversize(data: Items, size: int, tolerance: float) -> None:
    kept = flat(list(batch_by_words(size, tolerance, True, length)(data)))
    assert kept == [item for item in data if length(item) <= size * (1 + tolerance)]


@given(items, sizes, st.integers(1, 10))
def test_padded_keeps_everything(data: Items, size: Any, buffer: int) -> None:
    batches = list(batch_by_padded(size, buffer, False, length)(data))
    assert sorted(flat(batches)) == data
    assert all(batches)


@given(items, st.integers(1, 40), st.integers(1, 10))
def test_padded_limit(data: Items, size: int, buffer: int) -> None:
    for batch in batch_by_padded(size, buffer, False, length)(data):
        assert len(batch) == 1 or max(map(length, batch)) * len(batch) <= size


@given(items, st.integers(1, 40), st.integers(1, 10))
def test_padded_discards_exactly_the_oversize(data: Items, size: int, buffer: int) -> None:
    kept = flat(list(batch_by_padded(size, buffer, True, length)(data)))
    assert sorted(kept) == [item for item in data if length(item) <= size]


@given(items, sizes)
def test_sequence_keeps_everything_in_order(data: Items, size: Any) -> None:
    batches = list(batch_by_sequence(size)(data))
    assert flat(batches) == data
    wanted = chain(size, repeat(size[-1])) if isinstance(size, list) else repeat(size)
    assert all(len(batch) == number for batch, number in zip(batches[:-1], wanted, strict=False))


def test_words_looks_ahead_within_the_tolerance() -> None:
    data = [[0] * n for n in (6, 5, 1, 9)]
    batches = [list(map(len, batch)) for batch in batch_by_words(10, 0.2, False)(data)]
    assert batches == [[6], [5, 1], [9]]


def test_words_oversize_is_a_batch_of_its_own() -> None:
    data = [[0] * n for n in (3, 50, 4)]
    assert [list(map(len, batch)) for batch in batch_by_words(10, 0.2, False)(data)] == [[50], [3, 4]]


def test_padded_longest_first_and_original_order_inside() -> None:
    data = list(enumerate([2, 9, 1, 8, 2]))
    assert list(batch_by_padded(18, 5, False, length)(data)) == [[(1, 9), (3, 8)], [(0, 2), (2, 1), (4, 2)]]


def test_padded_keeps_a_batch_that_is_exactly_full() -> None:
    data = [[0] * 5, [0] * 5]
    assert list(batch_by_padded(10, 2, True)(data)) == [data]


def test_sequence_accepts_get_length() -> None:
    assert list(batch_by_sequence(2, length)([(0, 9), (1, 9), (2, 9)])) == [[(0, 9), (1, 9)], [(2, 9)]]


@pytest.mark.parametrize(
    "make",
    [
        lambda size: batch_by_words(size, 0.0, False),
        lambda size: batch_by_padded(size, 1, False),
        lambda size: batch_by_sequence(size),
    ],
)
class TestEveryBatcher:
    def test_takes_no_more_of_a_stream_than_it_needs(self, make: Callable[[Any], Any]) -> None:
        taken = []

        def endless() -> Iterator[list[int]]:
            while True:
                taken.append(1)
                yield [0, 0]

        assert next(iter(make(2)(endless())))
        assert len(taken) <= 2

    def test_size_below_one_is_an_error(self, make: Callable[[Any], Any]) -> None:
        with pytest.raises(ConfigError, match="at least 1, not 0"):
            list(make(0)([[0], [0]]))

    def test_no_data_no_batches(self, make: Callable[[Any], Any]) -> None:
        assert list(make(3)([])) == []


def test_sequence_grows_with_its_schedule_over_epochs() -> None:
    batcher = batch_by_sequence(compounding(1.0, 4.0, 2.0))
    assert [len(batch) for batch in batcher(range(3))] == [1, 2]
    assert [len(batch) for batch in batcher(range(9))] == [4, 4, 1]


def test_words_grows_with_its_schedule_over_epochs() -> None:
    batcher = batch_by_words(compounding(1.0, 4.0, 2.0), 0.0, False)
    one_word = [[0]] * 9
    assert [len(batch) for batch in batcher(one_word[:3])] == [1, 2]
    assert [len(batch) for batch in batcher(one_word)] == [4, 4, 1]
