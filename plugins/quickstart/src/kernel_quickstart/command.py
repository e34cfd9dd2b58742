"""`kernel quickstart`: a page for the browser that puts configs together."""

from __future__ import annotations

from pathlib import Path

import click

from kernel.cli import options, writing
from kernel.cli.command import Command
from kernel.cli.say import say, write_data


@click.command(
    "quickstart",
    cls=Command,
    examples=["kernel quickstart", "kernel quickstart --output site/quickstart.html --force"],
)
@click.option(
    "--output",
    "-o",
    default="quickstart.html",
    show_default=True,
    type=options.file_or_name,
    help="File to write, - for standard output.",
)
@options.force
@options.code
def quickstart(output: str, force: bool, code: tuple[Path, ...]) -> None:
    """Write a page on which a config is put together in the browser.

    It offers what is installed here, and writes the same configs as `kernel init config`. It is one file that needs no network.
    """
    from kernel.cli.progress import Progress
    from kernel_quickstart.page import html

    if output != "-":
        writing.check_free(Path(output), force=force)
    options.load_codes(code)
    text = html(Progress("languages"), code=code)
    if output == "-":
        write_data(text)
        return
    writing.write_text(Path(output), text)
    say(f"wrote {output}: open it in a browser")
