"""The page: one HTML file that fetches nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path

from markupsafe import Markup

from kernel.files.atomic import atomic_file
from kernel_report.rendering import render
from kernel_report.run import Run, read_runs
from kernel_report.sections import SECTIONS

# Nothing is fetched, sent or run: what strangers' text might ask for, too.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
NAME = "report.html"


def write_page(outputs: Iterable[Path], target: Path) -> None:
    """Write the page about the runs in some outputs, whole or not at all."""
    page = page_of(read_runs(outputs))
    with atomic_file(target) as fresh:
        fresh.write_text(page, encoding="utf8", errors="backslashreplace", newline="\n")


def page_of(runs: Sequence[Run]) -> str:
    """The HTML of a page about some runs, at least one."""
    style = files("kernel_report").joinpath("templates", "style.css").read_text(encoding="utf8")
    found = [made for make in SECTIONS if (made := make(runs)) is not None]
    title = " against ".join(run.name for run in runs[:2]) if len(runs) == 2 else f"{len(runs)} runs"
    return render(
        "page.html",
        title=runs[0].name if len(runs) == 1 else title,
        policy=Markup(POLICY),
        style=Markup(style),
        sections=found,
    )
