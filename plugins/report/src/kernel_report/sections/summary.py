"""What became of each run, in one table."""

from __future__ import annotations

from collections.abc import Sequence

from kernel_report.rendering import render
from kernel_report.run import Run
from kernel_report.section import Section


def section(runs: Sequence[Run]) -> Section | None:
    """A row for each run."""
    return Section("Summary", "summary", render("summary.html", runs=runs))
