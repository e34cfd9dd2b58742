"""Documents of records that were taken out of their files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from kernel.errors import DataError
from kernel.files.compressed import open_bytes
from kernel.tokens import Doc
from kernel_readers.detect import read_file
from kernel_readers.excerpt import Excerpt, excerpt
from kernel_readers.formats.format import Settings
from kernel_readers.problems import Problems
from kernel_readers.report import Report
from kernel_readers.streams.pieces import Piece, Source, lines_of, read_piece

# Bytes of a file by which it is told what all of it has in common, and how many files are remembered so.
_HEAD, _HEADS = 1 << 20, 16
_BLOCK = 1 << 20


class Record(NamedTuple):
    """A record of a source. content: its line, or its document where the source can't be cut.

    number: the byte at which it begins in the file, or the number of the document.
    """

    source: Source
    number: int
    content: bytes | Doc

    @property
    def origin(self) -> str:
        """Where it stands, for people."""
        return (
            f"{self.source.path}, {'byte' if isinstance(self.content, bytes) else 'document'} {self.number}"
        )


@dataclass
class Loaded:
    """The records of a piece. numbers, contents: of each, see `Record`."""

    source: Source
    numbers: Sequence[int]
    contents: Sequence[bytes | Doc]

    @property
    def size(self) -> int:
        """In bytes, about."""
        if self.source.separator is None:
            return self.source.size
        return sum(map(len, self.contents))


class Buffer:
    """The records of some pieces, in an order. They take little more memory than their bytes until they are asked for."""

    def __init__(self, pieces: Sequence[Loaded]) -> None:
        self._pieces = pieces
        self._ends = np.cumsum([len(piece.contents) for piece in pieces])
        self._order: Any = np.arange(len(self))

    def __len__(self) -> int:
        return int(self._ends[-1]) if len(self._ends) else 0

    def shuffle(self, generator: np.random.Generator) -> None:
        """Put the records into a random order. There are no more than fit into memory."""
        self._order = generator.permutation(len(self))

    def clear(self) -> None:
        """Let go of everything, so that the next buffer has its memory."""
        self._pieces, self._ends, self._order = [], self._ends[:0], self._order[:0]

    def records(self, start: int, end: int) -> list[Record]:
        """Those from a place to another."""
        numbers = self._order[start:end]
        pieces = np.searchsorted(self._ends, numbers, side="right")
        firsts = np.concatenate([[0], self._ends])[pieces]
        return [
            Record(piece.source, piece.numbers[place], piece.contents[place])
            for piece, place in zip(
                [self._pieces[number] for number in pieces.tolist()],
                (numbers - firsts).tolist(),
                strict=True,
            )
        ]


class StreamReport(Report):
    """A report on records that come one by one from many places. records: those that are being read."""

    reading: Sequence[Record] = ()

    def place(self, path: Path, line: int | None, *, offset: int | None = None) -> str:
        """Where something is, for people: counting the lines before it would take long."""
        if line is None or not isinstance(path, Excerpt) or not 0 < line <= len(self.reading):
            return super().place(path, line, offset=offset)
        where = self.reading[line - 1].origin
        return where if offset is None else f"{where}, offset {offset}"


class Reading:
    """Reads pieces and records for a pipeline. settings: what the user says about the files."""

    def __init__(self, nlp: Any, settings: Settings, report: StreamReport) -> None:
        self._nlp, self._settings, self._report = nlp, settings, report
        self._head = lru_cache(_HEADS)(_head)

    def load(self, piece: Piece) -> Loaded:
        """The records of a piece in their order; of a file that can't be cut, its documents."""
        source = piece.source
        if source.separator is not None:
            return Loaded(source, *lines_of(piece))
        docs = list(read_file(source.format, source.path, self._nlp, self._settings, self._report))
        return Loaded(source, range(len(docs)), docs)

    def documents(self, records: Sequence[Record]) -> list[list[Doc]]:
        """The documents of each record. DataError with all that is wrong with those of a file."""
        found: list[list[Doc]] = [[] for _ in records]
        together: dict[Path, list[int]] = {}
        for place, record in enumerate(records):
            if isinstance(record.content, bytes):
                together.setdefault(record.source.path, []).append(place)
            else:
                found[place].append(record.content)
        for places in together.values():
            lines = [records[place] for place in places]
            try:
                for number, doc in self._read(lines, self._report):
                    found[places[number]].append(doc)
            except DataError:
                self._explain(lines)
                raise
        return found

    def _read(self, records: Sequence[Record], report: StreamReport) -> Iterator[tuple[int, Doc]]:
        """(number of the record, document) for records of one file."""
        source = records[0].source
        content = b"\n".join(record.content for record in records if isinstance(record.content, bytes))
        lines = excerpt(source.path, content, partial(self._head, source))
        report.reading = records
        for doc in read_file(source.format, lines, self._nlp, self._settings, report):
            yield (report.line or 1) - 1, doc

    def _explain(self, records: Sequence[Record]) -> None:
        """Raise DataError for the records that can't be read, with the lines at which they stand in their file."""
        problems = Problems("records")
        for record in records:
            try:
                for _ in self._read([record], StreamReport()):
                    pass
            except DataError as error:
                problems.add(error.at(record.source.path, line=line_of(record)))
        if problems:
            raise problems.error()


def line_of(record: Record) -> int:
    """The number of the line at which a record begins, from 1. Reads everything before it."""
    return line_at(record.source.path, record.number)


def line_at(path: Path, byte: int) -> int:
    """The number of the line at a place in a file, from 1. Reads everything before it."""
    number, left = 1, byte
    with open_bytes(path) as file:
        while left > 0 and (block := file.read(min(_BLOCK, left))):
            number += block.count(b"\n")
            left -= len(block)
    return number


def _head(source: Source) -> Excerpt:
    """The first records of a file, and what they tell about all of it."""
    return excerpt(source.path, read_piece(Piece(source, 0, min(_HEAD, source.size)))[1])
