"""`kernel convert`: annotated files of other formats to `.spacy`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import click

from kernel.cli import options, writing
from kernel.cli.say import say


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
@options.force
@options.code_without_letter
def convert(
    input_path: Path,
    output_dir: Path,
    converter: str,
    lang: str,
    n_sents: int | None,
    concatenate: bool,
    force: bool,
    code: tuple[Path, ...],
) -> None:
    """Convert INPUT_PATH, a file or a directory, to .spacy files in OUTPUT_DIR.

    The folders of a directory are kept, and so is what OUTPUT_DIR holds already, without --force. Training reads the same formats directly; conversion only saves the work of parsing them again.
    """
    from kernel import blank, registry
    from kernel.errors import DataError
    from kernel.tokens import DocBin

    options.load_codes(code)
    name = converter if registry.has("converters", converter) else f"kernel.{converter}.v1"
    read = registry.get("converters", name)()
    files = _input_files(input_path, output_dir, read)
    targets = _targets(files, input_path, output_dir)
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
            _write(store, targets[path], found, force=force)
    if concatenate:
        _write(merged, output_dir / f"{input_path.resolve().stem}.spacy", total, force=force)


def _targets(files: list[Path], source: Path, output: Path) -> dict[Path, Path]:
    """Where each file goes: to the same place below the output; in folders where stems are not unique, with whole names."""
    folders = {path: path.parent.relative_to(source) if path != source else Path() for path in files}
    stems = Counter((folder, path.stem) for path, folder in folders.items())
    mixed = {folder for (folder, _), number in stems.items() if number > 1}
    return {
        path: output / folder / f"{path.name if folder in mixed else path.stem}.spacy"
        for path, folder in folders.items()
    }


def _input_files(path: Path, output: Path, read: Any) -> list[Path]:
    """The file itself, or the files of a directory: those that the converter says are its own, or all that are not hidden.

    What an earlier call wrote below the directory is none of them.
    """
    from kernel.errors import DataError

    if path.is_dir():
        if hasattr(read, "data_files"):
            found: list[Path] = read.data_files(path)
        else:
            found = [p for p in path.rglob("*") if p.is_file() and not p.name.startswith(".")]
        files = sorted(p for p in found if not _is_made(p, path, output))
        if not files:
            raise DataError("the directory holds no files", path=path)
        return files
    if not path.exists():
        raise DataError("no such file or directory", path=path)
    return [path]


def _is_made(file: Path, source: Path, output: Path) -> bool:
    """Whether a file below the source may be what an earlier conversion wrote."""
    made = output.resolve()
    if made == source.resolve():
        return file.suffix == ".spacy"
    return file.resolve().is_relative_to(made)


def _write(store: Any, path: Path, n_docs: int, *, force: bool) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise writing.unwritable(path, error) from error
    writing.write_new(path, store.to_bytes(), force=force)
    say(f"{path}: {n_docs} documents")
