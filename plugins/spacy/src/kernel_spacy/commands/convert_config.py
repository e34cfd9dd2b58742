"""`kernel spacy convert-config`: a config of spaCy becomes one of ours."""

from __future__ import annotations

from pathlib import Path

import click

from kernel.cli import options, writing
from kernel.cli.lazy import OVERRIDES, ConfigCommand
from kernel.cli.say import say, write_data


@click.command(
    "convert-config",
    cls=ConfigCommand,
    examples=[
        "kernel spacy convert-config spacy.cfg ours.cfg",
    ],
)
@click.argument("config_path", metavar="CONFIG", type=options.file_or_name)
@click.argument("output_path", metavar="[OUT]", default="-", type=options.file_or_name)
@options.code
@options.force
@click.pass_context
def convert_config(
    ctx: click.Context, config_path: str, output_path: str, code: tuple[Path, ...], force: bool
) -> None:
    """Write the config CONFIG of spaCy 3 (- for standard input) to OUT as one of ours.

    Comments, variables and the order of keys stay. What can't carry over is told; it stays as it was, or something that does without
    takes its place, and the exit code is then 1. Without OUT the config goes to standard output. Any value of CONFIG can be set on the
    command line: --section.key value.
    """
    from kernel.config import load_config, parse_overrides
    from kernel_spacy.configs import convert

    options.load_codes(code)
    config = load_config(config_path, parse_overrides(ctx.meta[OVERRIDES]), environment=False)
    converted, notes = convert(config)
    text = converted.to_str()
    if output_path == "-":
        write_data(text)
    else:
        writing.write_new(Path(output_path), text.encode(), force=force)
    refused = [note for note in notes if note.outcome == "refused"]
    for note in notes:
        if note.outcome == "changed" or note in refused:
            say(f"{config_path}:{note.line or ''}: {note}", err=True)
    ctx.exit(int(bool(refused)))
