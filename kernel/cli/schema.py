"""`kernel schema`: what may stand in a config, for editors."""

from __future__ import annotations

import json
from pathlib import Path

import click

from kernel.cli import options


@click.command("schema")
@click.argument("output", metavar="[OUTPUT]", default="-")
@options.code
def schema(output: str, code: tuple[Path, ...]) -> None:
    """Write a JSON Schema of all configs that work with what is installed to OUTPUT, or to standard output.

    It has every section, and every registered name with its parameters, their types, defaults and descriptions. Editors
    complete and check configs in JSON, TOML or YAML with it. Every installed package is imported.
    """
    from kernel.config.json_schema import config_schema

    options.load_codes(code)
    text = json.dumps(config_schema(), indent=2, ensure_ascii=False) + "\n"
    if output == "-":
        click.echo(text, nl=False)
    else:
        options.write_text(Path(output), text)
        click.echo(f"wrote {output}")
