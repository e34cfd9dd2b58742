"""`kernel spacy export`: a pipeline of ours becomes a folder that spaCy loads."""

from __future__ import annotations

from pathlib import Path

import click

from kernel.cli import options
from kernel.cli.command import Command
from kernel.cli.progress import working
from kernel.cli.say import say


@click.command(
    "export",
    cls=Command,
    examples=[
        "kernel spacy export output/first/model-best output/for-spacy",
    ],
)
@click.argument("pipeline", type=options.file_or_name)
@click.argument("output", type=click.Path(path_type=Path))
@click.option(
    "--exclude", "-x", metavar="NAME", multiple=True, help="Leave out a component. May be repeated."
)
@options.code
@click.option("--inexact", is_flag=True, help="Write also what spaCy computes in another way.")
def export_pipeline(
    pipeline: str, output: Path, exclude: tuple[str, ...], code: tuple[Path, ...], inexact: bool
) -> None:
    """Write PIPELINE, a saved pipeline, to the folder OUTPUT, which spaCy 3.8 loads and predicts the same with.

    What spaCy could not load or would not compute is an error that names each of it, and nothing is written.
    """
    import kernel
    from kernel_spacy.commands.apart import check_apart
    from kernel_spacy.export import export

    check_apart(pipeline, output)
    options.load_codes(code)
    with working("exporting the pipeline"):
        nlp = kernel.load(pipeline, exclude=exclude)
        said = list(export(nlp, output, inexact=inexact))
    for line in said:
        say(line)
    say(f"{output}: {', '.join(nlp.component_names) or 'no components'}")
