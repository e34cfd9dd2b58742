"""`kernel apply`: annotate texts with a saved pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import click

from kernel.cli import options
from kernel.cli.command import Command
from kernel.cli.progress import Progress, line
from kernel.cli.say import say

# Documents of a batch at most, by default, where several processes take them.
_BATCH_OF_WORKERS = 250
# What standard output gets, unless a format is named.
_FOR_PEOPLE = "brief"


@click.command(
    "apply",
    cls=Command,
    examples=[
        "kernel apply output/first/model-best texts.txt found.jsonl",
        "kernel apply output/first/model-best texts.txt -",
    ],
)
@click.argument("model", type=options.file_or_name)
@click.argument(
    "input_paths",
    metavar="INPUT...",
    nargs=-1,
    required=True,
    type=options.FilePath(path_type=Path, allow_dash=True),
)
@click.argument("output_path", metavar="OUTPUT", type=options.FilePath(path_type=Path, allow_dash=True))
@options.code
@options.gpu_id
@click.option(
    "--format",
    "format_name",
    type=options.Known("writers"),
    help="Name of the format of OUTPUT, such as conllu, or of a registered writer; by default its extension tells.",
)
@click.option("--text-key", "-tk", default="text", show_default=True, help="Key of the text in JSON Lines.")
@click.option("--force", "-F", is_flag=True, help="Replace OUTPUT if it exists.")
@click.option(
    "--batch-size",
    "-b",
    type=click.IntRange(min=1),
    help="Documents per batch; by default batch_size of [nlp], and 250 at most with several processes.",
)
@click.option(
    "--n-process",
    "-n",
    type=int,
    default=1,
    show_default=True,
    help="Number of processes; -1 for one per CPU core. More than one pay off for many texts only.",
)
def apply(
    model: str,
    input_paths: tuple[Path, ...],
    output_path: Path,
    code: tuple[Path, ...],
    gpu_id: int,
    format_name: str | None,
    text_key: str,
    force: bool,
    batch_size: int | None,
    n_process: int,
) -> None:
    """Annotate INPUT with the pipeline MODEL and write OUTPUT.

    INPUT: .txt (a text a line), .jsonl (a text an object), .spacy, each also compressed (.txt.gz), a directory of them, a
    pattern ("texts/*.txt"), or several of these; or - for standard input (a text a line, with the blanks at its ends). Blank lines are left out.

    OUTPUT: a file whose extension tells its format, such as .spacy, .jsonl or .conllu, or any with --format; or - for JSON
    Lines on standard output, there without tokens that have nothing but their place. What the format can't hold is told at
    the end. JSON Lines keep the other keys of a .jsonl record, such as its id.
    """
    from kernel.cli import writers
    from kernel.cli.texts import Reading, input_files
    from kernel.errors import UsageError
    from kernel.language import Language

    options.load_codes(code)
    is_piped = str(output_path) == "-"
    if format_name or is_piped:
        writer = writers.by_name(format_name or _FOR_PEOPLE)
    else:
        writer = writers.by_suffix(output_path)
    if not is_piped:
        writers.check_place(writer, output_path, force=force)
    files = input_files(*input_paths)
    if any(file != "-" and output_path.exists() and output_path.samefile(file) for file in map(str, files)):
        raise UsageError(
            f"can't write {output_path}: it is among what is read",
            hint="Choose another name, also with --force.",
        )
    pipeline, _ = options.load_pipeline(model, gpu_id)
    if not isinstance(pipeline, Language):
        raise UsageError(
            f"kernel apply needs a pipeline of texts, but {model} is one of the class {type(pipeline).__name__}"
        )
    texts = Reading(files, text_key, pipeline)
    size = batch_size or default_batch(pipeline.batch_size, n_process)
    docs = _counted(
        pipeline.pipe(iter(texts), as_tuples=True, batch_size=size, n_process=n_process), texts.done
    )
    if is_piped:
        writers.write_out(writer, docs)
    else:
        writers.write(writer, docs, output_path)


def default_batch(own: int, n_process: int) -> int:
    """Documents a batch: what the pipeline says, and with several processes no more than keeps all of them busy.

    Each of them is to have some of a short input, and what one has done is written while the others go on.
    """
    return own if n_process == 1 else min(own, _BATCH_OF_WORKERS)


def _counted(docs: Iterator[tuple[Any, Any]], done: Callable[[], float | None]) -> Iterator[tuple[Any, Any]]:
    """Pass documents with their records on; shows how many, and how fast at the end. done: counts one, and says what share of the input is done."""
    from kernel.errors import warn

    start = perf_counter()
    number = words = 0
    with Progress("documents") as progress:
        for doc, others in docs:
            number += 1
            words += len(doc)
            share = done()
            yield doc, others
            if progress.is_due():
                speed = f"{words / (perf_counter() - start):,.0f} words/s"
                progress.show(f"{line(share, f'{number:,} documents', perf_counter() - start)}, {speed}")
    seconds = max(perf_counter() - start, 1e-9)
    if not number:
        warn("the input holds no texts")
    size = f"{number:,} document{'s' * (number != 1)}, {words:,} word{'s' * (words != 1)}"
    say(f"{size}, {words / seconds:,.0f} words/s", err=True)
