"""A figure of the page: a chart, what it shows in words, and its numbers as a table."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from kernel.cli.progress import clock
from kernel_report.charts import Drawn, lines
from kernel_report.curve import Curve, Point
from kernel_report.rendering import render, show_number

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
        dots = all(len(each.points) <= _FEW for each in drawn)
        return render(
            "figure.html",
            figure=self,
            by_steps=_chart(drawn, lambda point: point.step, show_number, dots),
            by_time=_chart(timed, lambda point: point.seconds or 0.0, clock, dots) if timed else None,
            rows=_rows(self.lines),
        )


def _chart(
    drawn: Sequence[Drawn], x: Callable[[Point], float], show_x: Callable[[float], str], dots: bool
) -> Markup:
    return lines(drawn, x, show_x=show_x, show_y=show_number, dots=dots)


def _drawn(line: Line, count: int) -> list[Drawn]:
    curve = line.curve.thinned(POINTS // 2 // count)
    points = list(curve.points())
    if len(points) <= _NOISY:
        return [Drawn(points, line.colour)]
    means = list(line.curve.thinned(_MEANS).means())
    return [Drawn(points, line.colour, faint=True), Drawn(means, line.colour)]


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
