"""Text files as numbered lines, with errors that say where."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from kernel.errors import DataError

DEFAULT_N_SENTS = 10

T = TypeVar("T")


def check_readable(path: Path) -> None:
    """Raise DataError if `path` is missing, a directory, empty or unreadable."""
    if not path.exists():
        raise DataError("no such file", path=path, hint="Check the path in the config's [paths] section.")
    if path.is_dir():
        raise DataError("is a directory, expected a file", path=path)
    try:
        with path.open("rb") as file:
            if not file.read(1):
                raise DataError("the file is empty", path=path)
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", path=path) from error


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line number from 1, line without its end) of a UTF-8 file.

    Raises DataError for a missing or empty file, for bytes that are not UTF-8 and for binary data.
    """
    check_readable(path)
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            if b"\x00" in raw:
                raise DataError(
                    "the file is binary, expected text", path=path, line=number, offset=raw.index(b"\x00")
                )
            try:
                line = raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                raise DataError(
                    f"byte 0x{raw[error.start]:02x} is not valid UTF-8",
                    path=path,
                    line=number,
                    offset=error.start,
                    hint="Convert the file first, for example with: iconv -f latin1 -t utf-8",
                ) from error
            yield number, line.rstrip("\r\n")


def grouped(items: Iterable[tuple[T, bool]], n_sents: int | None) -> Iterator[list[T]]:
    """Group sentences into documents.

    `items` yields (sentence, starts_document); no document of the file is joined to another. With `n_sents` unset
    its own documents are used, and `DEFAULT_N_SENTS` sentences a document where it marks none. `n_sents = 0` puts
    each of its documents, or the whole file, into one document; any other number cuts them into parts.
    """
    group: list[T] = []
    marked = False
    size = n_sents
    for item, starts in items:
        marked = marked or starts
        if n_sents is None:
            size = 0 if marked else DEFAULT_N_SENTS
        if group and (starts or (size and len(group) >= size)):
            yield group
            group = []
        group.append(item)
    if group:
        yield group
