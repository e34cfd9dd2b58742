"""Files cut into pieces of bytes that can be read on their own. Nothing has a row for each record.

A piece owns the records that follow a separator which begins in it, the first piece of a file also those at its start. So
pieces are found without reading what lies before them, and each record belongs to one of them.

What nobody can seek in, a compressed file or a pipe, is one piece, which is read part by part.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError
from kernel.files.compressed import is_compressed, open_bytes, place_on_disk
from kernel_readers.lines import DOCUMENTS, SENTENCES, without_mark

# What stands between two records: the end of a line.
LINES = re.compile(rb"\n")
# By the code of a byte.
_IS_SPACE = np.zeros(256, dtype=bool)
_IS_SPACE[list(b" \t\r\n\v\f")] = True
# Bytes to look for a separator in at once, and how many one of them may have.
_BLOCK, _OVERLAP = 1 << 16, 1 << 10
# Bytes of a piece that may go on after its end: a longer record is no text.
_MOST = 1 << 26
# A line that is no comment, no mark of a document, and not blank.
_TOKEN = re.compile(rb"^(?!#|[ \t\r]*$|-DOCSTART-)", re.MULTILINE)


@dataclass(frozen=True)
class Source:
    """A file. format: its name. separator: what stands between records, None where a file can't be cut.

    size: in bytes, on disk. together: so many of what stands between separators are a record, counted from where a piece begins.
    opened: opens what is no file of this path. is_growing: whether more of it comes, so that its size is not known.
    """

    path: Path
    format: str
    separator: re.Pattern[bytes] | None
    size: int
    together: int = 1
    opened: Callable[[], BinaryIO] | None = None
    is_growing: bool = False

    @cached_property
    def is_seekable(self) -> bool:
        """Whether a place in it can be reached without reading what lies before."""
        return self.separator is not None and not self.is_growing and not is_compressed(self.path)

    def open(self) -> BinaryIO:
        """Its content, with what a compression made of it undone."""
        return open_bytes(self.path) if self.opened is None else self.opened()


class Piece(NamedTuple):
    """The bytes of a source from `start` to `end`, as far as `Source.separator` leaves them whole."""

    source: Source
    start: int
    end: int


class Pieces:
    """All pieces of some files in their order. The table has a row a file. size: of a piece in bytes."""

    def __init__(self, sources: Sequence[Source], size: int) -> None:
        self._sources, self._size = sources, size
        numbers = (-(-source.size // size) if source.is_seekable and source.size else 1 for source in sources)
        self._ends = list(accumulate(numbers))
        self.bytes = sum(source.size for source in sources)

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, number: int) -> Piece:
        if not 0 <= number < len(self):
            raise IndexError(number)
        place = bisect_right(self._ends, number)
        source = self._sources[place]
        if not source.is_seekable:
            return Piece(source, 0, source.size)
        start = (number - (self._ends[place - 1] if place else 0)) * self._size
        return Piece(source, start, min(start + self._size, source.size))


class Content(NamedTuple):
    """Whole records of a source. start, end: their place in it. read: bytes on disk that are behind, since reading began."""

    start: int
    end: int
    content: bytes
    read: int


def read_parts(source: Source, start: int, size: int) -> Iterator[Content]:
    """A source that can be cut, from a place at which a record begins, in parts of about so many bytes.

    What lies before is passed over. DataError for a record that is too long to be one.
    """
    with source.open() as file:
        left = start
        while left > 0 and (block := file.read(min(1 << 20, left))):
            left -= len(block)
        before = place_on_disk(file)
        held, is_at_end, wanted = b"", False, size
        while not is_at_end:
            # So much from where the part begins, whatever was read before, so that it ends where it does when reading begins there.
            while wanted <= len(held):
                wanted *= 2
            block = file.read(wanted - len(held))
            is_at_end = not block
            held += block
            end = len(held) if is_at_end else _last_end(source, held)
            if not end:
                if len(held) > _MOST:
                    raise _too_long(source.path)
                continue
            after = place_on_disk(file)
            content = held[:end]
            yield Content(start, start + end, content if start else without_mark(content), after - before)
            start, held, before, wanted = start + end, held[end:], after, size


def _last_end(source: Source, content: bytes) -> int:
    """Where the last separator ends, 0 if there is none. One that ends where what was read ends may go on."""
    if source.separator is LINES:
        return content.rfind(b"\n") + 1
    if source.separator is None:
        return 0
    most, end, begin = max(0, len(content) - _OVERLAP), 0, len(content)
    while not end and begin > 0:
        # From its end, block by block.
        stop, begin = begin + _OVERLAP, max(0, begin - _BLOCK)
        for found in source.separator.finditer(content, begin, stop):
            if found.end() > most:
                break
            end = found.end()
    return end


def _too_long(path: Path) -> DataError:
    return DataError(
        f"a record of more than {_MOST >> 20} MB: the file seems to lack line ends, or what else ends a record",
        path=path,
    )


def read_piece(piece: Piece) -> tuple[int, bytes]:
    """(where it begins, what the piece owns): whole records of a source in which one can seek."""
    source = piece.source
    separator = source.separator
    if separator is None or not source.is_seekable:
        raise ValueError(f"{source.path} can't be cut")
    with source.open() as file:
        # Where the first separator ends that begins in the piece: its last byte before the piece counts to it.
        begin = max(piece.start - 1, 0)
        file.seek(begin)
        content = bytearray(file.read(piece.end - begin))
        first = 0
        if piece.start:
            found = _search(source.path, separator, file, content, 0, most=piece.end - 1 - begin)
            if found is None or found.start() >= piece.end - 1 - begin:
                return piece.start, b""
            first = found.end()
        last = len(content)
        if piece.end < source.size:
            found = _search(source.path, separator, file, content, piece.end - 1 - begin)
            last = len(content) if found is None else found.end()
    owned = bytes(content[first:last])
    return begin + first, owned if begin + first else without_mark(owned)


def _search(
    path: Path,
    separator: re.Pattern[bytes],
    file: BinaryIO,
    content: bytearray,
    start: int,
    *,
    most: int | None = None,
) -> re.Match[bytes] | None:
    """The first separator at or after a place; reads on as far as it takes. most: it must begin before that place."""
    while True:
        found = separator.search(content, start)
        # One that ends where what was read ends may go on.
        if found is not None and found.end() + _OVERLAP <= len(content):
            return found
        if found is None and most is not None and len(content) > most + _OVERLAP:
            return None
        if len(content) > start + _MOST:
            raise _too_long(path)
        # More at once the longer it takes, so that a long record is not looked through again and again.
        block = file.read(max(_BLOCK, len(content)))
        if not block:
            return found
        content += block


class Cuts(Sequence[bytes]):
    """Parts of some bytes, each made when it is asked for. starts, ends: their places."""

    def __init__(self, content: bytes, starts: Any, ends: Any) -> None:
        self._content, self._starts, self._ends = content, starts, ends

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, number: int) -> bytes: ...
    @overload
    def __getitem__(self, number: slice) -> list[bytes]: ...
    def __getitem__(self, number: int | slice) -> bytes | list[bytes]:
        if isinstance(number, slice):
            return [self[place] for place in range(len(self))[number]]
        return self._content[self._starts[number] : self._ends[number]]


def lines_of(start: int, content: bytes) -> tuple[NDArray[np.int64], Sequence[bytes]]:
    """(where each begins in the file, lines without their ends) of the lines of a part that are not blank. start: of the part."""
    if b"\n" not in content and b"\r" in content:
        # Only in a file without any line feed, carriage returns end lines.
        content = content.replace(b"\r", b"\n")
    codes = np.frombuffer(content, dtype=np.uint8)
    ends = np.flatnonzero(codes == ord("\n"))
    if not content.endswith(b"\n"):
        ends = np.append(ends, len(content))
    starts = np.concatenate([[0], ends[:-1] + 1])[: len(ends)]
    kept = ends > starts
    # A blank line begins with whitespace.
    blank = np.zeros(len(starts), dtype=bool)
    blank[kept] = _IS_SPACE[codes[starts[kept]]]
    for place in np.flatnonzero(blank).tolist():
        kept[place] = bool(content[starts[place] : ends[place]].strip())
    starts, ends = starts[kept], ends[kept]
    return start + starts, Cuts(content, starts, ends)


def paragraphs_of(start: int, content: bytes) -> tuple[NDArray[np.int64], Sequence[bytes]]:
    """(where each begins in the file, paragraphs) of what stands between blank lines. start: of the part."""
    if b"\n" not in content and b"\r" in content:
        content = content.replace(b"\r", b"\n")
    ends = [found.end() for found in SENTENCES.finditer(content)]
    bounds = [(begin, end) for begin, end in pairwise([0, *ends, len(content)]) if content[begin:end].strip()]
    starts = np.array([begin for begin, _ in bounds], dtype=np.int64)
    return start + starts, Cuts(content, starts, np.array([end for _, end in bounds], dtype=np.int64))


def blocks_of(source: Source, start: int, content: bytes) -> tuple[Sequence[int], Sequence[bytes]]:
    """(where each begins in the file, blocks of lines) of a part of a file whose records end with blank lines.

    DataError where a document begins in a file of which `Source.together` sentences are a record. start: of the part.
    """
    if source.separator is None or not content:
        return [], []
    if source.together > 1:
        _check_unmarked(source, start, content)
    ends = [found.end() for found in source.separator.finditer(content)]
    starts, number = [0], 0
    for begin, end in pairwise([0, *ends, len(content)]):
        if number == source.together:
            starts.append(begin)
            number = 0
        number += _TOKEN.search(content, begin, end) is not None
    blocks = [content[begin:end] for begin, end in pairwise([*starts, len(content)])]
    return [start + begin for begin in starts], blocks


def _check_unmarked(source: Source, start: int, content: bytes) -> None:
    # What a piece begins with follows a separator.
    before = b"\n\n" if start else b""
    found = DOCUMENTS.search(before + content)
    if found is not None:
        raise DataError(
            "a document begins here, and the beginning of the file marks none",
            path=source.path,
            line=line_at(source, start + found.end() - len(before)),
            hint="Of a file that is streamed, its first megabyte tells whether it marks documents. n_sents = 1 reads its sentences.",
        )


def line_at(source: Source, byte: int) -> int:
    """The number of the line at a place in a file, from 1. Reads everything before it."""
    number, left = 1, byte
    with source.open() as file:
        while left > 0 and (block := file.read(min(1 << 20, left))):
            number += block.count(b"\n")
            left -= len(block)
    return number
