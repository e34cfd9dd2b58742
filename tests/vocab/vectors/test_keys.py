"""Which row a key points to: sorted arrays and a dict say the same."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kernel.vocab.vectors.keys import Keys

PAIRS = st.lists(st.tuples(st.integers(0, (1 << 64) - 1), st.integers(0, 5)), max_size=20)
SIZE = 6


def made(pairs):
    numbers = np.array([number for number, _ in pairs], dtype=np.uint64)
    return Keys.of(numbers, np.array([row for _, row in pairs], dtype=np.int32))


@given(PAIRS)
def test_keys_are_what_a_dict_is(pairs):
    keys, oracle = made(pairs), dict(pairs)
    assert len(keys) == len(oracle)
    assert all(keys.get(number) == row for number, row in oracle.items())
    asked = np.array([*oracle, 3, 1 << 40], dtype=np.uint64)
    assert keys.many(asked).tolist() == [oracle.get(number, -1) for number in asked.tolist()]
    numbers, rows = keys.pairs()
    assert list(zip(numbers.tolist(), rows.tolist(), strict=True)) == list(oracle.items())
    assert keys.as_dict() == oracle
    assert keys.counts(SIZE).tolist() == [list(oracle.values()).count(row) for row in range(SIZE)]
    first = {row: number for number, row in reversed(oracle.items())}
    assert keys.first(SIZE).tolist() == [first.get(row, 0) for row in range(SIZE)]
    assert keys.index.numbers.tolist() == sorted(oracle)


@given(PAIRS, PAIRS, st.integers(0, SIZE))
def test_keys_change_as_a_dict_does(pairs, more, size):
    keys, oracle = made(pairs), dict(pairs)
    before = keys.copy()
    for number, row in more:
        keys.set(number, row)
        oracle[number] = row
    assert keys == made(list(oracle.items())) and before == made(pairs)
    gone = keys.cut(size)
    assert gone == [(number, row) for number, row in oracle.items() if row >= size]
    assert keys.as_dict() == {number: row for number, row in oracle.items() if row < size}


def test_a_number_that_no_key_can_have_is_none():
    keys = made([(1, 0)])
    assert keys.get(-1) is None and keys.get(1 << 64) is None and keys != "keys"


def test_few_keys_are_found_in_many_that_changed():
    keys = Keys.of(np.arange(100, 200, dtype=np.uint64), np.arange(100, dtype=np.int32))
    keys.set(7, 3)
    wanted = np.array([[7, 8], [100, 199]], dtype=np.int64)
    assert keys.many(wanted).tolist() == [[3, -1], [0, 99]]
    assert keys.many(np.arange(99, 201, dtype=np.uint64)).tolist() == [-1, *range(100), -1]
