"""`kernel schema`: what may stand in a config, for editors."""

from __future__ import annotations

import json
from pathlib import Path

import click

from kernel.cli import options, writing
from kernel.cli.command import Command
from kernel.cli.progress import working
from kernel.cli.say import say, write_data


@click.command(
    "schema",
    cls=Command,
    examples=[
        "kernel schema output/configs.schema.json",
    ],
)
@click.argument("output", metavar="[OUTPUT]", default="-", type=options.file_or_name)
@options.force
@options.code
def schema(output: str, force: bool, code: tuple[Path, ...]) -> None:
    """Write a JSON Schema of all configs that work with what is installed to OUTPUT, or to standard output.

    It has every section, and every registered name with its parameters, their types, defaults and descriptions. Editors
    complete and check configs in JSON, TOML or YAML with it. Every installed package is imported.
    """
    from kernel.config.json_schema import config_schema

    options.load_codes(code)
    with working("importing what is installed"):
        text = json.dumps(config_schema(), indent=2, ensure_ascii=False) + "\n"
    if output == "-":
        write_data(text)
    else:
        writing.write_new(Path(output), text.encode(), force=force, ours=_is_schema)
        say(f"wrote {output}")


def _is_schema(content: bytes) -> bool:
    """Whether a file is a schema that this command made, for another set of packages."""
    from kernel.config.json_schema import TITLE

    try:
        found = json.loads(content)
    except ValueError:
        return False
    return isinstance(found, dict) and "$schema" in found and found.get("title") == TITLE
