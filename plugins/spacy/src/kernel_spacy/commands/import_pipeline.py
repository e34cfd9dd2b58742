"""`kernel spacy import`: a pipeline of spaCy becomes one of ours."""

from __future__ import annotations

from pathlib import Path

import click

from kernel.cli import options
from kernel.cli.command import Command
from kernel.cli.progress import working
from kernel.cli.say import say


@click.command(
    "import",
    cls=Command,
    examples=[
        "kernel spacy import en_core_web_sm output/imported",
    ],
)
@click.argument("pipeline", type=options.file_or_name)
@click.argument("output", type=click.Path(path_type=Path))
@click.option(
    "--exclude", "-x", metavar="NAME", multiple=True, help="Leave out a component. May be repeated."
)
@options.code
@click.option("--verbose", "-V", is_flag=True, help="Say what is written otherwise in the config.")
def import_pipeline(
    pipeline: str, output: Path, exclude: tuple[str, ...], code: tuple[Path, ...], verbose: bool
) -> None:
    """Make a saved pipeline of ours, OUTPUT, of PIPELINE: a directory, a wheel or an installed package of spaCy.

    It says what was carried over, and what was left out or is not as in spaCy.
    """
    from kernel.saving.directories import class_of, find_pipeline
    from kernel_spacy.commands.apart import check_apart
    from kernel_spacy.load import opened

    check_apart(pipeline, output)
    options.load_codes(code)
    changed: list[str] = []
    lost: list[str] = []
    with (
        working("importing the pipeline"),
        opened(find_pipeline(pipeline), exclude, changed=changed.append, lost=lost.append) as saved,
    ):
        nlp = class_of(saved.config).from_saved(saved, exclude=exclude)
        nlp.to_disk(output)
    for line in changed if verbose else ():
        say(f"changed: {line}")
    say(f"carried over: {', '.join(['vocab', 'tokenizer', *nlp.component_names])}")
    for name in exclude:
        say(f"left out: {name}, as you asked")
    for line in lost:
        say(f"note: {line}")
    say(f'load: kernel.load("{output}")')
