"""A figure of the page: a chart, what it shows in words, and its numbers as a table."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from kernel_report import axes
from kernel_report.axes import Axis
from kernel_report.charts import Drawn, lines
from kernel_report.curve import Curve, Point
from kernel_report.rendering import render

# Points of one figure, for all its lines together, and rows of its table.
POINTS = 2400
ROWS = 25
# A curve of more points has its mean drawn over it.
_NOISY = 120
_MEANS = 100
# Each of so few points is seen.
_FEW = 40


@dataclass(frozen=True)
class Line:
    """label: which of the lines it is. curve: not empty. colour: a number; those of one thing on several figures are equal."""

    label: str
    curve: Curve
    colour: int


@dataclass(frozen=True)
class Figure:
    """title: a short plain text. note: what the numbers are, a sentence or ""."""

    title: str
    lines: Sequence[Line]
    note: str = ""

    def html(self) -> Markup:
        """Charts against steps and against time, of which the page shows one; a key with the ends of each line; all numbers."""
        drawn = [each for line in self.lines for each in _drawn(line, len(self.lines))]
        timed = [each for each in drawn if all(point.seconds is not None for point in each.points)]
        return render(
            "figure.html",
            figure=self,
            by_steps=_chart(drawn, lambda point: point.step, axes.steps),
            by_time=_chart(timed, lambda point: point.seconds or 0.0, axes.times) if timed else None,
            rows=_rows(self.lines),
        )


@dataclass(frozen=True)
class _Points:
    """Points of a line, or their means."""

    points: Sequence[Point]
    colour: int
    faint: bool = False


def _chart(
    drawn: Sequence[_Points], x: Callable[[Point], float], axis: Callable[[float, float], Axis]
) -> Markup:
    shown = [
        Drawn([(x(point), point.value) for point in each.points], each.colour, each.faint) for each in drawn
    ]
    across, up = zip(*(point for each in shown for point in each.points), strict=True)
    return lines(
        shown,
        axis(min(across), max(across)),
        axes.numbers(min(up), max(up)),
        dots=all(len(each.points) <= _FEW for each in shown),
    )


def _drawn(line: Line, count: int) -> list[_Points]:
    curve = line.curve.thinned(POINTS // 2 // count)
    points = list(curve.points())
    if len(points) <= _NOISY:
        return [_Points(points, line.colour)]
    means = list(line.curve.thinned(_MEANS).means())
    return [_Points(points, line.colour, faint=True), _Points(means, line.colour)]


def _rows(found: Sequence[Line]) -> list[tuple[int, list[float | None]]]:
    """(step, the value of each line there) for `ROWS` steps at most: the mean around it; None where a line has none."""
    means = [list(line.curve.thinned(2 * _MEANS).means()) for line in found]
    steps = sorted({point.step for points in means for point in points})
    last = len(steps) - 1
    if last >= ROWS:
        steps = [steps[round(row * last / (ROWS - 1))] for row in range(ROWS)]
    return [(step, [_at(points, step) for points in means]) for step in steps]


def _at(points: Sequence[Point], step: int) -> float | None:
    """The value of the next point from a step on; None before the first one and after the last."""
    place = bisect_left(points, step, key=lambda point: point.step)
    is_outside = place == len(points) or (place == 0 and points[0].step != step)
    return None if is_outside else points[place].value
