"""Text files as numbered lines, with errors that say where."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from kernel.errors import DataError

DEFAULT_N_SENTS = 10

T = TypeVar("T")


def check_readable(path: Path) -> None:
    """Raise DataError if `path` is missing, no regular file, empty or unreadable."""
    if not path.exists():
        raise DataError("no such file", path=path, hint="Check the path in the config's [paths] section.")
    if path.is_dir():
        raise DataError("is a directory, expected a file", path=path)
    if not path.is_file():
        raise DataError("is a device or a FIFO, expected a file", path=path)
    try:
        with path.open("rb") as file:
            if not file.read(1):
                raise DataError("the file is empty", path=path)
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", path=path) from error


def raw_lines(path: Path) -> Iterator[bytes]:
    """The lines of a file with their ends. Only in a file without any line feed, carriage returns end lines."""
    with path.open("rb") as file:
        first = file.readline()
        if not first.endswith(b"\n") and b"\r" in first.rstrip(b"\r"):
            yield from first.rstrip(b"\r").split(b"\r")
            return
        yield first
        yield from file


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line number from 1, line without its end) of a UTF-8 file.

    Raises DataError for a missing or empty file, for bytes that are not UTF-8 and for binary data.
    """
    check_readable(path)
    for number, raw in enumerate(raw_lines(path), start=1):
        if b"\x00" in raw:
            utf16 = number == 1 and raw.startswith((b"\xff\xfe", b"\xfe\xff"))
            raise DataError(
                "the file is binary, expected text",
                path=path,
                line=number,
                offset=raw.index(b"\x00"),
                hint="It seems to be UTF-16. Convert it first: iconv -f utf-16 -t utf-8" if utf16 else "",
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


def closing_and_marks(path: Path, closing: re.Pattern[bytes], mark: re.Pattern[bytes]) -> tuple[bool, int]:
    """Whether a pattern is found in any line, and how many lines another one begins, which are those with # or - in front."""
    check_readable(path)
    found, marks = False, 0
    for line in raw_lines(path):
        if line[:1] in b"#-":
            marks += mark.match(line) is not None
        elif not found:
            found = closing.search(line) is not None
    return found, marks


def grouped(items: Iterable[tuple[T, bool]], n_sents: int | None, *, marks: int = 2) -> Iterator[list[T]]:
    """Group sentences into documents.

    `items` yields (sentence, starts_document); no document of the file is joined to another. With `n_sents` unset
    its own documents are used, and `DEFAULT_N_SENTS` sentences a document where it marks none. `n_sents = 0` puts
    each of its documents, or the whole file, into one document; any other number cuts them into parts. marks: how many
    starts of documents the file has; a lone one before the first sentence, as tools write it by habit, marks none.
    """
    group: list[T] = []
    marked = False
    size = n_sents
    for place, (item, starts) in enumerate(items):
        starts = starts and not (place == 0 and marks == 1)
        marked = marked or starts
        if n_sents is None:
            size = 0 if marked else DEFAULT_N_SENTS
        if group and (starts or (size and len(group) >= size)):
            yield group
            group = []
        group.append(item)
    if group:
        yield group
