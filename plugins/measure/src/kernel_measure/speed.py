"""`kernel benchmark speed`: how many words a pipeline does in a second, and how sure that is."""

from __future__ import annotations

from pathlib import Path

import click

from kernel.cli import options
from kernel.cli.lazy import OVERRIDES, ConfigCommand
from kernel.cli.say import say

LEVEL = 0.95


@click.command(
    "speed",
    cls=ConfigCommand,
    examples=[
        "kernel benchmark speed output/first/model-best test.jsonl --batch-size 8",
    ],
)
@click.argument("model", type=options.file_or_name)
@click.argument("data", type=options.FilePath(path_type=Path))
@click.option(
    "--batch-size",
    "-b",
    type=click.IntRange(min=1),
    help="Texts a batch; by default as many as the pipeline says.",
)
@click.option("--no-shuffle", is_flag=True, help="Take the texts in their order.")
@click.option(
    "--batches", type=click.IntRange(min=30), default=50, show_default=True, help="Batches to measure."
)
@click.option(
    "--warmup",
    "-w",
    type=click.IntRange(min=0),
    default=3,
    show_default=True,
    help="Passes through the texts before anything is measured.",
)
@options.gpu_id
@options.code
@click.pass_context
def speed(
    ctx: click.Context,
    model: str,
    data: Path,
    batch_size: int | None,
    no_shuffle: bool,
    batches: int,
    warmup: int,
    gpu_id: int,
    code: tuple[Path, ...],
) -> None:
    """Measure the speed of the pipeline MODEL on the texts of DATA, from the text to the last component.

    Batches are measured one by one. The speed is that of all of them together, with the interval in which 95 % of resamples of the
    batches lie, and the batches that are far from the others are counted. Any value of the pipeline's config can be set on the command line:
    --section.key value.
    """
    from statistics import median

    from kernel.cli.evaluate import load
    from kernel.config import parse_overrides
    from kernel_measure.timing import measure, outliers, summary

    overrides = parse_overrides(ctx.meta[OVERRIDES])
    pipeline, examples = load(model, data, code, gpu_id, overrides=overrides)
    references = [example.reference for example in examples]
    # Where the spaces of a text are not known, its words are given.
    texts = [doc if doc.has_unknown_spaces else doc.text for doc in references]
    size = min(batch_size or pipeline.batch_size, len(texts))
    words, seconds = measure(
        pipeline, texts, size=size, batches=batches, warmup=warmup, shuffle=not no_shuffle
    )
    mean, (low, high) = summary(words, seconds, LEVEL)
    say(f"{mean:,.0f} words/s, {100 * LEVEL:g} % between {low:,.0f} and {high:,.0f}")
    rates = words / seconds
    spread = f"slowest {rates.min():,.0f}, median {median(rates):,.0f}, fastest {rates.max():,.0f}"
    say(f"{batches} batches of {size} texts, {words.mean():,.0f} words each; {spread} words/s")
    mild, extreme = outliers(rates)
    if mild or extreme:
        say(
            f"{mild} batches lie far from the others (1.5 times the middle half), {extreme} very far (3 times)"
        )
    if mild + extreme > batches / 10:
        say("That is many: something else may be using the machine. Measure again, or more --batches.")
