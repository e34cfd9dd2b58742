"""`kernel render`: draw what a pipeline finds in texts, or how that differs from gold annotations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kernel.cli import options
from kernel.cli.command import Command

if TYPE_CHECKING:
    from kernel_render.files import Draw, Items

STDOUT = Path("-")


@click.command(
    "render",
    cls=Command,
    examples=[
        'kernel render output/first/model-best "Ada lives in London." -o page.html',
        "kernel render output/first/model-best --gold dev.jsonl -o differences.html",
    ],
)
@click.argument("model", type=options.file_or_name)
@click.argument("texts", metavar="[TEXT|FILE]...", nargs=-1, type=options.file_or_name)
@click.option(
    "--output",
    "-o",
    type=options.FilePath(path_type=Path, allow_dash=True),
    default=STDOUT,
    show_default=True,
    help="A page (.html), a tree (.svg), a folder with a file for each document, or - for a page on standard output.",
)
@click.option(
    "--style",
    "-s",
    type=click.Choice(["ent", "span", "dep", "cat"]),
    help="Draw only entities, spans, trees or categories.",
)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["html", "svg"]),
    help="What a folder gets: pages, or trees as SVG.",
)
@click.option(
    "--gold",
    type=options.FilePath(path_type=Path),
    help="Annotated file, directory or pattern: draw how the pipeline differs from it.",
)
@click.option(
    "--limit", "-n", type=click.IntRange(min=0), default=0, help="Number of documents at most; 0 for all."
)
@click.option("--spans-key", "-sk", help="Draw only this group of spans.")
@click.option(
    "--labels", type=options.names, help="Draw only entities of these labels, with commas between them."
)
@click.option(
    "--links",
    metavar="ADDRESS",
    help="Where ids of entities lead, with {} for the id: https://example.org/{}",
)
@click.option("--compact", is_flag=True, help="Trees with lower arcs.")
@click.option("--fine-grained", is_flag=True, help="Trees with tags, and not parts of speech.")
@click.option("--lemmas", is_flag=True, help="Trees with lemmas.")
@click.option("--collapse-punct", is_flag=True, help="Trees with punctuation drawn with the word before it.")
@click.option("--text-key", "-tk", default="text", show_default=True, help="Key of the text in JSON Lines.")
@options.force
@options.code
@options.gpu_id
def render(
    model: str,
    texts: tuple[str, ...],
    output: Path,
    style: str | None,
    format_name: str | None,
    gold: Path | None,
    limit: int,
    text_key: str,
    force: bool,
    code: tuple[Path, ...],
    gpu_id: int,
    spans_key: str | None,
    labels: list[str] | None,
    links: str | None,
    **switches: bool,
) -> None:
    """Draw what the pipeline MODEL finds in texts: entities, spans, trees and categories.

    TEXT is drawn as it is. FILE is read as by kernel apply: .txt, .jsonl, .spacy, a directory, a pattern, or - for standard input.
    What looks like a file and isn't there is an error. With --gold the texts are those of the annotated file.
    """
    from kernel.cli import writers
    from kernel.errors import UsageError

    if bool(texts) == (gold is not None):
        raise UsageError("give either texts or files to draw, or --gold FILE")
    drawn = {
        "compact": switches["compact"],
        "fine_grained": switches["fine_grained"],
        "add_lemma": switches["lemmas"],
        "collapse_punct": switches["collapse_punct"],
        **({"spans_key": spans_key} if spans_key is not None else {}),
        **({"ents": labels} if labels is not None else {}),
        **({"kb_url_template": links} if links is not None else {}),
    }
    check_links(links)
    kind = format_of(output, format_name)
    if kind == "svg" and (style not in (None, "dep") or gold is not None):
        raise UsageError(
            "only trees are drawn as SVG", hint="Leave --style and --gold out, or write a page: OUTPUT.html."
        )
    draw = _differences(drawn) if gold is not None else _trees(drawn) if kind == "svg" else _all(style, drawn)
    writer = _writer(output, kind, draw)
    if output != STDOUT:
        writers.check_place(writer, output, force=force)
    items = (
        _gold(model, gold, code, gpu_id)
        if gold is not None
        else _annotated(model, texts, code, gpu_id, text_key)
    )
    counted = _counted(items, limit)
    if output == STDOUT:
        writers.write_out(writer, counted)
    else:
        writers.write(writer, counted, output)


def format_of(output: Path, named: str | None) -> str:
    """`html` or `svg`. `UsageError` for a file of another kind, or if its name and `--format` say different things."""
    from kernel.errors import UsageError

    by_suffix = {".html": "html", ".htm": "html", ".svg": "svg"}.get(output.suffix.lower())
    is_folder = output.is_dir() or not output.suffix
    if output != STDOUT and not is_folder and by_suffix is None:
        raise UsageError(
            f"can't draw in {output}",
            hint="Its name ends in .html or .svg, or it is a folder, without an extension.",
        )
    if named is not None and by_suffix not in (None, named) and not is_folder:
        raise UsageError(f"{output} is no file of {named}", hint="Leave --format out: the name tells.")
    return named or (not is_folder and by_suffix) or "html"


def check_links(template: str | None) -> None:
    """`UsageError` if a template is no address with one place for an id."""
    from kernel.errors import UsageError
    from kernel_render.links import filled, web_address

    if template is None:
        return
    try:
        address = filled(template, "Q1")
    except UsageError:
        address = template
    if address == template or web_address(address) is None:
        raise UsageError(
            "--links is no address of the web with {} for the id",
            hint="Such as --links 'https://example.org/{}'",
        )


def _writer(output: Path, kind: str, draw: Draw) -> Any:
    from kernel_render.files import Folder, PageFile, SvgFile

    if output != STDOUT and (output.is_dir() or not output.suffix):
        return Folder(draw, f".{kind}")
    return SvgFile(draw) if kind == "svg" else PageFile(draw)


def _all(style: str | None, drawn: dict[str, Any]) -> Draw:
    from kernel_render.documents import draw_document

    return lambda doc: [draw_document(doc, style, drawn)]


def _trees(drawn: dict[str, Any]) -> Draw:
    """Trees for files of their own, on a background of their own."""
    from kernel_render.documents import draw_sentences

    return lambda doc: draw_sentences(doc, {**drawn, "color": "#000000", "bg": "#ffffff"})


def _differences(drawn: dict[str, Any]) -> Draw:
    from kernel_render.differences import draw_differences, parse_differences

    return lambda example: [draw_differences(parse_differences(example, drawn), drawn)]


def _annotated(
    model: str, texts: tuple[str, ...], code: tuple[Path, ...], gpu_id: int, text_key: str
) -> Items:
    """What the pipeline finds, document by document."""
    from kernel.cli.texts import INPUTS, input_files, read_texts
    from kernel.errors import UsageError
    from kernel.files.compressed import suffix_of
    from kernel.language import Language

    def is_file(text: str) -> bool:
        # A text may be longer than the name of a file can be.
        try:
            return text == "-" or suffix_of(Path(text)) in INPUTS or Path(text).exists()
        except (OSError, ValueError):
            return False

    sources: list[Path | str] = []
    for text in texts:
        sources += input_files(Path(text)) if is_file(text) else [text]
    options.load_codes(code)
    pipeline, _ = options.load_pipeline(model, gpu_id)
    if not isinstance(pipeline, Language):
        raise UsageError(f"{model} is no pipeline of texts, but one of the class {type(pipeline).__name__}")

    def read() -> Iterator[tuple[Any, dict[str, Any]]]:
        for source in sources:
            if isinstance(source, Path):
                yield from read_texts(source, text_key, pipeline)
            else:
                yield source, {}

    return pipeline.pipe(read(), as_tuples=True)


def _gold(model: str, gold: Path, code: tuple[Path, ...], gpu_id: int) -> Items:
    """Examples of a file, with what the pipeline finds."""
    from kernel.cli.evaluate import load
    from kernel.errors import UsageError
    from kernel.language import Language
    from kernel.training import Example

    pipeline, examples = load(model, gold, code, gpu_id)
    if not isinstance(pipeline, Language):
        raise UsageError(f"{model} is no pipeline of texts, but one of the class {type(pipeline).__name__}")
    predicted = pipeline.pipe(example.predicted for example in examples)
    return ((Example(doc, example.reference), {}) for doc, example in zip(predicted, examples, strict=True))


def _counted(items: Iterable[tuple[Any, dict[str, Any]]], limit: int) -> Iterator[tuple[Any, dict[str, Any]]]:
    """At most so many items, with the progress shown; warns if there are none."""
    from itertools import islice

    from kernel.cli.progress import Progress
    from kernel.errors import warn

    progress = Progress("documents")
    number = 0
    for item in islice(items, limit or None):
        number += 1
        yield item
        progress.update(None, number)
    progress.clear()
    if not number:
        warn("the input holds no texts")
