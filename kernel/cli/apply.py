"""`kernel apply`: annotate texts with a saved pipeline."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any, TextIO

import click

from kernel.cli import options

_INPUTS = (".jsonl", ".spacy", ".txt")


@click.command("apply")
@click.argument("model")
@click.argument("input_path", metavar="INPUT", type=click.Path(path_type=Path))
@click.argument("output_path", metavar="OUTPUT", type=click.Path(path_type=Path, allow_dash=True))
@options.code
@options.gpu_id
@click.option("--text-key", "-tk", default="text", show_default=True, help="Key of the text in JSON Lines.")
@click.option("--force", "-F", is_flag=True, help="Replace OUTPUT if it exists.")
@click.option("--batch-size", "-b", type=click.IntRange(min=1), help="Documents a batch.")
@click.option("--n-process", "-n", type=int, default=1, show_default=True, help="Processes; -1 for one a CPU core.")
def apply(
    model: str,
    input_path: Path,
    output_path: Path,
    code: tuple[Path, ...],
    gpu_id: int,
    text_key: str,
    force: bool,
    batch_size: int | None,
    n_process: int,
) -> None:
    """Annotate INPUT with the pipeline MODEL and write OUTPUT.

    INPUT: .txt (a text a line), .jsonl (a text an object), .spacy, or a directory of them. OUTPUT: .spacy, .jsonl, or -
    for JSON Lines on standard output, there without tokens that have nothing but their place.
    """
    from kernel.errors import UsageError

    if output_path.suffix not in (".spacy", ".jsonl") and str(output_path) != "-":
        raise UsageError(f"can't write {output_path}: OUTPUT ends in .spacy or .jsonl, or is -")
    if output_path.exists() and not force:
        raise UsageError(f"{output_path} exists", hint="Use --force to replace it.")
    files = input_files(input_path)
    options.load_codes(code)
    pipeline, _ = options.load_pipeline(model, gpu_id)
    texts = (text for file in files for text in read_texts(file, text_key, pipeline))
    docs = _counted(pipeline.pipe(texts, batch_size=batch_size, n_process=n_process))
    if output_path.suffix == ".spacy":
        _write_store(docs, output_path)
    else:
        with _output(output_path) as file:
            for doc in docs:
                file.write(_line(doc, is_brief=str(output_path) == "-"))


def input_files(path: Path) -> list[Path]:
    """The file itself, or the readable files below a directory, sorted, hidden ones left out."""
    from kernel.errors import DataError

    if path.is_dir():
        found = [file for file in sorted(path.rglob("*")) if file.suffix in _INPUTS and file.name[0] != "."]
        if not found:
            raise DataError(f"no {', '.join(_INPUTS)} files in this directory", path=path)
        return found
    if not path.exists():
        raise DataError("no such file or directory", path=path)
    if path.suffix not in _INPUTS:
        raise DataError(f"can't tell the format; known are {', '.join(_INPUTS)}", path=path)
    return [path]


def read_texts(path: Path, text_key: str, pipeline: Any) -> Iterator[Any]:
    """The texts of a file, or its documents if they are tokenized already. Empty lines are left out."""
    from kernel.errors import DataError
    from kernel.tokens import DocBin

    if path.suffix == ".spacy":
        yield from DocBin().from_disk(path).get_docs(pipeline.vocab)
        return
    with path.open(encoding="utf8") as file:
        for number, line in enumerate(file, start=1):
            line = line.strip()
            if not line:
                continue
            if path.suffix == ".txt":
                yield line
                continue
            try:
                text = json.loads(line)[text_key]
            except (ValueError, TypeError, KeyError) as error:
                what = "no JSON" if isinstance(error, ValueError) else f"no key '{text_key}'"
                raise DataError(what, path=path, line=number, hint="See --text-key.") from None
            if not isinstance(text, str):
                raise DataError(f"'{text_key}' is no text", path=path, line=number)
            yield text


def _write_store(docs: Iterator[Any], path: Path) -> None:
    from kernel.atomic import atomic_file
    from kernel.errors import UsageError
    from kernel.tokens import DocBin

    store = DocBin(store_user_data=True)
    for doc in docs:
        store.add(doc)
    try:
        with atomic_file(path) as fresh:
            fresh.write_bytes(store.to_bytes())
    except OSError as error:
        raise UsageError(f"can't write {path}: {error.strerror or error}") from error


def _line(doc: Any, *, is_brief: bool) -> str:
    found = doc.to_json()
    if is_brief and all(set(token) <= {"id", "start", "end"} for token in found.get("tokens", ())):
        found.pop("tokens", None)
    return json.dumps(found, ensure_ascii=False) + "\n"


@contextmanager
def _output(path: Path) -> Iterator[TextIO]:
    from kernel.atomic import atomic_file
    from kernel.errors import UsageError

    if str(path) == "-":
        yield sys.stdout
        return
    try:
        with atomic_file(path) as fresh, fresh.open("w", encoding="utf8") as file:
            yield file
            file.flush()
    except OSError as error:
        raise UsageError(f"can't write {path}: {error.strerror or error}") from error


def _counted(docs: Iterator[Any]) -> Iterator[Any]:
    """Pass documents on; shows how many on a terminal, and how fast at the end."""
    terminal = sys.stderr.isatty()
    start = shown = perf_counter()
    number = words = 0
    for doc in docs:
        number += 1
        words += len(doc)
        yield doc
        now = perf_counter()
        if terminal and now - shown > 0.1:
            shown = now
            click.echo(f"\r{number:,} documents, {words / (now - start):,.0f} words/s ", nl=False, err=True)
    seconds = max(perf_counter() - start, 1e-9)
    lead = "\r" if terminal else ""
    click.echo(f"{lead}{number:,} documents, {words:,} words, {words / seconds:,.0f} words/s", err=True)
