"""Documents of records that were taken out of their files."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError, warn
from kernel.tokens import Doc
from kernel_readers.detect import read_file
from kernel_readers.excerpt import Excerpt, excerpt
from kernel_readers.formats.format import Settings
from kernel_readers.lines import SENTENCES
from kernel_readers.problems import Problems
from kernel_readers.report import Report, opened
from kernel_readers.streams.pieces import (
    LINES,
    Piece,
    Source,
    blocks_of,
    line_at,
    lines_of,
    read_parts,
    read_piece,
)

# Bytes of what must be read in order that are read at once.
PART = 1 << 20
# So many files are remembered by what all of their records have in common.
_HEADS = 16


Split = Callable[[int, bytes], tuple[Sequence[int] | NDArray[np.int64], Sequence[bytes]]]
"""What makes records of a part of a file: (where each begins, records) of where the part begins, and its bytes."""


class Record(NamedTuple):
    """A record of a source. content: its line or lines, or its document or text where the source can't be cut.

    number: the byte at which it begins in the file, or the number of the document.
    """

    source: Source
    number: int
    content: bytes | str | Doc

    @property
    def origin(self) -> str:
        """Where it stands, for people."""
        return (
            f"{self.source.path}, {'byte' if isinstance(self.content, bytes) else 'document'} {self.number}"
        )


@dataclass
class Loaded:
    """The records of a part of a piece. numbers, contents: of each, see `Record`.

    size: in bytes, about. end: where in the piece the next part begins. read: bytes on disk that are behind with it.
    """

    source: Source
    numbers: Sequence[int] | NDArray[np.int64]
    contents: Sequence[bytes | str | Doc]
    size: int
    end: int
    read: int


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
            Record(piece.source, int(piece.numbers[place]), piece.contents[place])
            for piece, place in zip(
                [self._pieces[number] for number in pieces.tolist()],
                (numbers - firsts).tolist(),
                strict=True,
            )
        ]


class StreamReport(Report):
    """A report on records that come one by one from many places. reading: those that are being read."""

    def __init__(self) -> None:
        super().__init__(is_of_one_file=False)
        self.reading: Sequence[Record] = ()
        self._taken: set[tuple[str, Path]] = set()
        self._opened: dict[Path, tuple[int, str]] = {}
        self._begun: set[Path] = set()

    def place(self, path: Path, line: int | None, *, offset: int | None = None) -> str:
        """Where something is, for people: counting the lines before it would take long."""
        if line is None or not isinstance(path, Excerpt) or not self.reading:
            return super().place(path, line, offset=offset)
        where = self._record_at(line).origin
        return where if offset is None else f"{where}, offset {offset}"

    def _record_at(self, line: int) -> Record:
        """The record that holds a line of those that are being read; a record of several lines is read alone."""
        first = self.reading[0]
        return first if first.source.separator is not LINES else self.reading[line - 1]

    def opened(self, path: Path, number: int, line: int, *, has_begun: bool) -> None:
        """Count the tags that were put right, to warn of those of a file together."""
        if not isinstance(path, Excerpt):
            super().opened(path, number, line, has_begun=has_begun)
            return
        file = self.reading[0].source.path
        if has_begun:
            self._begun.add(file)
        if number:
            before, place = self._opened.get(file, (0, self.reading[0].origin))
            self._opened[file] = (before + number, place)

    def took(self, form: str, *, sentences: int, documents: int) -> None:
        """Count sentences; each file once, however many parts of it are read."""
        super().took(form, sentences=sentences, documents=documents)
        if self.reading:
            key = (form, self.reading[0].source.path)
            self.forms[form].files -= key in self._taken
            self._taken.add(key)

    def say(self, path: Path | str) -> None:
        """Say everything, and how many tags of each file were put right."""
        super().say(path)
        for file in sorted(self._opened.keys() & self._begun):
            number, place = self._opened[file]
            warn(opened(place, number))


class Reading:
    """Reads pieces and records for a pipeline. settings: what the user says about the files. head: bytes at the beginning of a
    file that tell what all of it has in common.
    """

    def __init__(self, nlp: Any, settings: Settings, report: StreamReport, head: int) -> None:
        self._nlp, self._settings, self._report = nlp, settings, report
        self._head = lru_cache(_HEADS)(partial(head_of, size=head))

    def parts(self, piece: Piece, within: int) -> Iterator[Loaded]:
        """The records of a piece in their order, from a place in it on; of a file that can't be cut, its documents."""
        source = piece.source
        if source.separator is not None:
            yield from loaded_parts(
                piece, within, lines_of if source.separator is LINES else self._blocks(source)
            )
        elif not within:
            self._report.reading = ()
            docs = list(read_file(source.format, source.path, self._nlp, self._settings, self._report))
            yield Loaded(source, range(len(docs)), docs, source.size, source.size, source.size)

    @staticmethod
    def _blocks(source: Source) -> Split:
        return partial(blocks_of, source)

    def documents(self, records: Sequence[Record]) -> list[list[Doc]]:
        """The documents of each record. DataError with all that is wrong with those of a file."""
        found: list[list[Doc]] = [[] for _ in records]
        together: dict[Path, list[int]] = {}
        for place, record in enumerate(records):
            if isinstance(record.content, bytes):
                together.setdefault(record.source.path, []).append(place)
            elif isinstance(record.content, Doc):
                found[place].append(record.content)
        for places in together.values():
            alike = [records[place] for place in places]
            try:
                for number, doc in self._read_all(alike):
                    found[places[number]].append(doc)
            except DataError:
                self._explain(alike)
                raise
        return found

    def _read_all(self, records: Sequence[Record]) -> Iterator[tuple[int, Doc]]:
        """(number of the record, document) for records of one file. Lines are read together, longer records each alone."""
        if records[0].source.separator is LINES:
            yield from self._read(records, self._report)
            return
        for number, record in enumerate(records):
            for _, doc in self._read([record], self._report):
                yield number, doc

    def _read(
        self, records: Sequence[Record], report: StreamReport, *, first: int = 1
    ) -> Iterator[tuple[int, Doc]]:
        """(number of the line, from 0, document) for records of one file. first: the number of the first line."""
        source = records[0].source
        content = b"\n".join(record.content for record in records if isinstance(record.content, bytes))
        lines = excerpt(source.path, content, partial(self._head, source), first=first)
        report.reading = records
        for doc in read_file(source.format, lines, self._nlp, self._settings, report):
            yield (report.line or 1) - 1, doc

    def _explain(self, records: Sequence[Record]) -> None:
        """Raise DataError for the records that can't be read, with the lines at which they stand in their file."""
        problems = Problems("records")
        for record in records:
            line = line_of(record)
            try:
                for _ in self._read([record], StreamReport(), first=line):
                    pass
            except DataError as error:
                problems.add(error.at(record.source.path, line=error.line or line))
        if problems:
            raise problems.error()


def loaded_parts(piece: Piece, within: int, split: Split) -> Iterator[Loaded]:
    """The records of a piece of a file that can be cut, from a place in it on; all at once, unless that must be read in order.

    split: makes records of a part: of where it begins in the file, and its bytes.
    """
    source = piece.source
    if source.is_seekable:
        start, content = read_piece(piece)
        size = piece.end - piece.start
        yield Loaded(source, *split(start, content), len(content), size, size)
        return
    for part in read_parts(source, within, PART):
        yield Loaded(source, *split(part.start, part.content), len(part.content), part.end, part.read)


def line_of(record: Record) -> int:
    """The number of the line at which a record begins, from 1. Reads everything before it."""
    return line_at(record.source, record.number)


def head_of(source: Source, size: int) -> Excerpt:
    """The first records of a file, and what they tell about all of it. size: in bytes, about."""
    if source.separator is not LINES:
        source = replace(source, separator=SENTENCES)
    if not source.is_seekable:
        return excerpt(source.path, next(read_parts(source, 0, size)).content)
    return excerpt(source.path, read_piece(Piece(source, 0, min(size, source.size)))[1])
