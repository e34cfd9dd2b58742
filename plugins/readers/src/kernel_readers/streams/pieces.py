"""Files cut into pieces of bytes that can be read on their own. Nothing has a row for each record.

A piece owns the records that follow a separator which begins in it, the first piece of a file also those at its start. So
pieces are found without reading what lies before them, and each record belongs to one of them.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from pathlib import Path
from typing import BinaryIO, NamedTuple

from kernel.errors import DataError
from kernel.files.compressed import is_compressed, open_bytes
from kernel_readers.lines import DOCUMENTS, without_mark

# What stands between two records: the end of a line.
LINES = re.compile(rb"\n")
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
    """

    path: Path
    format: str
    separator: re.Pattern[bytes] | None
    size: int
    together: int = 1

    @cached_property
    def is_seekable(self) -> bool:
        """Whether a place in it can be reached without reading what lies before."""
        return self.separator is not None and not is_compressed(self.path)


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


def read_piece(piece: Piece) -> tuple[int, bytes]:
    """(where it begins, what the piece owns): whole records. Of a file that gzip compressed, all of it."""
    source = piece.source
    separator = source.separator
    if separator is None:
        raise ValueError(f"{source.path} can't be cut")
    with open_bytes(source.path) as file:
        if not source.is_seekable:
            return 0, without_mark(file.read())
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
            raise DataError(
                f"a record of more than {_MOST >> 20} MB: the file seems to lack line ends, or what else ends a record",
                path=path,
            )
        # More at once the longer it takes, so that a long record is not looked through again and again.
        block = file.read(max(_BLOCK, len(content)))
        if not block:
            return found
        content += block


def lines_of(piece: Piece) -> tuple[list[int], list[bytes]]:
    """(where each begins in the file, lines) of the lines of a piece that are not blank."""
    start, content = read_piece(piece)
    if b"\n" not in content and b"\r" in content:
        # Only in a file without any line feed, carriage returns end lines.
        content = content.replace(b"\r", b"\n")
    lines = content.split(b"\n")
    if not lines[-1]:
        lines.pop()
    before = accumulate(map(len, lines[:-1]), initial=0)
    starts = [start + place + size for place, size in zip(range(len(lines)), before, strict=False)]
    if all(map(bytes.strip, lines)):
        return starts, lines
    kept = [place for place, line in enumerate(lines) if line.strip()]
    return [starts[place] for place in kept], [lines[place] for place in kept]


def blocks_of(piece: Piece) -> tuple[list[int], list[bytes]]:
    """(where each begins in the file, blocks of lines) of a piece whose records end with blank lines.

    DataError where a document begins in a file of which `Source.together` sentences are a record.
    """
    start, content = read_piece(piece)
    source = piece.source
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
            line=line_at(source.path, start + found.end() - len(before)),
            hint="Of a file that is streamed, its first megabyte tells whether it marks documents. n_sents = 1 reads its sentences.",
        )


def line_at(path: Path, byte: int) -> int:
    """The number of the line at a place in a file, from 1. Reads everything before it."""
    number, left = 1, byte
    with open_bytes(path) as file:
        while left > 0 and (block := file.read(min(1 << 20, left))):
            number += block.count(b"\n")
            left -= len(block)
    return number
