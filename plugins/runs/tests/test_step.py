"""What makes a batch fail is found by halving it."""

from collections.abc import Sequence

from hypothesis import assume, given
from hypothesis import strategies as st
from kernel_runs.step import MOST, culprits


@given(st.lists(st.booleans(), min_size=1, max_size=40).filter(any))
def test_examples_that_fail_by_themselves(are_bad: list[bool]) -> None:
    bad = {number for number, is_bad in enumerate(are_bad) if is_bad}
    found = culprits(range(len(are_bad)), lambda some: bool(bad & set(some)))
    assert found == [[number] for number in sorted(bad)[:MOST]]


@given(st.integers(2, 40), st.integers(0, 39), st.integers(0, 39))
def test_examples_that_only_fail_together_are_one_group(size: int, one: int, other: int) -> None:
    pair = {one % size, other % size}
    assume(len(pair) == 2)
    calls = []

    def fails(some: Sequence[int]) -> bool:
        calls.append(len(some))
        return pair <= set(some)

    (group,) = culprits(range(size), fails)
    assert pair <= set(group)
    # A smaller group that fails would be half of it.
    middle = len(group) // 2
    assert not pair <= set(group[:middle]) and not pair <= set(group[middle:])
    assert len(calls) <= 2 * size.bit_length()
