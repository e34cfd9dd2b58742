"""Text files as numbered lines, with errors that say where."""

import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeVar

from kernel.errors import DataError
from kernel_readers.excerpt import content_of, first_line, is_part, of_file, open_bytes
from kernel_readers.foreign_formats import as_windows, check_known

DEFAULT_N_SENTS = 10
# What ends a sentence of a column file; and a sentence, where a document begins with one of the next few lines. All of what is looked
# at is short, so that it is found wherever a file was cut.
SENTENCES = re.compile(rb"\n[ \t\r]{0,64}\n")
DOCUMENTS = re.compile(
    rb"\n[ \t\r]{0,64}\n(?=(?:#[^\n]{0,200}\n){0,4}(?:#[ \t]{0,16}newdoc[\s=]| {0,8}-DOCSTART-\s))"
)
# What begins a document of CoNLL-U, wherever it stands.
NEWDOC = re.compile(rb"^#[^\S\n]*newdoc(?=[\s=]|\Z)", re.MULTILINE)
# Bytes to read at once.
_BLOCK = 1 << 18

T = TypeVar("T")


def check_readable(path: Path) -> None:
    """Raise DataError if `path` is missing, no regular file, empty or unreadable."""
    if content_of(path) is not None:
        return
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


def without_mark(head: bytes) -> bytes:
    """The beginning of a file without the byte order mark by which some editors tell UTF-8."""
    return head.removeprefix(BOM_UTF8)


def raw_blocks(path: Path) -> Iterator[bytes]:
    """The content of a file, without a mark of UTF-8 at its start, in blocks of whole lines.

    Only in a file without any line feed, carriage returns end lines.
    """
    with open_bytes(path) as file:
        is_first = True
        while block := file.read(_BLOCK):
            if not block.endswith(b"\n"):
                block += file.readline()
            if is_first:
                block = without_mark(block)
            if is_first and b"\n" not in block and b"\r" in block.rstrip(b"\r"):
                block = block.rstrip(b"\r").replace(b"\r", b"\n")
            is_first = False
            yield block


def blocks(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield (number of the first line, lines without their ends) of a UTF-8 file, some thousand lines at a time.

    Raises DataError for a missing or empty file, for bytes that are not UTF-8 and for binary data, after the lines before.
    """
    check_readable(path)
    check_known(path)
    number = first_line(path)
    for raw in raw_blocks(path):
        text, problem = _decoded(path, number, raw)
        lines = text.split("\n")
        if problem is not None or raw.endswith(b"\n"):
            # What follows the last line's end is no line.
            lines.pop()
        if "\r" in text:
            lines = [line.rstrip("\r") for line in lines]
        yield number, lines
        if problem is not None:
            raise problem
        number += len(lines)


def whole_text(path: Path) -> str:
    """All of a UTF-8 file as it is, with the ends of its lines, and a mark at its start; see `blocks` for what is refused."""
    check_readable(path)
    check_known(path)
    with open_bytes(path) as file:
        text, problem = _decoded(path, first_line(path), file.read())
    if problem is not None:
        raise problem
    return text


def _decoded(path: Path, number: int, raw: bytes) -> tuple[str, DataError | None]:
    """The text of a block, or of the lines before the first one that can't be read, and what is wrong with that."""
    wrong = raw.find(b"\x00")
    try:
        text = (raw if wrong < 0 else raw[:wrong]).decode()
        if wrong < 0:
            return text, None
    except UnicodeDecodeError as error:
        wrong = error.start
    start, end = raw.rfind(b"\n", 0, wrong) + 1, raw.find(b"\n", wrong)
    problem = _unreadable(raw[start:] if end < 0 else raw[start:end], wrong - start)
    return raw[:start].decode(), problem.at(path, line=number + raw.count(b"\n", 0, wrong))


def _unreadable(line: bytes, wrong: int) -> DataError:
    binary = line.find(b"\x00")
    if binary < 0:
        return DataError(
            f"byte 0x{line[wrong]:02x} is not valid UTF-8", offset=wrong, hint=as_windows(line, wrong)
        )
    return DataError("the file is binary, expected text", offset=binary)


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line number from 1, line without its end) of a UTF-8 file; see `blocks` for what is refused."""
    for number, lines in blocks(path):
        yield from enumerate(lines, number)


def paragraphs(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield (number of the first line, lines) of what stands between blank lines; see `blocks` for what is refused."""
    begun: list[str] = []
    for number, lines in blocks(path):
        start = 0
        for end in [place for place, line in enumerate(lines) if not line.strip()]:
            if begun or start < end:
                yield number + start - len(begun), begun + lines[start:end]
            begun, start = [], end + 1
        begun += lines[start:]
        after = number + len(lines)
    if begun:
        yield after - len(begun), begun


def has(path: Path, pattern: re.Pattern[bytes], *, times: int = 1) -> bool:
    """Whether a pattern is found in a file so many times. It is searched for in many lines at once: it must keep to one."""
    check_readable(path)
    found = (each for block in raw_blocks(path) for each in pattern.finditer(block))
    return next(islice(found, times - 1, None), None) is not None


def has_documents(path: Path, find: Callable[[Path], bool]) -> bool:
    """Whether a file marks its documents. find: tells it of a whole file, and for a part of one, of its first part.

    There, one that begins after others will do: the part may have only that.
    """
    return of_file(path, "documents", find) or (is_part(path) and of_file(path, "cut", _is_cut))


def _is_cut(path: Path) -> bool:
    return DOCUMENTS.search(content_of(path) or b"") is not None


def grouped(
    items: Iterable[tuple[T, bool]], n_sents: int | None, *, has_marks: Callable[[], bool] = lambda: True
) -> Iterator[list[T]]:
    """Group sentences into documents.

    `items` yields (sentence, starts_document); no document of the file is joined to another. With `n_sents` unset
    its own documents are used, and `DEFAULT_N_SENTS` sentences a document where it marks none. `n_sents = 0` puts
    each of its documents, or the whole file, into one document; any other number cuts them into parts. has_marks: whether
    the file has several starts of documents; a lone one before the first sentence, as tools write it by habit, marks none.
    """
    group: list[T] = []
    marked = False
    size = n_sents
    for place, (item, starts) in enumerate(items):
        starts = starts and (place > 0 or has_marks())
        marked = marked or starts
        if n_sents is None:
            size = 0 if marked else DEFAULT_N_SENTS
        if group and (starts or (size and len(group) >= size)):
            yield group
            group = []
        group.append(item)
    if group:
        yield group
