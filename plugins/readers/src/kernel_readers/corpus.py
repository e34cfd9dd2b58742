"""The corpus reader: annotated files of any known format, as examples."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import Any

from kernel.component import Finding
from kernel.config.ranges import NonNegativeInt
from kernel.errors import DataError, warn
from kernel.tokens import Doc
from kernel.training import Example
from kernel_readers.detect import read_file
from kernel_readers.files import data_files, is_one_file, named
from kernel_readers.formats.format import Settings
from kernel_readers.making import Making, Tally
from kernel_readers.report import Report

_AT_ONCE = 256

Augmenter = Callable[[Any, Example], Iterable[Example]]


class Corpus:
    """Pairs of a freshly tokenized document and the annotated one, read anew on every call.

    path: a file, a directory that is searched for data files, a pattern such as `data/*.jsonl`, or several of these.
    gold_preproc: use the annotated words and one example a sentence.
    max_length: longest document in words; a longer one is split into its sentences, or left out if it has none. 0 means no limit.
    limit: the number of examples to stop after, over all files. 0 means no limit.
    augmenter: makes one example into any number.
    format: "auto", or the name of a format.
    n_sents: sentences a document for formats that have sentences but no documents.
    columns: what the columns of column files are, see `form_of`.
    trim: whether blanks at the ends of entities are no part of them.
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
    ) -> None:
        self.path = path
        self._name = named(path)
        self.max_length = max_length
        self._making = Making(gold_preproc, max_length)
        self.limit = limit
        self.augmenter = augmenter
        self.format = format
        self.settings = Settings(n_sents, columns, trim)
        self.findings: Sequence[Finding] = ()
        """What the latest pass that came to its end took, and what it left."""

    def __call__(self, nlp: Any) -> Iterator[Example]:
        """Yield the examples for a pipeline `nlp` (its tokenizer and vocabulary).

        DataError if there are none, and for a document of more characters than `nlp.max_length`.
        """
        tally = Tally(Report(is_of_one_file=is_one_file(self.path)))
        examples = self._examples(nlp, self._pieces(nlp, tally))
        if self.augmenter is not None:
            examples = (made for example in examples for made in self.augmenter(nlp, example))
        found = 0
        for found, example in enumerate(islice(examples, self.limit or None), start=1):  # noqa: B007
            yield example
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

    def _pieces(self, nlp: Any, tally: Tally) -> Iterator[tuple[Doc, str]]:
        """Documents, or their parts, and where each comes from."""
        for path in data_files(self.path, tally.report, is_detected=self.format == "auto"):
            number = -1
            tally.report.line = None
            for number, doc in enumerate(read_file(self.format, path, nlp, self.settings, tally.report)):
                line = tally.report.line
                origin = f"{path}, document {number}" if line is None else f"{path}:{line}"
                for piece in self._making.parts(nlp, doc, tally, path=path, number=number, origin=origin):
                    yield piece, origin
            if number < 0:
                raise DataError("the file holds no documents", path=path)

    def _at_once(self, made: int) -> int:
        """How many documents to tokenize together: many, but none that the limit cuts off."""
        if not self.limit or self.augmenter is not None:
            return _AT_ONCE
        return min(_AT_ONCE, self.limit - made)

    def _examples(self, nlp: Any, references: Iterator[tuple[Doc, str]]) -> Iterator[Example]:
        made = 0
        while docs := list(islice(references, self._at_once(made))):
            made += len(docs)
            yield from self._making.examples(nlp, docs)


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
) -> Callable[[Any], Iterator[Example]]:
    """Read annotated documents: `.spacy`, CoNLL-U, IOB and BILUO columns, JSONL, CSV, by their content.

    path: a file, a directory, a pattern such as data/*.jsonl, or a list of these. gold_preproc: gold words and sentences. max_length: words a document, longer
    ones are split into sentences. limit: examples in all. augmenter: makes examples into more. format: "auto",
    or "spacy", "conllu", "iob", "iob_lines", "jsonl", "csv", "text", or a registered converter. n_sents: sentences a
    document where the file marks none (10 if unset); 0 makes one document of all. columns: of column files, each as word,
    tag (the entity tag), pos (a part-of-speech tag), id or _ (not read), and of tables (CSV), each as text, label (the name of a category), cat (1 or 0, the header names the category) or _;
    null finds out. trim: blanks at the ends of
    entities are no part of them.
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
    )
