"""`kernel report`: a page about one run or several."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from kernel.cli import options
from kernel.cli.command import Command


@click.command(
    "report",
    cls=Command,
    examples=[
        "kernel report output/first",
        "kernel report output/first output/second --output compared.html",
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
@options.code
def report(
    output: Path,
    others: tuple[Path, ...],
    target: Path | None,
    watch: bool,
    port: int | None,
    code: tuple[Path, ...],
) -> None:
    """Write a page about the run in OUTPUT, or about several side by side: curves, scores, settings, in one HTML file.

    OUTPUT may be that of a run that goes on, or that failed. The page fetches nothing: it can be opened anywhere, and sent.
    """
    from kernel.errors import UsageError

    if watch and target is not None:
        raise UsageError("--watch writes nothing: leave out --output")
    if port is not None and not watch:
        raise UsageError("--port is for --watch")
    options.load_codes(code)
    if watch:
        _watch([output, *others], port or 0)
    else:
        _write([output, *others], target)


def _write(outputs: Sequence[Path], target: Path | None) -> None:
    from kernel.cli.progress import Progress
    from kernel.cli.say import say
    from kernel_report.page import NAME, write_page
    from kernel_report.run import folder_of

    target = folder_of(outputs[0]) / NAME if target is None else target
    progress = Progress("rows")
    write_page(outputs, target, lambda count: progress.update(None, count))
    progress.clear()
    say(f"wrote {target}")


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
        say(f"{server.address} shows the report, until Ctrl-C")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("ended", err=True)
