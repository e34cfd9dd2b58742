"""`kernel report`: a page about one run or several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kernel.cli import options
from kernel.cli.command import Command

if TYPE_CHECKING:
    from kernel_report.kept import Kept
    from kernel_report.run import Run


@click.command(
    "report",
    cls=Command,
    examples=[
        "kernel report output/first",
        "kernel report output/first output/second --output compared.html",
        "kernel report output/first --data configs/sample/test.jsonl --output test.html",
        "kernel report output/first --watch",
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
@click.option(
    "--watch", is_flag=True, help="Serve the page to this computer, kept up to date; nothing is written."
)
@click.option("--port", type=click.IntRange(0, 65535), help="For --watch.  [default: any that is free]")
@click.option(
    "--data",
    type=options.FilePath(path_type=Path),
    help="A file, directory or pattern to predict, in the place of the development corpus.",
)
@click.option(
    "--no-predictions", is_flag=True, help="Show what runs have kept of their predictions, and make none."
)
@options.code
def report(
    output: Path,
    others: tuple[Path, ...],
    target: Path | None,
    watch: bool,
    port: int | None,
    data: Path | None,
    no_predictions: bool,
    code: tuple[Path, ...],
) -> None:
    """Write a page about the run in OUTPUT, or about several side by side: curves, scores, settings, in one HTML file.

    OUTPUT may be that of a run that goes on, or that failed. What it predicts is what the callback kernel.Report.v1 has kept; without
    it the best model predicts the development corpus, and that is kept. The page fetches nothing: it can be opened anywhere, and sent.
    """
    from kernel.errors import UsageError

    if watch and target is not None:
        raise UsageError("--watch writes nothing: leave out --output")
    if port is not None and not watch:
        raise UsageError("--port is for --watch")
    if data is not None and (no_predictions or watch):
        raise UsageError(f"--data is to be predicted: leave out {'--watch' if watch else '--no-predictions'}")
    options.load_codes(code)
    if watch:
        _watch([output, *others], port or 0)
    else:
        _write([output, *others], target, data, predicts=not no_predictions)


def _write(outputs: Sequence[Path], target: Path | None, data: Path | None, *, predicts: bool) -> None:
    from kernel.cli.progress import Progress
    from kernel.cli.say import say
    from kernel_report.page import NAME, write_page
    from kernel_report.run import folder_of, read_runs

    target = folder_of(outputs[0]) / NAME if target is None else target
    progress = Progress("rows")
    runs = read_runs(outputs, lambda count: progress.update(None, count))
    progress.clear()
    if predicts:
        runs = [replace(run, kept=_kept(run, data)) for run in runs]
    write_page(runs, target)
    say(f"wrote {target}")


def _kept(run: Run, data: Path | None) -> Kept:
    """What a run has kept, and what its model predicts. Without that the page is as good as it can be; data that were asked for must be there."""
    from kernel.cli.progress import Progress
    from kernel.errors import KernelError, warn
    from kernel_report.predicting import with_predictions

    shown: dict[str, Progress] = {}

    def tell(what: str, done: int, total: int | None) -> None:
        progress = shown.setdefault(what, Progress(what))
        progress.update(None if total is None else done / total, done)

    try:
        return with_predictions(run, data, tell)
    except KernelError as error:
        if data is not None:
            raise
        warn(f"there are no predictions of {run.path} on the page: {error}")
        return run.kept
    finally:
        for progress in shown.values():
            progress.clear()


def _watch(outputs: Sequence[Path], port: int) -> None:
    from kernel.cli.say import say
    from kernel.errors import UsageError
    from kernel_report.watch import ADDRESS, Server, Watched

    watched = Watched(outputs)
    try:
        server = Server(watched, port)
    except OSError as error:
        raise UsageError(
            f"can't serve on {ADDRESS}:{port}: {error.strerror or error}",
            hint="Choose another --port, or none.",
        ) from error
    # The first page takes the longest: everything is imported for it.
    watched.page()
    with server:
        try:
            say(f"{server.address} shows the report, until Ctrl-C")
            server.serve_forever()
        except KeyboardInterrupt:
            say("ended", err=True)
