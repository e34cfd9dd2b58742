from hypothesis import given
from hypothesis import strategies as st

from kernel.training.batches import parts


@given(st.lists(st.integers(0, 50)), st.integers(1, 10))
def test_parts_hold_everything_once_and_are_even(lengths: list[int], number: int) -> None:
    batch = [range(length) for length in lengths]
    found = parts(batch, number)
    assert sorted(len(item) for part in found for item in part) == sorted(lengths)
    assert len(found) == min(number, len(batch))
    sizes = [len(part) for part in found]
    assert all(sizes) and max(sizes, default=0) - min(sizes, default=0) <= 1


def test_parts_share_long_and_short_items() -> None:
    batch = [range(length) for length in (9, 1, 8, 2)]
    assert [list(map(len, part)) for part in parts(batch, 2)] == [[1, 8], [2, 9]]
