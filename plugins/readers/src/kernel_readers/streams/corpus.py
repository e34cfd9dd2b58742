"""The streamed corpus: more data than fit into memory, in a new order in each pass, from any place on."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from kernel.component import Finding
from kernel.config.ranges import NonNegativeInt, PositiveInt
from kernel.errors import DataError, warn
from kernel.numeric.random import apart
from kernel.state import copied, is_stateful
from kernel.tokens import Doc
from kernel.training import Example
from kernel_readers.corpus import Augmenter
from kernel_readers.files import named
from kernel_readers.formats.format import Settings
from kernel_readers.making import Making, Tally
from kernel_readers.streams.pieces import Pieces
from kernel_readers.streams.position import Position, Standing, walk
from kernel_readers.streams.reading import Reading, Record, StreamReport, line_of
from kernel_readers.streams.sources import sources

# Records to read and tokenize together.
_AT_ONCE = 256
_PIECE = 1 << 20
# Pieces that a buffer has at least, so that records of many places meet in it.
_PIECES = 16


class StreamedCorpus:
    """Examples of files of any size, in an order of their own in each pass.

    path, format, settings: as of `Corpus`. making: how documents become examples. augmenter: makes one example into several.
    shuffle: whether each pass has its own order; its key is drawn from numpy's global generator. buffer: bytes of text that
    are shuffled together. piece: bytes that are read at once. head: bytes at the beginning of a file by which it is told
    what all of it has in common.

    `state` is the place of the latest pass that was begun, with the state of the augmenter if it has one, and `restore` lets the
    next one begin there.
    """

    is_streamed = True

    def __init__(
        self,
        path: Path | Sequence[Path],
        *,
        format: str = "auto",
        settings: Settings | None = None,
        making: Making | None = None,
        augmenter: Augmenter | None = None,
        shuffle: bool = True,
        buffer: int = 64 << 20,
        piece: int | None = None,
        head: int = 1 << 20,
    ) -> None:
        self.path, self._name, self._head = path, named(path), head
        self._format, self._settings = format, settings or Settings()
        self._making, self._augmenter = making or Making(), augmenter
        self._shuffle, self._buffer = shuffle, buffer
        self._piece = piece or min(_PIECE, -(-buffer // _PIECES))
        self._standing = Standing(self._name)
        self._is_told = False
        self.findings: Sequence[Finding] = ()
        """What the latest pass that came to its end took, and what it left."""

    def state(self) -> dict[str, Any]:
        """Where the latest pass stands, as plain data; empty before the first."""
        return self._standing.state()

    def restore(self, state: dict[str, Any]) -> None:
        """Let the next pass go on from a state."""
        self._standing.restore(state)

    def progress(self) -> float:
        """The share of the latest pass that is done, from 0 to 1."""
        return self._standing.progress()

    def __call__(self, nlp: Any) -> Iterator[Example]:
        """Yield the examples for a pipeline `nlp` (its tokenizer and vocabulary).

        DataError if there are none, and for a document of more characters than `nlp.max_length`.
        """
        report = StreamReport()
        pieces = Pieces(sources(self.path, self._format, self._settings, report, self._head), self._piece)
        restored = self._standing.restored(pieces)
        if restored is not None and is_stateful(self._augmenter):
            self._augmenter.restore(restored.augmenter)
        position = self._standing.begin(pieces, restored)
        if position is not restored:
            self._note(position)
        return self._pass(nlp, pieces, position, report)

    def _pass(self, nlp: Any, pieces: Pieces, position: Position, report: StreamReport) -> Iterator[Example]:
        is_empty = is_whole = not (position.first or position.within or position.place or position.given)
        reading, tally = Reading(nlp, self._settings, report, self._head), Tally(report)
        buffers = walk(pieces, position, reading.parts, buffer=self._buffer, shuffle=self._shuffle)
        for held in buffers:
            for start in range(position.place, len(held), _AT_ONCE):
                records = held.records(start, start + _AT_ONCE)
                for examples in self._examples(nlp, reading, records, tally):
                    made = self._augmented(nlp, examples, position)
                    for example in made[position.given :]:
                        position.given += 1
                        is_empty = False
                        yield example
                    position.place, position.given = position.place + 1, 0
                    self._note(position)
        if is_whole:
            self._tell(tally, is_empty=is_empty)

    def _examples(
        self, nlp: Any, reading: Reading, records: Sequence[Record], tally: Tally
    ) -> Iterator[list[Example]]:
        """The examples of each record, not augmented."""
        parts = [
            self._parts(nlp, record, docs, tally)
            for record, docs in zip(records, reading.documents(records), strict=True)
        ]
        examples = self._making.examples(nlp, [part for own in parts for part in own])
        for own in parts:
            yield [next(examples) for _ in own]

    def _parts(self, nlp: Any, record: Record, docs: list[Doc], tally: Tally) -> list[tuple[Doc, str]]:
        """The documents of a record as they become examples, and where they stand."""
        path, number, origin = record.source.path, record.number, record.origin
        try:
            return [
                (part, origin)
                for doc in docs
                for part in self._making.parts(nlp, doc, tally, path=path, number=number, origin=origin)
            ]
        except DataError as error:
            if isinstance(record.content, bytes):
                raise error.at(path, line=line_of(record)) from error
            raise

    def _augmented(self, nlp: Any, examples: list[Example], position: Position) -> list[Example]:
        if self._augmenter is None:
            return examples
        # The same for the same record of the same pass, wherever the pass was begun.
        within = (position.within,) if position.within else ()
        with apart(position.key, "augment", position.first, *within, position.place):
            return [made for example in examples for made in self._augmenter(nlp, example)]

    def _note(self, position: Position) -> None:
        """Keep the state of the augmenter as it is before the record at a position."""
        if is_stateful(self._augmenter):
            position.augmenter = copied(self._augmenter.state(), "the augmenter")

    def _tell(self, tally: Tally, *, is_empty: bool) -> None:
        """Say what a whole pass met, the first time."""
        self.findings = tuple(tally.report.findings(self._name))
        if not self._is_told:
            self._is_told = True
            tally.report.say(self._name)
            if tally.too_long and not is_empty:
                warn(
                    f"{self._name}: {tally.too_long} texts of max_length = {self._making.max_length} words or more are left out"
                )
        if is_empty:
            raise DataError(
                f"no examples are left of {tally.documents} document{'s' * (tally.documents != 1)}",
                path=self._name,
                hint=f"{tally.too_long} texts have max_length = {self._making.max_length} words or more."
                if tally.too_long
                else "",
            )


def make_streamed_corpus(
    path: Path | list[Path] | None,
    shuffle: bool = True,
    buffer: PositiveInt = 64,
    gold_preproc: bool = False,
    max_length: NonNegativeInt = 0,
    augmenter: Augmenter | None = None,
    format: str = "auto",
    n_sents: NonNegativeInt | None = None,
    columns: list[str] | None = None,
    trim: bool = False,
    labels: list[str] | Path | None = None,
) -> Callable[[Any], Iterable[Example]]:
    """Read annotated documents that need not fit into memory, in a new order in each epoch; a run that was cut off goes on where it was.

    path: a file, a directory, a pattern such as data/*.jsonl, or a list of these. shuffle: whether each epoch has an order of its
    own. buffer: megabytes of text, of places all over the data, that are shuffled together and held in memory. gold_preproc,
    max_length, augmenter, format, n_sents, columns, trim, labels: as of kernel.Corpus.v1. JSON Lines, plain text, IOB columns and CoNLL-U
    are read in parts, and lines that are compressed in their order; a file of another format is read whole when its turn comes.
    """
    if path is None:
        raise DataError(
            "the corpus has no path",
            hint="Set it in the config's [paths] section or on the command line: --paths.train FILE --paths.dev FILE",
        )
    return StreamedCorpus(
        Path(path) if isinstance(path, str | PathLike) else [Path(each) for each in path],
        format=format,
        settings=Settings(n_sents, columns, trim, labels),
        making=Making(gold_preproc, max_length),
        augmenter=augmenter,
        shuffle=shuffle,
        buffer=buffer << 20,
    )
