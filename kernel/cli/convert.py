"""`kernel convert`: annotated files of other formats to `.spacy`."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from kernel.cli import options, writing
from kernel.cli.say import say, write_bytes
from kernel.visible import shell_word


@click.command("convert")
@click.argument(
    "input_paths", metavar="INPUT_PATH...", nargs=-1, required=True, type=options.FilePath(path_type=Path)
)
@click.argument("output_dir", type=options.FilePath(path_type=Path, file_okay=False, allow_dash=True))
@click.option(
    "--converter", "-c", default="auto", show_default=True, help="Name of a format or registered converter."
)
@click.option(
    "--lang", "-l", default="xx", show_default=True, help="Language whose tokenizer splits raw text."
)
@click.option(
    "--n-sents", "-n", type=click.IntRange(min=0), help="Sentences per document; 0 makes one document of all."
)
@click.option(
    "--concatenate",
    "-C",
    is_flag=True,
    help="Write one file for all inputs, called as the input, or documents.spacy if there are several.",
)
@click.option(
    "--split",
    default="",
    metavar="SHARES",
    help="Write train.spacy, dev.spacy and test.spacy with such shares of the documents, as 80,10,10; or two, as 80,20.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of --split.")
@options.force
@options.code_without_letter
def convert(
    input_paths: tuple[Path, ...],
    output_dir: Path,
    converter: str,
    lang: str,
    n_sents: int | None,
    concatenate: bool,
    split: str,
    seed: int,
    force: bool,
    code: tuple[Path, ...],
) -> None:
    """Convert INPUT_PATH, a file, a directory, a pattern ("data/*.jsonl") or several of these, to .spacy files in OUTPUT_DIR, or to
    one on standard output (-).

    The folders of a directory are kept, and so is what OUTPUT_DIR holds already, without --force. With --split, each part has
    its share of every label of categories, entities and spans, and the same seed gives the same parts. Training reads the same formats directly; conversion only saves the work of parsing them again.
    """
    from kernel import blank, registry
    from kernel.cli.splitting import parse_shares
    from kernel.errors import UsageError
    from kernel.files.patterns import matching
    from kernel.tokens import DocBin

    shares = parse_shares(split) if split else {}
    if split and str(output_dir) == "-":
        raise UsageError("--split writes several files: it needs a directory, not -")
    options.load_codes(code)
    name = converter if registry.has("converters", converter) else f"kernel.{converter}.v1"
    read = registry.get("converters", name)()
    sources = [source for path in input_paths for source in matching(path)]
    found = _each_once(
        (file, source) for source in sources for file in _input_files(source, output_dir, read)
    )
    files = list(found)
    nlp = blank(lang)
    is_piped = str(output_dir) == "-"
    if is_piped:
        check_pipe(input_paths[0])
    every = (doc for path in files for doc in _documents(read, path, nlp, n_sents))
    if split:
        _write_parts(_split(list(every), shares, seed, sources[0]), output_dir, force=force)
        return
    if concatenate or is_piped:
        store = DocBin(store_user_data=True)
        for doc in every:
            store.add(doc)
        if is_piped:
            write_bytes(store.to_bytes())
        else:
            name = _stem(sources[0].resolve()) if len(sources) == 1 else "documents"
            _write(store.to_bytes(), output_dir / f"{name}.spacy", len(store), force=force)
        return
    targets = _targets(found, output_dir)
    for path in files:
        store = DocBin(store_user_data=True)
        for doc in _documents(read, path, nlp, n_sents):
            store.add(doc)
        _write(store.to_bytes(), targets[path], len(store), force=force)


def check_pipe(path: Path) -> None:
    """`UsageError` where bytes for a program would go to a terminal."""
    import sys

    from kernel.errors import UsageError

    if sys.stdout.isatty():
        raise UsageError(
            "a .spacy file is no text for a terminal",
            hint=f"Send it on: kernel convert {shell_word(str(path))} - > {shell_word(_stem(path))}.spacy",
        )


def _documents(read: Any, path: Path, nlp: Any, n_sents: int | None) -> Iterator[Any]:
    """The documents of a file. `DataError` if it has none."""
    from kernel.errors import DataError

    is_empty = True
    for doc in read(path, nlp, n_sents=n_sents):
        is_empty = False
        yield doc
    if is_empty:
        raise DataError("the file holds no documents", path=path)


def _split(docs: list[Any], shares: dict[str, float], seed: int, path: Path) -> dict[str, list[Any]]:
    """Part -> its documents, in the order of the files."""
    from kernel.cli.splitting import labels_of, stratified
    from kernel.errors import DataError

    found: dict[str, list[Any]] = {part: [] for part in shares}
    names = list(shares)
    for doc, number in zip(
        docs, stratified([labels_of(doc) for doc in docs], list(shares.values()), seed), strict=True
    ):
        found[names[number]].append(doc)
    empty = [part for part, chosen in found.items() if not chosen]
    if empty:
        raise DataError(
            f"too few documents for --split: none of {len(docs)} is left for {' and '.join(empty)}", path=path
        )
    return found


def _write_parts(parts: dict[str, list[Any]], folder: Path, *, force: bool) -> None:
    """Write all parts or none: those of two splits have documents in common."""
    from kernel.cli.splitting import PARTS
    from kernel.errors import warn
    from kernel.tokens import DocBin

    stores = {part: DocBin(docs=docs, store_user_data=True).to_bytes() for part, docs in parts.items()}
    for part, data in stores.items():
        path = folder / f"{part}.spacy"
        try:
            writing.is_new(path, data, force=force)
        except OSError as error:
            raise writing.unwritable(path, error) from error
    for part, data in stores.items():
        _write(data, folder / f"{part}.spacy", len(parts[part]), force=force)
    for path in (folder / f"{part}.spacy" for part in PARTS if part not in parts):
        if path.exists():
            warn(f"{path} is of another split: its documents may be in the new files too")


def _each_once(found: Iterable[tuple[Path, Path]]) -> dict[Path, Path]:
    """File -> where it was found, however often and in whatever spelling it is named."""
    places = {os.path.abspath(file): (file, source) for file, source in found}
    return dict(places.values())


def _targets(sources: dict[Path, Path], output: Path) -> dict[Path, Path]:
    """Where each file goes: to the same place below the output as below its source; in folders where stems are not unique, with
    whole names. `UsageError` where two would go to one place.
    """
    from kernel.errors import UsageError

    folders = {
        path: path.parent.relative_to(source) if path != source else Path()
        for path, source in sources.items()
    }
    stems = Counter((folder, _stem(path)) for path, folder in folders.items())
    mixed = {folder for (folder, _), number in stems.items() if number > 1}
    targets = {
        path: output / folder / f"{path.name if folder in mixed else _stem(path)}.spacy"
        for path, folder in folders.items()
    }
    first = {target: path for path, target in reversed(targets.items())}
    for path, target in targets.items():
        if first[target] != path:
            raise UsageError(
                f"{first[target]} and {path} would both be written to {target}",
                hint="Convert the directory that holds both, whose folders are kept, or write one file: --concatenate",
            )
    return targets


def _stem(path: Path) -> str:
    """The name without the extensions of the format and of its compression."""
    return Path(path.stem if path.suffix.lower() == ".gz" else path.name).stem


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


def _write(data: bytes, path: Path, n_docs: int, *, force: bool) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise writing.unwritable(path, error) from error
    writing.write_new(path, data, force=force)
    say(f"{path}: {n_docs} document{'s' * (n_docs != 1)}")
