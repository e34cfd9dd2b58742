"""`kernel report`: a page about one run or several."""

from __future__ import annotations

from pathlib import Path

import click

from kernel.cli.command import Command


@click.command(
    "report",
    cls=Command,
    examples=[
        "kernel report output/first",
        "kernel report output/first output/second --output compared.html",
    ],
)
@click.argument("output", type=click.Path(path_type=Path))
@click.argument("others", metavar="[OTHER]...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--output",
    "-o",
    "target",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Where the page is written.  [default: report.html in OUTPUT]",
)
def report(output: Path, others: tuple[Path, ...], target: Path | None) -> None:
    """Write a page about the run in OUTPUT, or about several side by side: curves, scores, settings, in one HTML file."""
    from kernel.cli.say import say
    from kernel_report.page import NAME, write_page

    target = output / NAME if target is None else target
    write_page([output, *others], target)
    say(f"wrote {target}")
