"""Curves of a run: many numbers in little memory, with no peak lost.

A curve keeps its numbers in buckets of as many steps each. Of a bucket it keeps the lowest, the highest and the sum; when there
are too many buckets, two neighbours become one. So a history of any length takes the same room, and is read once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
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


class Bucket(NamedTuple):
    """Neighbouring points. number: of the bucket. last: the latest point. total: sum of the values. size: their number."""

    number: int
    low: Point
    high: Point
    last: Point
    total: float
    size: int


@dataclass
class Curve:
    """Points in the order of their steps; of many, the lowest and the highest of each bucket. width: of a bucket, in steps."""

    width: int = 1
    buckets: list[Bucket] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.buckets)

    def add(self, point: Point) -> None:
        """Add a point. Its step is not below 0, and not before the last one's."""
        self._put(Bucket(point.step // self.width, point, point, point, point.value, 1))
        while len(self.buckets) > BUCKETS:
            self.widen()

    def widen(self) -> None:
        """Make one bucket of two."""
        self.width *= 2
        old, self.buckets = self.buckets, []
        for bucket in old:
            self._put(bucket._replace(number=bucket.number // 2))

    def _put(self, new: Bucket) -> None:
        if not self.buckets or self.buckets[-1].number != new.number:
            self.buckets.append(new)
            return
        old = self.buckets[-1]
        self.buckets[-1] = Bucket(
            old.number,
            min(old.low, new.low, key=_value),
            max(old.high, new.high, key=_value),
            new.last,
            old.total + new.total,
            old.size + new.size,
        )

    def thinned(self, most: int) -> Curve:
        """The same curve in `most` buckets at most."""
        result = Curve(self.width, list(self.buckets))
        while len(result.buckets) > max(most, 1):
            result.widen()
        return result

    def points(self) -> Iterator[Point]:
        """The points, in order: of each bucket the lowest and the highest; at the end the last one."""
        for bucket in self.buckets:
            yield from sorted({bucket.low, bucket.high})
        if self.buckets and self.buckets[-1].last not in self.buckets[-1][1:3]:
            yield self.buckets[-1].last

    def means(self) -> Iterator[Point]:
        """The mean of each bucket, at its latest step."""
        for bucket in self.buckets:
            yield bucket.last._replace(value=bucket.total / bucket.size)

    @property
    def last(self) -> Point:
        return self.buckets[-1].last

    @property
    def low(self) -> Point:
        return min((bucket.low for bucket in self.buckets), key=_value)

    @property
    def high(self) -> Point:
        return max((bucket.high for bucket in self.buckets), key=_value)


def _value(point: Point) -> float:
    return point.value


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
        self.seconds = self.seconds if seconds is None else seconds
        step, evaluation = position(row.get("step")), position(row.get("evaluation"))
        if step is not None:
            _add_all(self.losses, step, seconds, row.get("losses"))
            for name in ("learn_rate", "dropout", "words", "memory_mb"):
                value = number(row.get(name))
                if value is not None:
                    getattr(self, name).add(Point(step, seconds, value))
        elif evaluation is not None:
            scores = row.get("scores")
            own = scores if isinstance(scores, Mapping) else {}
            _add_all(self.scores, evaluation, seconds, {"score": row.get("score"), **own})


def _add_all(curves: dict[str, Curve], step: int, seconds: float | None, values: Any) -> None:
    for name, value in values.items() if isinstance(values, Mapping) else ():
        found = number(value)
        if found is not None and (name in curves or len(curves) < NAMES):
            curves.setdefault(name, Curve()).add(Point(step, seconds, found))


def number(value: Any) -> float | None:
    """A finite number, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if isfinite(value) else None
    except OverflowError:
        return None


def position(value: Any) -> int | None:
    """The number of a step, None for anything else."""
    is_step = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63
    return value if is_step else None
