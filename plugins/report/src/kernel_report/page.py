"""The page: one HTML file that fetches nothing."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from markupsafe import Markup

from kernel.cli.writing import write_text
from kernel_report.rendering import render
from kernel_report.run import Run
from kernel_report.sections import SECTIONS

NAME = "report.html"
_STYLES = ("style.css", "predictions.css")
# Nothing is fetched, sent or run, whatever strangers' text asks for. style: the one style sheet there is, by its digest.
_POLICY = "default-src 'none'; style-src '{style}'; base-uri 'none'; form-action 'none'"
_WATCHED = "; script-src 'self'; connect-src 'self'"


def write_page(runs: Sequence[Run], target: Path) -> None:
    """Write the page about some runs, whole or not at all. `UsageError` if it can't be written."""
    write_text(target, page_of(runs))


def page_of(runs: Sequence[Run], *, is_watched: bool = False) -> str:
    """The HTML of a page about some runs, at least one. is_watched: it asks for a new one every few seconds where it came from."""
    folder = files("kernel_report").joinpath("templates")
    style = "".join(folder.joinpath(name).read_text(encoding="utf8") for name in _STYLES)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = _POLICY.format(style=f"sha256-{digest}") + (_WATCHED if is_watched else "")
    return render(
        "page.html",
        title=" and ".join(run.name for run in runs) if len(runs) < 3 else f"{len(runs)} runs",
        policy=Markup(policy),
        style=Markup(style),
        sections=[made for make in SECTIONS if (made := make(runs)) is not None],
        is_watched=is_watched,
    )
