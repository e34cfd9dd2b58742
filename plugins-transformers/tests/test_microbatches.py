"""How windows are put together in micro-batches."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_transformers.microbatches import PADDING, plan


@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=40),
    st.integers(1, 300),
    st.booleans(),
    st.sampled_from([0, 50]),
)
def test_every_row_is_read_once_and_no_micro_batch_is_too_large(
    lengths: list[int], limit: int, packed: bool, least: int
) -> None:
    sizes = np.array(lengths)
    micros = plan(sizes, limit, packed=packed, least=least)
    assert sorted(np.concatenate([micro.rows for micro in micros]).tolist()) == list(range(sum(lengths)))
    starts = np.cumsum(sizes) - sizes
    for micro in micros:
        assert micro.lengths.tolist() == sizes[micro.windows].tolist() == sorted(micro.lengths.tolist())
        assert micro.rows[micro.starts].tolist() == starts[micro.windows].tolist()
        table = micro.pad(micro.rows, -1)
        assert [row[row >= 0].tolist() for row in table] == [
            list(range(start, start + size))
            for start, size in zip(starts[micro.windows], micro.lengths, strict=True)
        ]
        assert len(micro.windows) == 1 or (len(micro.rows) if packed else micro.padded) <= limit


@pytest.mark.parametrize(("least", "count"), [(0, 2), (40, 2), (100, 1)])
def test_padding_is_avoided_from_a_number_of_pieces_on(least: int, count: int) -> None:
    micros = plan(np.array([10, 40, 10, 10, 10]), 1000, least=least)
    assert len(micros) == count


def test_little_is_padded() -> None:
    lengths: Any = np.random.default_rng(0).integers(5, 140, size=500)
    micros = plan(lengths, 4096)
    assert sum(micro.padded for micro in micros) <= (1 + 2 * PADDING) * lengths.sum()
