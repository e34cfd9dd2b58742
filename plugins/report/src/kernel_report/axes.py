"""Axes: where numbers lie between the ends of a chart, and marks at round numbers whose labels differ from each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import count

from kernel.cli.progress import clock
from kernel_report.rendering import show_number

# Marks of an axis.
MOST = 6
_ROUND = (1, 2, 5)
_DAY = 86_400
# Round lengths of time up to a day, in seconds.
_TIMES = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200)
# From here on, and with distances below this, numbers have an exponent.
_LARGE, _SMALL = Decimal(10) ** 9, Decimal(10) ** -6


@dataclass(frozen=True)
class Mark:
    """place: from 0 to 1."""

    place: float
    label: str


@dataclass(frozen=True)
class Axis:
    """low, high: the numbers at its ends, which may be equal."""

    low: float
    high: float
    marks: Sequence[Mark]

    def place(self, value: float) -> float:
        """Where a number lies: 0 at the low end, 1 at the high one, the middle where they are equal."""
        return _place(self.low, self.high, value)


def numbers(low: float, high: float) -> Axis:
    """An axis of numbers."""
    return _axis(low, high, _decimal_steps(low, high), _number)


def steps(low: float, high: float) -> Axis:
    """An axis of whole numbers."""
    return _axis(low, high, (step for step in _decimal_steps(low, high) if step >= 1), _number)


def times(low: float, high: float) -> Axis:
    """An axis of seconds: their labels have minutes and hours, from one second between them on."""
    return _axis(low, high, _time_steps(low, high), _time)


def _axis(
    low: float, high: float, distances: Iterator[Decimal], show: Callable[[Decimal, Decimal, Decimal], str]
) -> Axis:
    if low == high:
        return Axis(low, high, [Mark(0.5, show_number(low) if show is _number else clock(low))])
    # As they are written: 0.1, and not the binary number next to it.
    first, last = Decimal(str(low)), Decimal(str(high))
    # The shortest distance of which there are not too many marks.
    for step in distances:
        begin = (first / step).to_integral_value(ROUND_CEILING)
        end = (last / step).to_integral_value(ROUND_FLOOR)
        if end - begin < MOST:
            break
    largest = max(abs(first), abs(last))
    found = [(begin + number) * step for number in range(int(end - begin) + 1)]
    return Axis(
        low, high, [Mark(_place(low, high, float(value)), show(value, step, largest)) for value in found]
    )


def _place(low: float, high: float, value: float) -> float:
    # Of numbers near the largest that there is, the difference would be infinite.
    largest = max(abs(low), abs(high)) or 1.0
    width = high / largest - low / largest
    return min(1.0, max(0.0, (value / largest - low / largest) / width)) if width else 0.5


def _decimal_steps(low: float, high: float) -> Iterator[Decimal]:
    """1, 2, 5, 10, ..., of any size, from one that is too short on."""
    power = (Decimal(str(high)) - Decimal(str(low))).adjusted() - 1
    for exponent in count(power):
        yield from (Decimal(digit).scaleb(exponent) for digit in _ROUND)


def _time_steps(low: float, high: float) -> Iterator[Decimal]:
    if high - low < MOST:
        yield from (step for step, _ in zip(_decimal_steps(low, high), range(12), strict=False) if step < 1)
    yield from map(Decimal, _TIMES)
    for exponent in count():
        yield from (_DAY * Decimal(digit).scaleb(exponent) for digit in _ROUND)


def _number(value: Decimal, step: Decimal, largest: Decimal) -> str:
    if not value:
        return "0" if largest >= _LARGE or step < _SMALL or step >= 1 else f"{value:.{-step.adjusted()}f}"
    if largest >= _LARGE or step < _SMALL:
        return f"{value:.{max(0, value.adjusted() - step.adjusted())}e}"
    return f"{value:,.{max(0, -step.adjusted())}f}"


def _time(value: Decimal, step: Decimal, largest: Decimal) -> str:
    if largest >= _LARGE or step < 1:
        return f"{_number(value, step, largest)} s"
    return clock(float(value))
