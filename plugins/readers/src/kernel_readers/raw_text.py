"""Readers of raw text: examples without annotation, for pretraining and for applying a pipeline."""

from collections.abc import Callable, Iterator, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from kernel.config.ranges import NonNegativeInt
from kernel.errors import DataError
from kernel.files.compressed import suffix_of
from kernel.training import Example
from kernel_readers.excerpt import excerpt
from kernel_readers.files import data_files, named
from kernel_readers.foreign_formats import check_known
from kernel_readers.formats.record import records_and_problems
from kernel_readers.lines import numbered_lines
from kernel_readers.problems import collected
from kernel_readers.streams.pieces import LINES, Piece, Pieces, Source, line_at, read_piece

_PIECE = 1 << 20

Texts = Callable[[Path], Iterator[tuple[int, str | DataError]]]
"""(line, text) of each record of a file, or what is wrong with it."""


class TextCorpus:
    """Texts as examples whose two documents are both without annotation.

    path: a file, a directory, a pattern such as `data/*.txt`, or several of these. texts: reads a part of a file. min_length,
    max_length: bounds in words, 0 is none; a document of `max_length` words or more is left out. limit: examples in all, 0
    means no limit.

    `state` is the place of the latest pass that was begun, and `restore` lets the next one begin there. Nothing is held but
    some megabytes of text.
    """

    def __init__(
        self, path: Path | Sequence[Path], texts: Texts, min_length: int, max_length: int, limit: int
    ) -> None:
        self._path, self._texts = path, texts
        self.min_length = min_length
        self.max_length = max_length
        self.limit = limit
        self._position: dict[str, int] = {}
        self._is_restored = False

    def state(self) -> dict[str, int]:
        """Where the latest pass stands: pieces that are behind it, texts of the next one, and examples that were given."""
        return dict(self._position)

    def restore(self, state: dict[str, int]) -> None:
        """Let the next pass go on from a state."""
        self._position, self._is_restored = dict(state), bool(state)

    def __call__(self, nlp: Any) -> Iterator[Example]:
        """Yield the examples for a pipeline `nlp`. DataError with all bad records of a file."""
        pieces = Pieces(_sources(self._path), _PIECE)
        position, is_restored = self._position, self._is_restored
        if is_restored and position["bytes"] != pieces.bytes:
            raise DataError(
                f"the data have changed: {pieces.bytes:,} bytes, and {position['bytes']:,} when the pass began",
                path=named(self._path),
                hint="A pass goes on in the same data only. Put them back, or start anew.",
            )
        # After a pass that ended, a new one begins.
        if not is_restored or position["piece"] >= len(pieces):
            position = {"piece": 0, "place": 0, "given": 0, "bytes": pieces.bytes}
        self._position, self._is_restored = position, False
        return self._pass(nlp, pieces, position)

    def _pass(self, nlp: Any, pieces: Pieces, position: dict[str, int]) -> Iterator[Example]:
        while position["piece"] < len(pieces):
            piece = pieces[position["piece"]]
            texts, is_good = self._read(piece)
            for line, text in texts[position["place"] :]:
                if self.limit and position["given"] >= self.limit:
                    position["piece"] = len(pieces)
                    return
                position["place"] += 1
                try:
                    doc = nlp.make_doc(text)
                except DataError as error:
                    raise error.at(piece.source.path, line=_before(piece) + line) from error
                if len(doc) < max(self.min_length, 1) or 0 < self.max_length <= len(doc):
                    continue
                position["given"] += 1
                yield Example(doc, doc.copy())
            if not is_good and not (self.limit and position["given"] >= self.limit):
                self._raise_all(pieces, position["piece"])
            position["piece"], position["place"] = position["piece"] + 1, 0

    def _read(self, piece: Piece) -> tuple[list[tuple[int, str]], bool]:
        """The texts of a piece with their lines in it, up to the first bad record, and whether there is none."""
        found: list[tuple[int, str]] = []
        try:
            for line, text in self._texts(_path_of(piece)):
                if isinstance(text, DataError):
                    return found, False
                found.append((line, text))
        except DataError:
            return found, False
        return found, True

    def _raise_all(self, pieces: Pieces, number: int) -> None:
        """DataError with all bad records of a file from a piece on."""
        source = pieces[number].source
        with collected("records") as problems:
            for place in range(number, len(pieces)):
                piece = pieces[place]
                if piece.source is not source:
                    break
                try:
                    for line, text in self._texts(_path_of(piece)):
                        if isinstance(text, DataError):
                            problems.add(text.at(source.path, line=_before(piece) + line))
                except DataError as error:
                    if problems.are_told:
                        raise
                    where = None if error.line is None else _before(piece) + error.line
                    raise error.at(source.path, line=where, document=error.document) from error


def _path_of(piece: Piece) -> Path:
    """What to read for a piece: an excerpt, unless the file is read whole."""
    path = piece.source.path
    return excerpt(path, read_piece(piece)[1]) if piece.source.is_seekable else path


def _before(piece: Piece) -> int:
    """The number of lines before a piece in its file."""
    return line_at(piece.source.path, read_piece(piece)[0]) - 1 if piece.start else 0


def _sources(path: Path | Sequence[Path]) -> list[Source]:
    found = []
    for file in data_files(path, is_detected=False):
        check_known(file)
        separator = None if suffix_of(file) == ".json" else LINES
        found.append(Source(file, "text", separator, file.stat().st_size))
    return found


def _lines(path: Path) -> Iterator[tuple[int, str | DataError]]:
    return ((number, line) for number, line in numbered_lines(path) if line.strip())


def _records(path: Path) -> Iterator[tuple[int, str | DataError]]:
    for record in records_and_problems(path):
        if isinstance(record, DataError):
            yield record.line or 1, record
            continue
        try:
            yield record.number, record.text
        except DataError as error:
            yield record.number, error


def _require(path: Path | list[Path] | None) -> Path | list[Path]:
    if path is None:
        raise DataError("the corpus has no path", hint="Set it in the config's [paths] section.")
    return Path(path) if isinstance(path, str | PathLike) else [Path(each) for each in path]


def make_jsonl_corpus(
    path: Path | list[Path] | None,
    min_length: NonNegativeInt = 0,
    max_length: NonNegativeInt = 0,
    limit: NonNegativeInt = 0,
) -> Callable[[Any], Iterator[Example]]:
    """Read the `text` of every record of JSONL files; other keys are left alone.

    path: a file, a directory, a pattern such as data/*.jsonl, or a list of these. min_length, max_length: bounds in words, 0 is
    none. limit: examples in all, 0 means no limit.
    """
    return TextCorpus(_require(path), _records, min_length, max_length, limit)


def make_plain_text_corpus(
    path: Path | list[Path] | None, min_length: NonNegativeInt = 0, max_length: NonNegativeInt = 0
) -> Callable[[Any], Iterator[Example]]:
    """Read text files, one document a line.

    path: a file, a directory, a pattern such as data/*.txt, or a list of these. min_length, max_length: the fewest and the most
    words of a document, 0 is no bound.
    """
    return TextCorpus(_require(path), _lines, min_length, max_length + 1 if max_length else 0, 0)
