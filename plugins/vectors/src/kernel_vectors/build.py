"""From a file of vectors to a saved pipeline: written whole or not at all, with everything in between beside it."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kernel.cli.progress import Progress
from kernel.cli.writing import unwritable
from kernel.errors import KernelError, UsageError, warn
from kernel.files.atomic import atomic_directory
from kernel.language import Language
from kernel.language.blank import blank
from kernel.vocab import attrs
from kernel.vocab.vectors import Vectors
from kernel_vectors.collect import Collected, collect
from kernel_vectors.containers import Content, opened
from kernel_vectors.folder import WHOLE, find_folder, read_folder
from kernel_vectors.models import read_model
from kernel_vectors.recognise import is_fasttext_model, recognise
from kernel_vectors.skipped import Skipped

# Suffixes of files, which are no part of a name.
_SUFFIXES = re.compile(
    r"\.(vec|txt|bin|floret|vectors|w2v|word2vec|gz|bz2|xz|zst|zip|tar|tgz)$", re.IGNORECASE
)

# By what a token can have a vector of its own; other attributes are those of many words.
_ATTRS = ("ORTH", "LOWER", "NORM")
# Words that a warning names.
_SHOWN = 5


@dataclass(frozen=True)
class Request:
    """What is wanted. file: a path, or the name of a package. prune, truncate: 0 for all. mode, attr, name: None for what the file says.
    entry: of an archive."""

    file: str
    prune: int = 0
    truncate: int = 0
    mode: str | None = None
    attr: str | None = None
    name: str | None = None
    entry: str | None = None


@dataclass(frozen=True)
class Made:
    """What was made. keys: how many words, None for any text (floret). replaced: how many of them have another word's row."""

    format: str
    name: str
    rows: int
    width: int
    keys: int | None
    replaced: int
    digest: str


def build(lang: str, request: Request, output: Path) -> Made:
    """Save a pipeline of a language with the vectors of a file, and nothing else.

    `DataError` or `UsageError` for a file that can't be used; `output` is then as it was.
    """
    if request.prune and request.truncate and request.truncate <= request.prune:
        raise UsageError(f"--truncate {request.truncate} leaves nothing to prune to {request.prune}")
    nlp = blank(lang)
    if request.attr is not None:
        _check_attr(request.attr)
    with _writable(output) as fresh:
        rows = fresh / "rows.npy"
        progress = Progress("rows")
        format, found = _read(request, rows, progress)
        if request.mode not in (None, _mode(found)):
            raise UsageError(
                f"{request.file} is of the mode {_mode(found)}, not {request.mode}",
                hint="Files of floret begin with a line of eight settings. Leave --mode out: the file tells.",
            )
        name = request.name or found.name or f"{nlp.meta['lang']}_{_stem(request.file)}.vectors"
        vectors = _vectors(nlp, found, request.attr, name)
        if request.attr is not None and request.attr.upper() != "ORTH":
            _warn_of_lost(nlp, found.keys, request.attr.upper(), request.file)
        nlp.vocab.vectors = vectors
        progress.writing(rows.stat().st_size)
        try:
            nlp.to_disk(fresh / "pipeline")
        finally:
            progress.clear()
        made = Made(
            format,
            name,
            len(vectors),
            vectors.width,
            None if found.floret is not None else vectors.n_keys,
            found.replaced,
            vectors.digest,
        )
        rows.unlink()
        for part in sorted((fresh / "pipeline").iterdir()):
            part.rename(fresh / part.name)
        (fresh / "pipeline").rmdir()
    return made


@contextmanager
def _writable(output: Path) -> Iterator[Path]:
    """A folder beside `output` that takes its place at the end. Errors of the disk are told by the place."""
    try:
        with atomic_directory(output) as fresh:
            yield fresh
    except KernelError:
        raise
    except OSError as error:
        raise unwritable(error.filename or output, error) from error


def _read(request: Request, rows: Path, progress: Progress) -> tuple[str, Collected]:
    """What a file is, and its vectors, the rows of which are in a file."""
    limits = {"truncate": request.truncate, "prune": request.prune}
    path = Path(request.file).expanduser()
    try:
        if not path.is_file():
            folder = find_folder(request.file)
            return f"the vectors of {folder}", read_folder(
                folder, rows, **limits, seen=lambda done, all: progress.update(done / all, done)
            )
        with opened(path, entry=request.entry) as content:
            return _read_content(content, path, rows, progress, **limits)
    finally:
        progress.clear()


def _read_content(
    content: Content, path: Path, rows: Path, progress: Progress, *, truncate: int, prune: int
) -> tuple[str, Collected]:
    is_model = is_fasttext_model(content)
    skipped = Skipped(content.path, "row")
    source = read_model(content, path) if is_model else recognise(content, skipped)
    skipped.unit = source.unit
    if source.floret is not None and (truncate or prune):
        raise UsageError(
            f"{content.path} is a table of floret: {WHOLE}", hint="Leave --truncate and --prune out."
        )
    share = (lambda done: done / source.rows) if is_model else (lambda done: content.share())
    found = collect(
        source,
        rows,
        content.path,
        skipped,
        truncate=truncate,
        prune=prune,
        seen=lambda done: progress.update(share(done), done),
    )
    progress.clear()
    skipped.tell()
    return source.format, found


def _vectors(nlp: Language, found: Collected, attr: str | None, name: str) -> Vectors:
    """The table, mapped, with its words in the strings of a pipeline."""
    key = found.attr if attr is None else attr.upper()
    if found.floret is not None:
        return Vectors(
            strings=nlp.vocab.strings, data=found.file, name=name, attr=key, mode="floret", **found.floret
        )
    return Vectors(
        strings=nlp.vocab.strings, data=found.file, keys=found.keys, rows=found.rows, name=name, attr=key
    )


def _mode(found: Collected) -> str:
    return "default" if found.floret is None else "floret"


def _check_attr(attr: str) -> None:
    """`UsageError` for what no word is looked up by."""
    if attr.upper() not in _ATTRS:
        raise UsageError(f"words can't be looked up by {attr!r}, only by one of: {', '.join(_ATTRS)}")


def _warn_of_lost(nlp: Language, keys: Iterable[str | int], attr: str, path: str) -> None:
    """One warning for the words that are not their own value of an attribute: no token that is looked up by it gets their vectors."""
    value = nlp.vocab.lexeme_settings.value
    number = attrs.IDS[attr]
    words = [key for key in keys if isinstance(key, str)]
    lost = [word for word in words if value(number, word) != word]
    if not lost:
        return
    shown = ", ".join(f"{word!r} ({attr}: {value(number, word)!r})" for word in lost[:_SHOWN])
    more = f" and {len(lost) - _SHOWN:,} more" if len(lost) > _SHOWN else ""
    warn(
        f"{path}: {len(lost):,} of {len(words):,} words can never be found, because tokens are looked up by their {attr}: {shown}{more}. "
        "Leave --attr out for a file that has words as they are written"
    )


def _stem(file: str) -> str:
    """What a file is called, without its suffixes."""
    name = Path(file).resolve().name or "vectors"
    while _SUFFIXES.search(name):
        name = _SUFFIXES.sub("", name)
    return name or "vectors"
