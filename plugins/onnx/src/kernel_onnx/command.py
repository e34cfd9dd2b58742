"""`kernel onnx`: a trained pipeline whose transformer runs in onnxruntime, on the CPU and without torch."""

from __future__ import annotations

from pathlib import Path

import click

from kernel.cli import options, writing
from kernel.cli.command import Command
from kernel.cli.interrupts import stopping
from kernel.cli.progress import working
from kernel.cli.say import say


@click.command(
    "onnx",
    cls=Command,
    examples=[
        "kernel onnx output/bert/model-best output/onnx --int8",
    ],
)
@click.argument("model", type=options.file_or_name)
@click.argument("output", metavar="OUTPUT", type=options.FilePath(path_type=Path))
@click.option(
    "--int8",
    is_flag=True,
    help="Weights in eight bits: a quarter of the size, about twice as fast, and a little less exact.",
)
@click.option(
    "--threads",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Threads of the CPU that onnxruntime takes for a batch.",
)
@options.code
@options.force
def onnx(model: str, output: Path, int8: bool, threads: int, code: tuple[Path, ...], force: bool) -> None:
    """Write the pipeline MODEL to OUTPUT with its transformer's network in onnxruntime's form.

    OUTPUT predicts the same on the CPU, and needs neither torch nor transformers. It can't be trained.
    """
    from kernel.errors import UsageError
    from kernel.language import Language

    writing.check_vacant(output, force=force)
    options.load_codes(code)
    nlp, _ = options.load_pipeline(model, -1)
    if not isinstance(nlp, Language):
        raise UsageError(
            f"kernel onnx needs a pipeline of texts, but {model} is one of the class {type(nlp).__name__}"
        )
    with stopping(), working("exchanging networks"):
        from kernel_onnx.pipeline import exchange

        made = exchange(nlp, int8=int8, threads=threads)
        nlp.to_disk(output)
    for each in made:
        say(f"{each.name}: {each.before / 1e6:.1f} MB of torch's, {each.after / 1e6:.1f} MB in ONNX")
    say(f"saved to {output}")
