"""The corpus of raw text: files of any size, or standard input, as examples without annotation."""

import io
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from kernel.errors import DataError, warn
from kernel.tokens import Doc
from kernel.training import Example
from kernel_readers.files import data_files, named
from kernel_readers.foreign_formats import check_known
from kernel_readers.streams.pieces import Pieces, Source
from kernel_readers.streams.position import Position, Standing, walk
from kernel_readers.streams.reading import Record, line_of
from kernel_readers.streams.spool import Spool
from kernel_readers.streams.text_formats import (
    SNIFFED,
    format_of,
    format_of_bytes,
    parts,
    problems_of,
    separator_of,
    texts_of,
)

_PIECE = 1 << 20
# Pieces that a buffer has at least, so that records of many places meet in it.
_PIECES = 16
# Records, and about so many bytes of them, to tokenize together.
_AT_ONCE, _BYTES = 256, 1 << 18
# What it is called in messages.
_SHOWN = Path("standard input")


class TextCorpus:
    """Texts as examples whose two documents are both without annotation.

    path: a file, a directory, a pattern such as `data/*.txt`, or several of these; `-` is standard input, of which what was read is kept in
    a temporary file. format: "auto", "jsonl", "lines", "paragraphs" or "spacy". min_length, max_length: bounds in words, 0 is none; a document of
    `max_length` words or more is left out. limit: examples of a pass, 0 means no limit.

    shuffle: whether each pass has its own order; its key is drawn from numpy's global generator. buffer: bytes of text
    that are shuffled together. is_streamed: whether a run reads it anew in each epoch. stdin: instead of standard input.

    `state` is the place of the latest pass that was begun, and `restore` lets the next one begin there. Nothing is held but the
    buffer, or without shuffling, some megabytes of text.
    """

    STDIN = Path("-")

    def __init__(
        self,
        path: Path | Sequence[Path],
        format: str = "auto",
        min_length: int = 0,
        max_length: int = 0,
        limit: int = 0,
        *,
        shuffle: bool = False,
        buffer: int = 64 << 20,
        is_streamed: bool = False,
        stdin: io.BufferedIOBase | None = None,
    ) -> None:
        self.path, self._name, self._format = path, named(path), format
        self.min_length = min_length
        self.max_length = max_length
        self.limit = limit
        self.is_streamed = is_streamed
        self._shuffle, self._buffer = shuffle, buffer
        self._piece = min(_PIECE, -(-buffer // _PIECES))
        self._standing = Standing(self._name)
        self._spool = Spool(stdin) if path == self.STDIN else None
        self._is_told = False

    def state(self) -> dict[str, Any]:
        """Where the latest pass stands."""
        return self._standing.state()

    def restore(self, state: dict[str, Any]) -> None:
        """Let the next pass go on from a state."""
        self._standing.restore(state)

    def progress(self) -> float:
        """The share of the latest pass that is done, from 0 to 1."""
        return self._standing.progress()

    def __call__(self, nlp: Any) -> Iterator[Example]:
        """Yield the examples for a pipeline `nlp`. DataError if there are none, and with all bad records of a file."""
        if self._spool is not None and self._standing.awaits_end:
            self._spool.read_all()
        pieces = Pieces(self._sources(), self._piece)
        position = self._standing.begin(pieces, self._standing.restored(pieces), is_drawn=self._shuffle)
        return self._pass(nlp, pieces, position)

    def _sources(self) -> list[Source]:
        if self._spool is not None:
            return [_of_spool(self._spool, self._format)]
        found = []
        for file in data_files(self.path, is_detected=False):
            check_known(file)
            format = format_of(file) if self._format == "auto" else self._format
            found.append(Source(file, format, separator_of(format, file), file.stat().st_size))
        return found

    def _pass(self, nlp: Any, pieces: Pieces, position: Position) -> Iterator[Example]:
        is_whole = not (position.first or position.within or position.place)
        too_long = number = 0
        buffers = walk(pieces, position, partial(parts, nlp), buffer=self._buffer, shuffle=self._shuffle)
        for held in buffers:
            while position.place < len(held):
                records = _first(held.records(position.place, position.place + _AT_ONCE))
                found, is_good = texts_of(records, nlp.vocab)
                docs = self._documents(nlp, records, found)
                for doc in docs:
                    if self.limit and position.total >= self.limit:
                        position.first = len(pieces)
                        return
                    position.place += 1
                    number += 1
                    if doc is None or 0 < self.max_length <= len(doc):
                        too_long += 1
                    elif len(doc) >= max(self.min_length, 1):
                        position.total += 1
                        yield Example(doc, doc.copy())
                if not is_good:
                    if not (self.limit and position.total >= self.limit):
                        raise problems_of(records[len(found)].source, nlp.vocab)
                    position.first = len(pieces)
                    return
        # In memory it is the run that says what is empty; that bounds leave nothing of what is there can be said here alone.
        if is_whole and (self.is_streamed or (number and not position.total)):
            self._tell(number, too_long, is_empty=not position.total)

    def _documents(
        self, nlp: Any, records: Sequence[Record], found: Sequence[str | Doc]
    ) -> Iterator[Doc | None]:
        """The documents of texts, which are tokenized together; None for one that is too long to be."""
        texts = [text for text in found if isinstance(text, str)]
        if texts and max(map(len, texts)) > nlp.max_length:
            texts = [text for text in texts if len(text) <= nlp.max_length]
        batch = getattr(nlp.tokenizer, "batch", None)
        docs = iter(batch(texts) if batch is not None else map(nlp.tokenizer, texts))
        for record, text in zip(records, found, strict=False):
            if not isinstance(text, str):
                yield text
            elif len(text) <= nlp.max_length:
                yield next(docs)
            elif self.max_length:
                yield None
            else:
                raise _too_long(record, text, nlp.max_length)

    def _tell(self, number: int, too_long: int, *, is_empty: bool) -> None:
        """Say what a whole pass left out, the first time."""
        said = f"{too_long} texts of max_length = {self.max_length} words or more are left out"
        if is_empty:
            hint = f"{said[0].upper()}{said[1:]}." if too_long else ""
            if number > too_long and self.min_length > 1:
                hint = f"{hint} {number - too_long} have fewer than min_length = {self.min_length} words.".strip()
            raise DataError(f"no examples are left of {number} texts", path=self._name, hint=hint)
        if too_long and not self._is_told:
            self._is_told = True
            warn(f"{self._name}: {said}")


def _first(records: Sequence[Record]) -> Sequence[Record]:
    """The first of some records, so many as may be tokenized together."""
    size = 0
    for number, record in enumerate(records, start=1):
        size += len(record.content)
        if size >= _BYTES:
            return records[:number]
    return records


def _too_long(record: Record, text: str, most: int) -> DataError:
    is_line = isinstance(record.content, bytes)
    return DataError(
        f"a text of {len(text)} characters is longer than nlp.max_length = {most}",
        path=record.source.path,
        line=line_of(record) if is_line else None,
        document=None if is_line else record.number,
        hint="Cut it into parts, set max_length to leave it out, or raise nlp.max_length: memory grows with the length.",
    )


def _of_spool(spool: Spool, format: str) -> Source:
    """What comes through a pipe, of which nobody knows how much it is before its end."""
    with spool.open() as file:
        head = file.read(SNIFFED)
    if not head:
        raise DataError(
            "standard input is empty",
            hint="Write a text into it: cat FILE | kernel ... It can be read once: if a config (-) or another corpus "
            "came from it, name a file here.",
        )
    check_known(_SHOWN, io.BytesIO(head))
    if format == "spacy":
        raise DataError(
            ".spacy can't be read from standard input", hint="Write it into a file, and name that."
        )
    format = format_of_bytes(head) if format == "auto" else format
    size = spool.size if spool.is_complete else 0
    return Source(
        _SHOWN,
        format,
        separator_of(format, _SHOWN),
        size,
        opened=spool.open,
        is_growing=not spool.is_complete,
    )
