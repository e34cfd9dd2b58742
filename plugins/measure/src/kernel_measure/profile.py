"""`kernel debug profile`: where the time of a pipeline goes."""

from __future__ import annotations

from pathlib import Path

import click

from kernel.cli import options
from kernel.cli.command import Command
from kernel.cli.say import say


@click.command(
    "profile",
    cls=Command,
    examples=[
        "kernel debug profile output/first/model-best texts.txt",
    ],
)
@click.argument("model", type=options.file_or_name)
@click.argument("inputs", type=options.FilePath(path_type=Path, allow_dash=True), default="-")
@click.option(
    "--n-texts",
    "-n",
    type=click.IntRange(min=1),
    default=10000,
    show_default=True,
    help="Texts to take at most.",
)
@click.option(
    "--functions", type=click.IntRange(min=0), default=15, show_default=True, help="Functions to list."
)
@options.code
@options.gpu_id
def profile(
    model: str, inputs: Path, n_texts: int, functions: int, code: tuple[Path, ...], gpu_id: int
) -> None:
    """Show where the time of the pipeline MODEL goes on the texts of INPUTS.

    INPUTS: what kernel apply reads; standard input, a text a line, if it is left out. The texts go through the pipeline twice after a
    warm-up: once to time each component, once under Python's profiler, which makes Python code look slower beside what numpy does.
    """
    from itertools import islice

    from kernel.cli.texts import input_files, read_texts
    from kernel.errors import DataError, UsageError
    from kernel.language import Language
    from kernel_measure.profiling import functions_of, stages

    options.load_codes(code)
    pipeline, _ = options.load_pipeline(model, gpu_id)
    if not isinstance(pipeline, Language):
        raise UsageError(f"{model} is no pipeline of texts, but one of the class {type(pipeline).__name__}")
    found = (text for file in input_files(inputs) for text, _ in read_texts(file, "text", pipeline))
    texts = [text if isinstance(text, str) else text.text for text in islice(found, n_texts)]
    if not texts:
        raise DataError("the input holds no texts", path=inputs)
    times = stages(pipeline, texts)
    say(
        f"{times.words / times.seconds:,.0f} words/s: {len(texts):,} texts, {times.words:,} words, {times.seconds:.2f} s"
    )
    say()
    for line in times.table():
        say(line)
    if functions:
        say()
        for line in functions_of(pipeline, texts, functions):
            say(line)
