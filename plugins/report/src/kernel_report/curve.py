"""Curves of a run: many numbers in little memory, with no peak lost.

A curve keeps its numbers in buckets of as many steps each. Of a bucket it keeps the lowest, the highest and the sum; when there
are too many buckets, two neighbours become one. So a history of any length takes the same room, and is read once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any, NamedTuple

# Of a curve, at most; there are half as many at least, once there are enough steps.
BUCKETS = 800
# Of one kind: a history that has more is none of ours.
NAMES = 200


class Point(NamedTuple):
    """seconds: since the run began; None if unknown."""

    step: int
    seconds: float | None
    value: float


@dataclass(slots=True)
class Bucket:
    """Neighbouring points. number: of the bucket. last: the latest point. total: sum of the values. size: their number."""

    number: int
    low: Point
    high: Point
    last: Point
    total: float
    size: int = 1


@dataclass
class Curve:
    """Points in the order of their steps; of many, the lowest and the highest of each bucket. width: of a bucket, in steps."""

    width: int = 1
    buckets: list[Bucket] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.buckets)

    def add(self, point: Point) -> None:
        """Add a point. Its step is not below 0, and not before the last one's."""
        # Written out, as it is done for every number of a history.
        number = point.step // self.width
        buckets = self.buckets
        if not buckets or (bucket := buckets[-1]).number != number:
            buckets.append(Bucket(number, point, point, point, point.value))
            while len(self.buckets) > BUCKETS:
                self.widen()
            return
        value = point.value
        if value < bucket.low.value:
            bucket.low = point
        elif value > bucket.high.value:
            bucket.high = point
        bucket.last = point
        bucket.total += value
        bucket.size += 1

    def widen(self) -> None:
        """Make one bucket of two."""
        self.width *= 2
        kept: list[Bucket] = []
        for bucket in self.buckets:
            number = bucket.number // 2
            if kept and kept[-1].number == number:
                kept[-1] = _joined(kept[-1], bucket)
            else:
                kept.append(replace(bucket, number=number))
        self.buckets = kept

    def thinned(self, most: int) -> Curve:
        """The same curve in `most` buckets at most."""
        result = Curve(self.width, list(self.buckets))
        while len(result.buckets) > max(most, 1):
            result.widen()
        return result

    def points(self) -> Iterator[Point]:
        """The points, in order: of each bucket the lowest and the highest; at the end the last one."""
        for bucket in self.buckets:
            yield from sorted({bucket.low, bucket.high}, key=_step)
        if self.buckets and self.last not in (self.buckets[-1].low, self.buckets[-1].high):
            yield self.last

    def means(self) -> Iterator[Point]:
        """The mean of each bucket, at its latest step."""
        for bucket in self.buckets:
            # The sum of numbers near the largest that there is would be infinite.
            mean = max(bucket.low.value, min(bucket.high.value, bucket.total / bucket.size))
            yield Point(bucket.last.step, bucket.last.seconds, mean)

    @property
    def last(self) -> Point:
        return self.buckets[-1].last

    @property
    def low(self) -> Point:
        return min((bucket.low for bucket in self.buckets), key=_value)

    @property
    def high(self) -> Point:
        return max((bucket.high for bucket in self.buckets), key=_value)


def _joined(one: Bucket, other: Bucket) -> Bucket:
    return Bucket(
        one.number,
        min(one.low, other.low, key=_value),
        max(one.high, other.high, key=_value),
        other.last,
        one.total + other.total,
        one.size + other.size,
    )


def _value(point: Point) -> float:
    return point.value


def _step(point: Point) -> int:
    return point.step


@dataclass
class Curves:
    """losses, scores: by name; the final score is among the scores as `score`. words: learnt from so far. seconds: of the latest row."""

    losses: dict[str, Curve] = field(default_factory=dict)
    scores: dict[str, Curve] = field(default_factory=dict)
    learn_rate: Curve = field(default_factory=Curve)
    dropout: Curve = field(default_factory=Curve)
    words: Curve = field(default_factory=Curve)
    memory_mb: Curve = field(default_factory=Curve)
    seconds: float = 0.0

    def add(self, row: Mapping[str, Any]) -> None:
        """Add what a row of the history says. What is no number is passed over."""
        seconds = number(row.get("seconds"))
        if seconds is not None:
            self.seconds = seconds
        if (step := position(row.get("step"))) is not None:
            _add_all(self.losses, step, seconds, row.get("losses"))
            for name, curve in (
                ("learn_rate", self.learn_rate),
                ("dropout", self.dropout),
                ("words", self.words),
                ("memory_mb", self.memory_mb),
            ):
                if (value := number(row.get(name))) is not None:
                    curve.add(Point(step, seconds, value))
        elif (step := position(row.get("evaluation"))) is not None:
            scores = row.get("scores")
            own = scores if isinstance(scores, dict) else {}
            _add_all(self.scores, step, seconds, {"score": row.get("score"), **own})


def _add_all(curves: dict[str, Curve], step: int, seconds: float | None, values: Any) -> None:
    for name, value in values.items() if isinstance(values, dict) else ():
        if (found := number(value)) is None:
            continue
        if name not in curves and len(curves) < NAMES:
            curves[name] = Curve()
        if name in curves:
            curves[name].add(Point(step, seconds, found))


def number(value: Any) -> float | None:
    """A finite number, None for anything else."""
    if type(value) is float:
        return value if isfinite(value) else None
    # True is none.
    if type(value) is not int:
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def position(value: Any) -> int | None:
    """The number of a step, None for anything else."""
    return value if type(value) is int and 0 <= value < 2**63 else None
