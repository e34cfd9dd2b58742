"""The command line. This module imports click and nothing of kernel; each command is imported when it is called."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from kernel.cli.lazy import LazyGroup

# Name -> ("module:attribute", one line of help). A command needs a file and a line here, nothing else.
COMMANDS = {
    "apply": ("kernel.cli.apply:apply", "Run a pipeline over texts and save what it finds."),
    "assemble": ("kernel.cli.assemble:assemble", "Build a pipeline without training it."),
    "convert": ("kernel.cli.convert:convert", "Convert annotated files of other formats to .spacy."),
    "debug": ("kernel.cli:debug", "Look into configs, data and models."),
    "evaluate": ("kernel.cli.evaluate:evaluate", "Score a pipeline on annotated data."),
    "info": ("kernel.cli.info:info", "Show versions, plugins, devices, or a pipeline's facts."),
    "init": ("kernel.cli:init", "Write configs, labels and vectors to start from."),
    "package": ("kernel.cli.package:package", "Make an installable package of a saved pipeline."),
    "train": ("kernel.cli.train:train", "Train a pipeline from a config."),
}
INIT: dict[str, tuple[str, str]] = {
    "config": ("kernel.cli.init_config:init_config", "Write a complete config to start from."),
    "fill-config": ("kernel.cli.init_fill_config:init_fill_config", "Complete a config with all defaults."),
    "labels": ("kernel.cli.init_labels:init_labels", "Collect the labels of a corpus, for all later runs."),
}
DEBUG: dict[str, tuple[str, str]] = {
    "data": ("kernel.cli.debug_data:debug_data", "Look for mistakes in the data of a config."),
}

init = LazyGroup("init", INIT, help="Write configs, labels and vectors to start from.")
debug = LazyGroup("debug", DEBUG, help="Look into configs, data and models.")


def _print_version(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from kernel import __version__

        click.echo(__version__)
        ctx.exit()


cli = LazyGroup(
    "kernel",
    COMMANDS,
    help="Train and run NLP pipelines from one config file.",
    plugins="kernel_cli",
    params=[
        click.Option(
            ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_print_version,
            help="Show the version.",
        ),
        click.Option(
            ["--traceback"], is_flag=True, expose_value=False, help="Show where in the code an error was raised."
        ),
    ],
)  # fmt: skip


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with its code."""
    from kernel.cli.run import run

    sys.exit(run(sys.argv[1:] if args is None else args))
