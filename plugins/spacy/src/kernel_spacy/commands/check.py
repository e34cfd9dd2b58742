"""`kernel spacy check`: what of a config of spaCy carries over."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kernel.cli import options
from kernel.cli.lazy import OVERRIDES, ConfigCommand
from kernel.cli.say import say, say_json

if TYPE_CHECKING:
    from kernel_spacy.configs import Note

_COLOURS = {"same": "green", "changed": "yellow", "refused": "red"}


@click.command(
    "check",
    cls=ConfigCommand,
    examples=[
        "kernel spacy check spacy.cfg",
    ],
)
@click.argument("config_path", metavar="CONFIG", type=options.file_or_name)
@options.code
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects.")
@click.pass_context
def check_config(ctx: click.Context, config_path: str, code: tuple[Path, ...], as_json: bool) -> None:
    """Say line by line what of CONFIG (- for standard input) carries over, what changes, and what can't.

    CONFIG is a config of spaCy 3, whole or partial. Any value of it can be set on the command line: --section.key value. The exit code
    is 1 if something can't carry over.
    """
    from kernel.config import load_config, parse_overrides
    from kernel_spacy.configs import check

    options.load_codes(code)
    config = load_config(config_path, parse_overrides(ctx.meta[OVERRIDES]), environment=False)
    notes = check(config)
    if as_json:
        say_json([note.as_dict() for note in notes])
    else:
        show(notes)
    ctx.exit(int(any(note.outcome == "refused" for note in notes)))


def show(notes: list[Note]) -> None:
    """Print notes, a line each, and how many there are of each kind."""
    width = max((len(str(note.line or "")) for note in notes), default=0)
    for note in notes:
        say(f"{note.line or '':>{width}}  {note.outcome:<8} {note}", fg=_COLOURS[note.outcome])
    counts = [f"{sum(note.outcome == one for note in notes)} {one}" for one in _COLOURS]
    say(f"{'':>{width}}  {', '.join(counts)}")
