"""Curves of a run: many numbers in little memory, with no peak lost.

A curve keeps its numbers in buckets of as many steps each. Of a bucket it keeps the lowest and the highest; when there are
too many buckets, two neighbours become one. So a history of any length takes the same room, and is read once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, NamedTuple

BUCKETS = 400


class Point(NamedTuple):
    """step: number of it. seconds: since the run began, without evaluations; None if unknown."""

    step: int
    seconds: float | None
    value: float


@dataclass
class Curve:
    """Points in the order of their steps; of many, the lowest and the highest of each bucket."""

    width: int = 1
    _buckets: list[tuple[int, Point, Point]] = field(default_factory=list)

    def add(self, point: Point) -> None:
        """Add a point, at a step not before the last one's."""
        self._put((point.step // self.width, point, point))
        while len(self._buckets) > 2 * BUCKETS:
            self.width *= 2
            old, self._buckets = self._buckets, []
            for number, low, high in old:
                self._put((number // 2, low, high))

    def _put(self, bucket: tuple[int, Point, Point]) -> None:
        number, low, high = bucket
        if self._buckets and self._buckets[-1][0] == number:
            _, other_low, other_high = self._buckets[-1]
            low = min(other_low, low, key=lambda point: point.value)
            high = max(other_high, high, key=lambda point: point.value)
            self._buckets[-1] = number, low, high
        else:
            self._buckets.append(bucket)

    def points(self) -> Iterator[Point]:
        """The points, in order."""
        for _, low, high in self._buckets:
            yield from sorted({low, high})


@dataclass
class Curves:
    """losses, scores: by name. The others have no names within them. seconds: how long the steps took altogether."""

    losses: dict[str, Curve] = field(default_factory=dict)
    scores: dict[str, Curve] = field(default_factory=dict)
    learn_rate: Curve = field(default_factory=Curve)
    words: Curve = field(default_factory=Curve)
    memory_mb: Curve = field(default_factory=Curve)
    seconds: float = 0.0

    def add(self, row: Mapping[str, Any]) -> None:
        """Add what a row of the history says. Other things than numbers are passed over."""
        seconds = _number(row.get("seconds"))
        self.seconds = self.seconds if seconds is None else seconds
        if isinstance(row.get("step"), int):
            self._step(row["step"], seconds, row)
        elif isinstance(row.get("evaluation"), int):
            self._evaluation(row["evaluation"], seconds, row)

    def _step(self, step: int, seconds: float | None, row: Mapping[str, Any]) -> None:
        _add_all(self.losses, step, seconds, row.get("losses"))
        for name in ("learn_rate", "words", "memory_mb"):
            value = _number(row.get(name))
            if value is not None:
                getattr(self, name).add(Point(step, seconds, value))

    def _evaluation(self, step: int, seconds: float | None, row: Mapping[str, Any]) -> None:
        scores = row.get("scores")
        _add_all(
            self.scores,
            step,
            seconds,
            {"score": row.get("score"), **(scores if isinstance(scores, Mapping) else {})},
        )


def _add_all(curves: dict[str, Curve], step: int, seconds: float | None, values: Any) -> None:
    for name, value in values.items() if isinstance(values, Mapping) else ():
        number = _number(value)
        if number is not None:
            curves.setdefault(name, Curve()).add(Point(step, seconds, number))


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and isfinite(value) else None
