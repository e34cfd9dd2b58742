"""What became of each run, in one table."""

from __future__ import annotations

from collections.abc import Sequence

from kernel_report.curve import number
from kernel_report.rendering import render
from kernel_report.run import Run
from kernel_report.section import Section


def section(runs: Sequence[Run]) -> Section | None:
    """A column for each run: the facts in it stand below each other on a phone, too."""
    return Section(
        "Summary",
        "summary",
        render(
            "summary.html",
            runs=runs,
            speeds=list(map(_speed, runs)),
            last_scores=[None if run.last is None else number(run.last.get("score")) for run in runs],
        ),
    )


def _speed(run: Run) -> float | None:
    """Words a second over everything, evaluations included; None if that is not known."""
    words, seconds = run.curves.words, run.curves.seconds
    return words.last.value / seconds if words and seconds else None
