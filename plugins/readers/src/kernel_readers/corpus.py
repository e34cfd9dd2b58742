"""The corpus reader: annotated files of any known format, as examples."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from kernel.component import Finding
from kernel.config.ranges import NonNegativeInt
from kernel.errors import DataError, warn
from kernel.numeric.random import apart
from kernel.state import copied, is_stateful
from kernel.tokens import Doc
from kernel.training import Example
from kernel_readers.detect import read_file
from kernel_readers.files import data_files, is_one_file, named
from kernel_readers.formats.format import Settings
from kernel_readers.making import Making, Tally
from kernel_readers.report import Report

_AT_ONCE = 256

Augmenter = Callable[[Any, Example], Iterable[Example]]


class _Part(NamedTuple):
    """A document, or a part of it. file, document, part: its numbers, each in the one before, from 0."""

    doc: Doc
    origin: str
    file: int
    document: int
    part: int


@dataclass
class _Place:
    """Where a pass stands. file, document, part: of what comes next. given: examples that the augmenter made of it and that were given
    already; then `before` tells what the augmenter was like before it made them. total: examples that were given.

    size: of all files, in bytes, which must be the same when the pass goes on; -1 before they are looked at. key: of the pass, for what
    the augmenter draws; -1 before it has drawn anything.
    """

    size: int = -1
    file: int = 0
    document: int = 0
    part: int = 0
    given: int = 0
    total: int = 0
    has_ended: bool = False
    key: int = -1
    before: dict[str, Any] = field(default_factory=dict)


class Corpus:
    """Pairs of a freshly tokenized document and the annotated one, read anew on every call.

    `state` is the place of the latest pass that was begun, and `restore` lets the next one begin there: files before it are not
    read again, and of what was given of its own file no examples are made.

    path: a file, a directory that is searched for data files, a pattern such as `data/*.jsonl`, or several of these.
    gold_preproc: use the annotated words and one example a sentence.
    max_length: longest document in words; a longer one is split into its sentences, or left out if it has none. 0 means no limit.
    limit: the number of examples to stop after, over all files. 0 means no limit.
    augmenter: makes one example into any number.
    format: "auto", or the name of a format.
    n_sents: sentences a document for formats that have sentences but no documents.
    columns: what the columns of column files are, see `form_of`.
    trim: whether blanks at the ends of entities are no part of them.
    labels: names of labels that files have numbers for, or the file that has them.
    """

    def __init__(
        self,
        path: Path | Sequence[Path],
        *,
        gold_preproc: bool = False,
        max_length: int = 0,
        limit: int = 0,
        augmenter: Augmenter | None = None,
        format: str = "auto",
        n_sents: int | None = None,
        columns: Sequence[str] | None = None,
        trim: bool = False,
        labels: Sequence[str] | Path | None = None,
    ) -> None:
        self.path = path
        self._name = named(path)
        self.max_length = max_length
        self._making = Making(gold_preproc, max_length)
        self.limit = limit
        self.augmenter = augmenter
        self.format = format
        self.settings = Settings(n_sents, columns, trim, labels)
        self._place, self._is_restored = _Place(), False
        self.findings: Sequence[Finding] = ()
        """What the latest pass that came to its end took, and what it left."""

    def state(self) -> dict[str, Any]:
        """Where the latest pass stands, as plain data, with the state of the augmenter."""
        place, augmenter = self._place, self._state_of_augmenter()
        if place.given:
            return {"place": asdict(place), "augmenter": augmenter}
        return {"place": asdict(replace(place, before={})), "augmenter": augmenter}

    def restore(self, state: dict[str, Any]) -> None:
        """Let the next pass go on from a state."""
        self._place = _Place(**state["place"])
        self._is_restored = not self._place.has_ended
        if is_stateful(self.augmenter):
            self.augmenter.restore(self._place.before.get("augmenter", state["augmenter"]))

    def __call__(self, nlp: Any) -> Iterator[Example]:
        """Yield the examples for a pipeline `nlp` (its tokenizer and vocabulary).

        DataError if there are none, and for a document of more characters than `nlp.max_length`.
        """
        is_whole = not self._is_restored
        if is_whole:
            self._place = _Place()
        self._is_restored = False
        return self._pass(nlp, self._place, is_whole=is_whole)

    def _pass(self, nlp: Any, place: _Place, *, is_whole: bool) -> Iterator[Example]:
        tally = Tally(Report(is_of_one_file=is_one_file(self.path)))
        for part, example in self._examples(nlp, self._parts(nlp, tally, place), place.total):
            place.file, place.document, place.part = part.file, part.document, part.part
            made = self._made(nlp, example, place)
            last = len(made) - 1
            if last < place.given:
                place.part, place.given = part.part + 1, 0
            for number in range(place.given, last + 1):
                place.part, place.given = (part.part + 1, 0) if number == last else (part.part, number + 1)
                place.total += 1
                yield made[number]
            if self.limit and place.total >= self.limit:
                break
        place.given, place.has_ended = 0, True
        if is_whole:
            self._tell(tally, place.total)

    def _made(self, nlp: Any, example: Example, place: _Place) -> list[Example]:
        """What the augmenter makes of an example, as many as may still be given."""
        if self.augmenter is None:
            return [example]
        room = self.limit - place.total + place.given if self.limit else None
        if not place.given:
            place.before = {"augmenter": copied(self._state_of_augmenter(), "the augmenter")}
        if place.key < 0:
            place.key = int(np.random.randint(1 << 31))
        # The same for the same example of the same pass, whatever was drawn before, and when some of these were given already.
        with apart(place.key, "augment", place.file, place.document, place.part):
            return list(islice(self.augmenter(nlp, example), room))

    def _state_of_augmenter(self) -> Any:
        return self.augmenter.state() if is_stateful(self.augmenter) else None

    def _tell(self, tally: Tally, found: int) -> None:
        """Say what a whole pass met. DataError if it gave nothing."""
        tally.report.say(self._name)
        self.findings = tuple(tally.report.findings(self._name))
        if not found:
            raise DataError(
                f"no examples are left of {tally.documents} document{'s' * (tally.documents != 1)}",
                path=self._name,
                hint=self._why(tally),
            )
        if tally.too_long and found != self.limit:
            warn(
                f"{self._name}: {tally.too_long} texts of max_length = {self.max_length} words or more are left out"
            )

    def _why(self, tally: Tally) -> str:
        if tally.too_long:
            return f"{tally.too_long} texts have max_length = {self.max_length} words or more."
        return "" if self.augmenter is None else "The augmenter made none."

    def _parts(self, nlp: Any, tally: Tally, place: _Place) -> Iterator[_Part]:
        """Documents, or their parts, from a place on."""
        files = data_files(self.path, tally.report, is_detected=self.format == "auto")
        self._check_size(files, place)
        begin = place.file, place.document, place.part
        for file, path in enumerate(files[begin[0] :], start=begin[0]):
            number = -1
            tally.report.line = None
            for number, doc in enumerate(read_file(self.format, path, nlp, self.settings, tally.report)):
                if (file, number) < begin[:2]:
                    continue
                line = tally.report.line
                origin = f"{path}, document {number}" if line is None else f"{path}:{line}"
                parts = self._making.parts(nlp, doc, tally, path=path, number=number, origin=origin)
                for part, piece in enumerate(parts):
                    if (file, number, part) >= begin:
                        yield _Part(piece, origin, file, number, part)
            if number < 0:
                raise DataError("the file holds no documents", path=path)

    def _check_size(self, files: Sequence[Path], place: _Place) -> None:
        size = sum(file.stat().st_size for file in files if file.is_file())
        if place.size not in (-1, size):
            raise DataError(
                f"the data have changed: {size:,} bytes, and {place.size:,} when the pass began",
                path=self._name,
                hint="A pass goes on in the same data only. Put them back, or start anew.",
            )
        place.size = size

    def _at_once(self, made: int) -> int:
        """How many documents to tokenize together: many, but none that the limit cuts off."""
        if not self.limit or self.augmenter is not None:
            return _AT_ONCE
        return min(_AT_ONCE, self.limit - made)

    def _examples(self, nlp: Any, parts: Iterator[_Part], made: int) -> Iterator[tuple[_Part, Example]]:
        while some := list(islice(parts, self._at_once(made))):
            made += len(some)
            yield from zip(some, self._making.examples(nlp, [each[:2] for each in some]), strict=True)


def make_corpus(
    path: Path | list[Path] | None,
    gold_preproc: bool = False,
    max_length: NonNegativeInt = 0,
    limit: NonNegativeInt = 0,
    augmenter: Augmenter | None = None,
    format: str = "auto",
    n_sents: NonNegativeInt | None = None,
    columns: list[str] | None = None,
    trim: bool = False,
    labels: list[str] | Path | None = None,
) -> Callable[[Any], Iterator[Example]]:
    """Read annotated documents: `.spacy`, CoNLL-U, IOB and BILUO columns, JSONL, CSV, by their content.

    path: a file, a directory, a pattern such as data/*.jsonl, or a list of these. gold_preproc: gold words and sentences. max_length: words a document, longer
    ones are split into sentences. limit: examples in all. augmenter: makes examples into more. format: "auto",
    or "spacy", "conllu", "iob", "iob_lines", "jsonl", "csv", "text", "brat", "webanno", "huggingface", "fasttext", "parquet", or a registered converter. n_sents: sentences a
    document where the file marks none (10 if unset); 0 makes one document of all. columns: of column files, each as word,
    tag (the entity tag), pos (a part-of-speech tag), id or _ (not read), and of tables (CSV), each as text, label (the name of a category), cat (1 or 0, the header names the category), ent (texts of entities, the header names their label) or _;
    null finds out. trim: blanks at the ends of
    entities are no part of them. labels: names of the labels that data sets have numbers for, in the order of the numbers, or a JSON file of them.
    """
    if path is None:
        raise DataError(
            "the corpus has no path",
            hint="Set it in the config's [paths] section or on the command line: --paths.train FILE --paths.dev FILE",
        )
    return Corpus(
        Path(path) if isinstance(path, str | PathLike) else [Path(each) for each in path],
        gold_preproc=gold_preproc,
        max_length=max_length,
        limit=limit,
        augmenter=augmenter,
        format=format,
        n_sents=n_sents,
        columns=columns,
        trim=trim,
        labels=labels,
    )
