"""Curves keep every peak in little memory."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_report.curve import BUCKETS, NAMES, Curve, Curves, Point

values = st.floats(-1e9, 1e9)
steps = st.integers(1, 50)


def curve_of(points: list[Point]) -> Curve:
    curve = Curve()
    for point in points:
        curve.add(point)
    return curve


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(steps, values), min_size=1, max_size=300), st.integers(1, 40))
def test_of_each_bucket_lowest_highest_and_mean_are_those_of_its_points(
    made: list[tuple[int, float]], most: int
) -> None:
    points, step = [], 0
    for more, value in made:
        step += more
        points.append(Point(step, float(step), value))
    curve = curve_of(points).thinned(most)
    assert len(curve.buckets) <= most
    expected: dict[int, list[Point]] = {}
    for point in points:
        expected.setdefault(point.step // curve.width, []).append(point)
    assert [bucket.number for bucket in curve.buckets] == list(expected)
    shown = list(curve.points())
    for bucket, there in zip(curve.buckets, expected.values(), strict=True):
        assert bucket.low.value == min(point.value for point in there)
        assert bucket.high.value == max(point.value for point in there)
        assert {bucket.low, bucket.high} <= set(shown) & set(there)
        assert bucket.size == len(there)
    assert [point.step for point in shown] == sorted(point.step for point in shown)
    assert shown[-1] == points[-1] == curve.last
    means = [point.value for point in curve.means()]
    assert means == pytest.approx(
        [sum(p.value for p in there) / len(there) for there in expected.values()], abs=1e-3
    )


def test_a_long_history_takes_little_memory_and_keeps_single_peaks() -> None:
    draw = random.Random(1)
    count = 30_000
    peaks = {draw.randrange(count): 1e6 + number for number in range(20)}
    curve = Curve()
    for step in range(count):
        curve.add(Point(step, None, peaks.get(step, draw.random())))
        assert len(curve.buckets) <= BUCKETS
    assert len(curve.buckets) > BUCKETS // 3
    shown = {point.step: point.value for point in curve.thinned(200).points()}
    # Peaks of one bucket stand for each other: the highest of them is there.
    wide = curve.thinned(200).width
    highest = {}
    for step, value in peaks.items():
        highest[step // wide] = max(highest.get(step // wide, 0.0), value)
    assert set(highest.values()) <= set(shown.values())


@pytest.mark.parametrize(
    "row",
    [
        {"step": True},
        {"step": -1, "losses": {"a": 1.0}},
        {"step": 1.5, "losses": {"a": 1.0}},
        {"step": 10**400, "losses": {"a": 1.0}},
        {"step": 1, "losses": [1], "learn_rate": "fast", "words": None, "seconds": float("nan")},
        {"step": 1, "losses": {"a": 10**400, "b": float("inf"), "c": None, "d": True, "e": {"f": 1}}},
        {"evaluation": 1, "score": None, "scores": 3},
        {"evaluation": "1", "score": 0.5},
    ],
)
def test_what_is_no_number_is_passed_over(row: dict[str, Any]) -> None:
    curves = Curves()
    curves.add(row)
    assert not curves.losses and not curves.scores
    assert not any((curves.learn_rate, curves.words, curves.memory_mb))
    assert curves.seconds == 0.0


def test_points_of_one_step_keep_their_order_whatever_is_known_of_their_time() -> None:
    points = [Point(1, None, 1.0), Point(1, 2.0, 3.0), Point(1, None, 2.0)]
    assert {point.value for point in curve_of(points).points()} == {1.0, 2.0, 3.0}


def test_the_mean_of_huge_numbers_is_one_of_them() -> None:
    points = [Point(1, None, 1.5e308), Point(1, None, 1.7e308)]
    (mean,) = curve_of(points).means()
    assert 1.5e308 <= mean.value <= 1.7e308


def test_names_without_end_are_not_kept() -> None:
    curves = Curves()
    for step in range(3 * NAMES):
        curves.add({"step": step, "losses": {f"loss {step}": 1.0}})
    assert len(curves.losses) == NAMES


def test_steps_that_come_again_are_no_endless_work() -> None:
    curve = Curve()
    for step in range(5_000):
        curve.add(Point((step % 2) * 2**62, None, float(step)))
    assert len(curve.buckets) <= BUCKETS and curve.high.value == 4_999.0
