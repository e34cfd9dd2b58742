"""Losses, scores, learn rate, speed and memory, against steps and against time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from math import isfinite

from kernel_report.curve import Curve, Curves, Point
from kernel_report.figure import Figure, Line
from kernel_report.rendering import render
from kernel_report.run import Run
from kernel_report.section import Section

# Figures of losses and of scores: what there is more is in the table of scores.
MOST = 12
# Windows in which words a second are counted.
_WINDOWS = 60
_PARTS = {"_p": "precision", "_r": "recall", "_f": "F"}


def section(runs: Sequence[Run]) -> Section | None:
    """Charts of all that the histories have; None if they have nothing."""
    figures = [*_losses(runs), *_scores(runs), *_others(runs)]
    if not figures:
        return None
    return Section("Curves", "curves", render("curves.html", figures=figures))


def _losses(runs: Sequence[Run]) -> Iterator[Figure]:
    names = list(dict.fromkeys(name for run in runs for name in run.curves.losses))
    for name in names[:MOST]:
        yield from _figure(f"Loss of {name}", runs, partial(_loss, name), "Of one step each.")


def _scores(runs: Sequence[Run]) -> Iterator[Figure]:
    yield from _figure("Score", runs, partial(_score, "score"))
    stems = list(dict.fromkeys(_stem(name) for run in runs for name in run.curves.scores))
    wanted = [stem for stem in stems if stem not in ("score", "speed") and _moves(stem, runs)]
    for stem in wanted[:MOST]:
        if len(runs) == 1 and stem not in runs[0].curves.scores:
            yield Figure(stem, _parts(stem, runs[0].curves))
            continue
        name = stem if any(stem in run.curves.scores for run in runs) else f"{stem}_f"
        yield from _figure(name, runs, partial(_score, name))


def _loss(name: str, curves: Curves) -> Curve | None:
    return curves.losses.get(name)


def _score(name: str, curves: Curves) -> Curve | None:
    return curves.scores.get(name)


def _stem(name: str) -> str:
    """What precision, recall and F of one thing have in common."""
    return name[:-2] if name[-2:] in _PARTS else name


def _parts(stem: str, curves: Curves) -> list[Line]:
    return [
        Line(part, curves.scores[stem + end], colour)
        for colour, (end, part) in enumerate(_PARTS.items())
        if stem + end in curves.scores
    ]


def _moves(stem: str, runs: Sequence[Run]) -> bool:
    """Whether a score is another one at some time, or in some run."""
    found = [curve for run in runs for name, curve in run.curves.scores.items() if _stem(name) == stem]
    return len({value for curve in found for value in (curve.low.value, curve.high.value)}) > 1


def _others(runs: Sequence[Run]) -> Iterator[Figure]:
    yield from _figure("Learn rate", runs, lambda curves: curves.learn_rate)
    if any(
        run.curves.dropout and run.curves.dropout.low.value != run.curves.dropout.high.value for run in runs
    ):
        yield from _figure("Dropout", runs, lambda curves: curves.dropout)
    yield from _figure("Words a second", runs, _speed, "Evaluations and saving take part of the time.")
    yield from _figure(
        "Memory in MB", runs, lambda curves: curves.memory_mb, "The most that the process has had so far."
    )


def _figure(
    title: str,
    runs: Sequence[Run],
    curve: Callable[[Curves], Curve | None],
    note: str = "",
) -> Iterator[Figure]:
    """A figure with a line for each run that has the curve; none if no run has."""
    lines = [
        Line(run.name if len(runs) > 1 else "", found, number)
        for number, run in enumerate(runs)
        if (found := curve(run.curves))
    ]
    if lines:
        yield Figure(title, lines, note)


def _speed(curves: Curves) -> Curve:
    """Words a second within windows of steps."""
    result = Curve()
    before = Point(0, 0.0, 0.0)
    for bucket in curves.words.thinned(_WINDOWS).buckets:
        now = bucket.last
        if before.seconds is not None and now.seconds is not None and now.seconds > before.seconds:
            speed = (now.value - before.value) / (now.seconds - before.seconds)
            # What only rounding makes differ is equal.
            if isfinite(speed):
                result.add(Point(now.step, now.seconds, float(f"{max(speed, 0.0):.4g}")))
        before = now
    return result
