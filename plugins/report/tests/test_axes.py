"""Axes have a few marks at round numbers, and no two of them say the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_report.axes import MOST, Axis, numbers, steps, times

finite = st.floats(allow_nan=False, allow_infinity=False)
MAKERS = [numbers, steps, times]


@pytest.mark.parametrize("make", MAKERS)
@settings(max_examples=300, deadline=None)
@given(ends=st.tuples(finite, finite) | st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)))
def test_marks_lie_on_the_axis_and_differ(
    make: Callable[[float, float], Axis], ends: tuple[float, float]
) -> None:
    low, high = sorted(ends)
    axis = make(low, high)
    labels, places = [mark.label for mark in axis.marks], [mark.place for mark in axis.marks]
    assert len(labels) <= MOST and len(set(labels)) == len(labels)
    assert places == sorted(places) and all(0 <= place <= 1 for place in places)
    assert 0 <= axis.place(low) <= axis.place(low / 2 + high / 2) <= axis.place(high) <= 1
    if low < high and make is numbers:
        assert len(labels) >= 2


@pytest.mark.parametrize(
    ("make", "low", "high", "labels"),
    [
        (numbers, 0.0008, 0.001, ["0.00080", "0.00085", "0.00090", "0.00095", "0.00100"]),
        (numbers, 999.6, 1000.4, ["999.6", "999.8", "1,000.0", "1,000.2", "1,000.4"]),
        (numbers, 0.0, 1.0, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (numbers, 0.001, 0.001, ["0.001"]),
        (numbers, 0.0, 0.0, ["0"]),
        (numbers, -1e308, 1e308, ["-1.0e+308", "-5e+307", "0", "5e+307", "1.0e+308"]),
        (numbers, 1.0e-9, 1.4e-9, ["1.0e-9", "1.1e-9", "1.2e-9", "1.3e-9", "1.4e-9"]),
        (steps, 1, 3, ["1", "2", "3"]),
        (steps, 7, 7, ["7"]),
        (steps, 1, 100_000, ["20,000", "40,000", "60,000", "80,000", "100,000"]),
        (times, 0.0, 1.1, ["0.0 s", "0.2 s", "0.4 s", "0.6 s", "0.8 s", "1.0 s"]),
        (times, 0.3, 4.2, ["0:01", "0:02", "0:03", "0:04"]),
        (times, 0.0, 100.0, ["0:00", "0:30", "1:00", "1:30"]),
        (times, 1.0, 20_000.0, ["1:00:00", "2:00:00", "3:00:00", "4:00:00", "5:00:00"]),
    ],
)
def test_marks_are_round(
    make: Callable[[float, float], Axis], low: float, high: float, labels: list[str]
) -> None:
    assert [mark.label for mark in make(low, high).marks] == labels
