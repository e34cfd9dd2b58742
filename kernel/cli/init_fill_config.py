"""`kernel init fill-config`: a partial config completed with all defaults."""

from __future__ import annotations

from pathlib import Path

import click

from kernel.cli import options, writing
from kernel.cli.command import Command
from kernel.cli.say import say_text, write_data


@click.command(
    "fill-config",
    cls=Command,
    examples=[
        "kernel init fill-config first.cfg filled.cfg",
        "kernel init fill-config first.cfg --diff",
    ],
)
@click.argument("base_path", metavar="BASE", type=options.file_or_name)
@click.argument("output_path", metavar="[OUT]", default="-", type=options.file_or_name)
@click.option("--diff", "-D", is_flag=True, help="Show what was added.")
@options.section
@options.force
@options.code
def init_fill_config(
    base_path: str, output_path: str, diff: bool, section: str | None, force: bool, code: tuple[Path, ...]
) -> None:
    """Complete the config BASE with the defaults of everything that it names, and write it to OUT.

    Comments and variables stay; filling a filled config changes nothing. BASE may be - for standard input; without OUT
    the result, or with --diff only the difference, goes to standard output. OUT may be BASE, which then is completed.
    """
    from kernel.config import load_config
    from kernel.training.prepare import add_section, fill_config, pipeline_class

    options.load_codes(code)
    config = load_config(base_path, environment=False)
    cls = pipeline_class(config)
    whole = config if section is None else add_section(cls, config, section)
    text = fill_config(cls, whole).to_str()
    if output_path != "-":
        # Nothing of a config is lost by completing it.
        is_same = (
            Path(output_path).exists() and Path(base_path).exists() and Path(base_path).samefile(output_path)
        )
        writing.write_new(Path(output_path), text.encode(), force=force or is_same)
    elif not diff:
        write_data(text)
    if diff:
        say_text(_difference(config.to_str(), text, base_path, output_path), nl=False)


def _difference(before: str, after: str, base: str, output: str) -> str:
    from difflib import unified_diff

    filled = f"{base} (filled)" if output == "-" else output
    return "".join(unified_diff(before.splitlines(True), after.splitlines(True), base, filled))
