"""`kernel convert`: annotated files from any format that is read to any that is written."""

from __future__ import annotations

import inspect
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import click

from kernel.cli import options, writing
from kernel.cli.command import Command
from kernel.cli.progress import Progress
from kernel.cli.say import say
from kernel.visible import shell_word


@click.command(
    "convert",
    cls=Command,
    examples=[
        "kernel convert train.jsonl output/data",
        "kernel convert train.jsonl output/shares --split 80,10,10",
    ],
)
@click.argument(
    "input_paths", metavar="INPUT_PATH...", nargs=-1, required=True, type=options.FilePath(path_type=Path)
)
@click.argument("output_dir", type=options.FilePath(path_type=Path, file_okay=False, allow_dash=True))
@click.option(
    "--converter",
    "-c",
    type=options.Known("converters"),
    default="auto",
    show_default=True,
    help="Name of a format or registered converter.",
)
@click.option(
    "--to",
    "--file-type",
    "-t",
    "to",
    type=options.Known("writers"),
    default="spacy",
    show_default=True,
    help="Name of the format to write, such as conllu, or of a registered writer.",
)
@click.option(
    "--lang",
    "-l",
    type=options.Known("languages"),
    default="xx",
    show_default=True,
    help="Language whose tokenizer splits raw text.",
)
@click.option(
    "--n-sents", "-n", type=click.IntRange(min=0), help="Sentences per document; 0 makes one document of all."
)
@click.option(
    "--columns",
    type=options.names,
    metavar="NAMES",
    help="What the columns are, from left to right: text,label,ent,_ of a table, word,pos,tag of words and tags.",
)
@click.option(
    "--labels",
    type=options.names_or_file,
    metavar="NAMES",
    help="Names of the labels that the files have numbers for, in their order: O,B-PER,I-PER; or a file that has them.",
)
@click.option("--trim", is_flag=True, help="Take blanks at the ends of entities for no part of them.")
@click.option(
    "--concatenate",
    "-C",
    is_flag=True,
    help="Write one file for all inputs, called as the input, or documents if there are several.",
)
@click.option(
    "--split",
    default="",
    metavar="SHARES",
    help="Write train, dev and test files with such shares of the documents, as 80,10,10; or two, as 80,20.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of --split.")
@options.force
@options.code_without_letter
def convert(
    input_paths: tuple[Path, ...],
    output_dir: Path,
    converter: str,
    to: str,
    lang: str,
    n_sents: int | None,
    columns: list[str] | None,
    labels: list[str] | Path | None,
    trim: bool,
    concatenate: bool,
    split: str,
    seed: int,
    force: bool,
    code: tuple[Path, ...],
) -> None:
    """Convert INPUT_PATH, a file, a directory, a pattern ("data/*.jsonl") or several of these, to files of the format --to in
    OUTPUT_DIR, or to one on standard output (-). What the format can't hold is told.

    The folders of a directory are kept, and so is what OUTPUT_DIR holds already, without --force. With --split, each part has
    its share of every label of categories, entities and spans, and the same seed gives the same parts. Training reads the same formats directly; conversion only saves the work of parsing them again.
    """
    from kernel import blank, registry
    from kernel.cli import writers
    from kernel.cli.splitting import parse_shares
    from kernel.errors import UsageError
    from kernel.files.patterns import matching

    shares = parse_shares(split) if split else {}
    is_piped = str(output_dir) == "-"
    if split and is_piped:
        raise UsageError("--split writes several files: it needs a directory, not -")
    options.load_codes(code)
    name = converter if registry.has("converters", converter) else f"kernel.{converter}.v1"
    read = registry.get("converters", name)()
    given: dict[str, Any] = {"columns": columns, "labels": labels, "trim": trim or None}
    settings = {key: value for key, value in given.items() if value is not None}
    _check_taken(settings, read, name)
    settings["n_sents"] = n_sents
    writer = writers.by_name(to)
    sources = [source for path in input_paths for source in matching(path)]
    found = _each_once(
        (file, source) for source in sources for file in _input_files(source, output_dir, read, writer)
    )
    files = list(found)
    nlp = blank(lang)
    progress = _Progress(files)
    every = progress.over(
        pair for path in progress.files() for pair in _documents(read, path, nlp, settings, writer)
    )
    if split:
        _write_parts(_split(list(every), shares, seed, sources[0]), output_dir, writer, force=force)
    elif is_piped:
        first = input_paths[0]
        file = f"{shell_word(_stem(first))}{_suffix(writer)}"
        hint = f"Send it on: kernel convert {shell_word(str(first))} - > {file}"
        writers.write_out(writer, every, hint=hint)
    elif concatenate:
        name = _stem(sources[0].resolve()) if len(sources) == 1 else "documents"
        target = output_dir / f"{name}{_suffix(writer)}"
        _check_unread([target], files)
        _write(writer, every, target, force=force)
    else:
        targets = _targets(found, output_dir, _suffix(writer))
        _check_unread(targets.values(), files)
        for path in progress.files():
            docs = progress.over(_documents(read, path, nlp, settings, writer))
            _write(writer, docs, targets[path], force=force)


class _Progress:
    """Shows how many documents were converted, and the time left by the sizes of the files that are through."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._files = files
        self._sizes = [file.stat().st_size for file in files]
        self._through = self._done = 0
        self._shown = Progress("documents")

    def files(self) -> Iterator[Path]:
        """The files; one is through when the next is asked for."""
        for file, size in zip(self._files, self._sizes, strict=True):
            yield file
            self._through += size

    def over(self, docs: Iterable[Any]) -> Iterator[Any]:
        """Pass documents on."""
        try:
            for doc in docs:
                yield doc
                self._done += 1
                self._shown.update(self._through / max(1, sum(self._sizes)) or None, self._done)
        finally:
            self._shown.clear()


def _check_taken(settings: Iterable[str], read: Any, name: str) -> None:
    """`UsageError` for settings that a converter doesn't take."""
    from kernel.errors import UsageError

    known = inspect.signature(read).parameters.values()
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in known):
        return
    for setting in settings:
        if setting not in {parameter.name for parameter in known}:
            raise UsageError(f"the converter {name} doesn't take --{setting}", hint="Leave it out.")


def _check_unread(targets: Iterable[Path], files: Iterable[Path]) -> None:
    """`UsageError` if something would be written over what is read."""
    from kernel.errors import UsageError

    read = {file.resolve() for file in files}
    for target in targets:
        if target.resolve() in read:
            raise UsageError(
                f"can't write {target}: it is among what is read",
                hint="Choose another directory, also with --force.",
            )


def _suffix(writer: Any) -> str:
    """The extension of what a writer writes; folders have none."""
    return "" if writer.is_folder or not writer.suffixes else str(writer.suffixes[0])


def _documents(
    read: Any, path: Path, nlp: Any, settings: dict[str, Any], writer: Any
) -> Iterator[tuple[Any, dict[str, Any]]]:
    """The documents of a file, for a writer: of a folder with the name of the file, if it has one only. `DataError` if it has none."""
    from kernel.errors import DataError

    docs = iter(read(path, nlp, **settings))
    first = next(docs, None)
    if first is None:
        raise DataError("the file holds no documents", path=path)
    if not writer.is_folder:
        yield first, {}
    else:
        second = next(docs, None)
        yield first, {"file": _stem(path)} if second is None else {}
        if second is not None:
            yield second, {}
    for doc in docs:
        yield doc, {}


def _split(docs: list[Any], shares: dict[str, float], seed: int, path: Path) -> dict[str, list[Any]]:
    """Part -> its documents, in the order of the files."""
    from kernel.cli.splitting import labels_of, stratified
    from kernel.errors import DataError

    found: dict[str, list[Any]] = {part: [] for part in shares}
    names = list(shares)
    for doc, number in zip(
        docs, stratified([labels_of(doc) for doc, _ in docs], list(shares.values()), seed), strict=True
    ):
        found[names[number]].append(doc)
    empty = [part for part, chosen in found.items() if not chosen]
    if empty:
        raise DataError(
            f"too few documents for --split: none of {len(docs)} is left for {' and '.join(empty)}", path=path
        )
    return found


def _write_parts(parts: dict[str, list[Any]], folder: Path, writer: Any, *, force: bool) -> None:
    """Write all parts or none: those of two splits have documents in common."""
    from kernel.cli import writers
    from kernel.cli.splitting import PARTS
    from kernel.errors import warn

    places = {part: folder / f"{part}{_suffix(writer)}" for part in PARTS}
    contents: dict[str, bytes] = {}
    for part, docs in parts.items():
        if writer.is_folder:
            writers.check_place(writer, places[part], force=force)
            continue
        written = BytesIO()
        writer.write(iter(docs), written)
        contents[part] = written.getvalue()
        try:
            writing.is_new(places[part], contents[part], force=force)
        except OSError as error:
            raise writing.unwritable(places[part], error) from error
    for part, docs in parts.items():
        if writer.is_folder:
            _write(writer, docs, places[part], force=force)
            continue
        _make_folder(folder)
        writing.write_new(places[part], contents[part], force=force)
        _say_written(places[part], len(docs))
    for part, place in places.items():
        if part not in parts and place.exists():
            warn(f"{place} is of another split: its documents may be in the new files too")


def _each_once(found: Iterable[tuple[Path, Path]]) -> dict[Path, Path]:
    """File -> where it was found, however often and in whatever spelling it is named."""
    places = {os.path.abspath(file): (file, source) for file, source in found}
    return dict(places.values())


def _targets(sources: dict[Path, Path], output: Path, suffix: str) -> dict[Path, Path]:
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
        path: output / folder / f"{path.name if folder in mixed else _stem(path)}{suffix}"
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


def _input_files(path: Path, output: Path, read: Any, writer: Any) -> list[Path]:
    """The file itself, or the files of a directory: those that the converter says are its own, or all that are not hidden.

    What an earlier call wrote below the directory is none of them.
    """
    from kernel.errors import DataError

    if path.is_dir():
        if hasattr(read, "data_files"):
            found: list[Path] = read.data_files(path)
        else:
            found = [p for p in path.rglob("*") if p.is_file() and not p.name.startswith(".")]
        files = sorted(p for p in found if not _is_made(p, path, output, writer))
        if not files:
            raise DataError("the directory holds no files", path=path)
        return files
    if not path.exists():
        raise DataError("no such file or directory", path=path)
    return [path]


def _is_made(file: Path, source: Path, output: Path, writer: Any) -> bool:
    """Whether a file below the source may be what an earlier conversion wrote."""
    made = output.resolve()
    if made == source.resolve():
        return file.suffix in writer.suffixes
    return file.resolve().is_relative_to(made)


def _write(writer: Any, docs: Iterable[Any], path: Path, *, force: bool) -> None:
    """Write a file, and say so. What is there already and equal may be written again."""
    from kernel.cli import writers

    if writer.is_folder:
        writers.check_place(writer, path, force=force)
    is_new = not path.parent.exists()
    _make_folder(path.parent)
    number = 0

    def counted() -> Iterator[tuple[Any, dict[str, Any]]]:
        nonlocal number
        for pair in docs:
            number += 1
            yield pair

    try:
        writers.write(
            writer, counted(), path, check=lambda fresh: writing.check_equal(path, fresh, force=force)
        )
    except BaseException:
        if is_new:
            with suppress(OSError):
                path.parent.rmdir()
        raise
    _say_written(path, number)


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise writing.unwritable(path, error) from error


def _say_written(path: Path, number: int) -> None:
    say(f"{path}: {number} document{'s' * (number != 1)}")
