"""`kernel spacy import`: a pipeline of spaCy becomes one of ours."""

from __future__ import annotations

from pathlib import Path

import click

from kernel.cli import options
from kernel.cli.say import say


@click.command("import")
@click.argument("pipeline", type=options.file_or_name)
@click.argument("output", type=click.Path(path_type=Path))
@click.option(
    "--exclude", "-x", metavar="NAME", multiple=True, help="Leave out a component. May be repeated."
)
def import_pipeline(pipeline: str, output: Path, exclude: tuple[str, ...]) -> None:
    """Make a saved pipeline of ours, OUTPUT, of PIPELINE: a directory, a wheel or an installed package of spaCy."""
    import kernel

    nlp = kernel.load(pipeline, exclude=exclude)
    nlp.to_disk(output)
    say(f"{output}: {', '.join(nlp.component_names) or 'no components'}")
