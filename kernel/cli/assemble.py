"""`kernel assemble`: a pipeline from a config, without training."""

from __future__ import annotations

from pathlib import Path

import click

from kernel.cli import options
from kernel.cli.lazy import OVERRIDES, ConfigCommand
from kernel.cli.progress import working
from kernel.cli.say import say
from kernel.cli.writing import check_vacant


@click.command(
    "assemble",
    cls=ConfigCommand,
    examples=[
        "kernel assemble first.cfg output/assembled",
    ],
)
@click.argument("config_path", metavar="CONFIG", type=options.file_or_name)
@click.argument("output", metavar="OUTPUT", type=options.FilePath(path_type=Path))
@options.code
@click.option("--force", "-F", is_flag=True, help="Replace OUTPUT if it holds anything.")
@click.pass_context
def assemble(ctx: click.Context, config_path: str, output: Path, code: tuple[Path, ...], force: bool) -> None:
    """Build the pipeline of CONFIG (- for standard input) without training it, and save it to OUTPUT.

    Components with a source are copied with their weights, the others are initialised. Any value of the config can be
    set on the command line: --section.key value.
    """
    from kernel.config import load_config, parse_overrides
    from kernel.training.assemble import assemble as build
    from kernel.training.assemble import save

    check_vacant(output, force=force)
    options.load_codes(code)
    source = load_config(config_path, parse_overrides(ctx.meta[OVERRIDES]))
    with working("building the pipeline"):
        pipeline, config = build(source)
        save(pipeline, config, output)
    say(f"saved to {output}")
