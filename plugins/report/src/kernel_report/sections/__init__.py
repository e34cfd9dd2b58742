"""The sections of the page, in their order. Each module has a function `section(runs)`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kernel_report.run import Run
from kernel_report.section import Section
from kernel_report.sections import comparison, curves, data, origin, predictions, settings, summary

SECTIONS: tuple[Callable[[Sequence[Run]], Section | None], ...] = (
    comparison.section,
    summary.section,
    curves.section,
    predictions.section,
    data.section,
    settings.section,
    origin.section,
)
