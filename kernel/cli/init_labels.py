"""`kernel init labels`: the labels of every component, collected once for all later runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from kernel.cli import options, writing
from kernel.cli.lazy import OVERRIDES, ConfigCommand
from kernel.cli.progress import working
from kernel.cli.say import say, say_text

_USE = """\
  [initialize.components.{name}.labels]
  @readers = "kernel.read_labels.v1"
  path = {path}"""


@click.command(
    "labels",
    cls=ConfigCommand,
    examples=[
        "kernel init labels first.cfg output/labels",
    ],
)
@click.argument("config_path", metavar="CONFIG", type=options.file_or_name)
@click.argument("output", metavar="OUTPUT_DIR", type=options.FilePath(path_type=Path, file_okay=False))
@options.force
@options.code
@options.gpu_id
@click.pass_context
def init_labels(
    ctx: click.Context, config_path: str, output: Path, force: bool, code: tuple[Path, ...], gpu_id: int
) -> None:
    """Initialize the pipeline of CONFIG from its training corpus, and write the labels of its components to OUTPUT_DIR, a JSON file each.

    A run that reads them need not go through the whole corpus first, and all runs have the same labels. Any value of
    the config can be set on the command line: --section.key value.
    """
    from kernel.config import load_config, parse_overrides
    from kernel.errors import UsageError
    from kernel.training.prepare import initialized

    options.load_codes(code)
    config = load_config(config_path, parse_overrides(ctx.meta[OVERRIDES]))
    with working("collecting labels"):
        pipeline = initialized(config, gpu_id=gpu_id)
    written = {}
    for name, data in pipeline.label_data().items():
        if not data:
            say(f"{name}: no labels")
            continue
        written[name] = output / f"{name}.json"
        text = json.dumps(data, indent=2, ensure_ascii=False) + "\n"
        writing.write_new(written[name], text.encode(), force=force)
        say(f"{name}: {_number(pipeline, name, data)}, written to {written[name]}")
    if not written:
        raise UsageError("no component of the pipeline has labels")
    say(f"to use {'the file' if len(written) == 1 else 'the files'}, write in the config:")
    for name, path in written.items():
        say_text(_USE.format(name=name, path=json.dumps(path.as_posix(), ensure_ascii=False)))


def _number(pipeline: Any, name: str, data: Any) -> str:
    """How many labels a component has, in words. What it writes of them may have any form: `pipe_labels` of pipelines that have it tells."""
    number = len(getattr(pipeline, "pipe_labels", {}).get(name) or data)
    return f"{number:,} label{'s' * (number != 1)}"
