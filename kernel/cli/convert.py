"""`kernel convert`: annotated files of other formats to `.spacy`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kernel.cli import options


@click.command("convert")
@click.argument("input_path", type=click.Path(path_type=Path))
@click.argument("output_dir", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--converter", "-c", default="auto", show_default=True, help="Name of a format or registered converter."
)
@click.option(
    "--lang", "-l", default="xx", show_default=True, help="Language whose tokenizer splits raw text."
)
@click.option(
    "--n-sents", "-n", type=click.IntRange(min=0), help="Sentences per document; 0 makes one document of all."
)
@click.option("--concatenate", "-C", is_flag=True, help="Write one file for all inputs.")
@options.code_without_letter
def convert(
    input_path: Path,
    output_dir: Path,
    converter: str,
    lang: str,
    n_sents: int | None,
    concatenate: bool,
    code: tuple[Path, ...],
) -> None:
    """Convert INPUT_PATH, a file or a directory, to .spacy files in OUTPUT_DIR.

    Training reads the same formats directly; conversion only saves the work of parsing them again.
    """
    from kernel import blank, registry
    from kernel.errors import DataError
    from kernel.tokens import DocBin

    options.load_codes(code)
    name = converter if registry.has("converters", converter) else f"kernel.{converter}.v1"
    read = registry.get("converters", name)()
    files = _input_files(input_path)
    nlp = blank(lang)
    total = 0
    merged = DocBin(store_user_data=True)
    for path in files:
        store = merged if concatenate else DocBin(store_user_data=True)
        before = len(store)
        for doc in read(path, nlp, n_sents=n_sents):
            store.add(doc)
        found = len(store) - before
        if not found:
            raise DataError("the file holds no documents", path=path)
        total += found
        if not concatenate:
            _write(store, output_dir / f"{path.stem}.spacy", found)
    if concatenate:
        _write(merged, output_dir / f"{input_path.stem}.spacy", total)


def _input_files(path: Path) -> list[Path]:
    from kernel.errors import DataError

    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
        if not files:
            raise DataError("the directory holds no files", path=path)
        return files
    if not path.exists():
        raise DataError("no such file or directory", path=path)
    return [path]


def _write(store: Any, path: Path, n_docs: int) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        store.to_disk(path)
    except OSError as error:
        raise options.unwritable(path, error) from error
    click.echo(f"{path}: {n_docs} documents")
