"""The corpus reader: annotated files of any known format, as examples."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import Any

from kernel.component import Finding
from kernel.config.ranges import NonNegativeInt
from kernel.errors import DataError, warn
from kernel.tokens import Doc
from kernel.training import Example
from kernel_readers.detect import find_format
from kernel_readers.files import data_files, is_one_file, named
from kernel_readers.formats.format import Format, Settings
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
        self.gold_preproc = gold_preproc
        self.max_length = max_length
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
        tally = _Tally(Report(is_of_one_file=is_one_file(self.path)))
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

    def _why(self, tally: "_Tally") -> str:
        if tally.too_long:
            return f"{tally.too_long} texts have max_length = {self.max_length} words or more."
        return "" if self.augmenter is None else "The augmenter made none."

    def _pieces(self, nlp: Any, tally: "_Tally") -> Iterator[tuple[Doc, str]]:
        """Documents, or their parts, and where each comes from."""
        for path in data_files(self.path, tally.report, is_detected=self.format == "auto"):
            number = -1
            tally.report.line = None
            for number, doc in enumerate(self._read(path, nlp, tally.report)):
                tally.documents += 1
                self._check_length(nlp, doc, path, number)
                line = tally.report.line
                origin = f"{path}, document {number}" if line is None else f"{path}:{line}"
                try:
                    for piece in self._cut(doc, tally, origin):
                        yield piece, origin
                except DataError as error:
                    raise error.at(path, document=number) from error
            if number < 0:
                raise DataError("the file holds no documents", path=path)

    def _read(self, path: Path, nlp: Any, report: Report) -> Iterator[Doc]:
        read = find_format(self.format, path)
        if isinstance(read, Format):
            return read(path, nlp, settings=self.settings, report=report)
        if self.settings.columns is not None or self.settings.trim:
            raise DataError(
                f"the format {self.format!r} takes neither columns nor trim",
                path=path,
                hint="Take them out of the reader's block.",
            )
        return read(path, nlp, n_sents=self.settings.n_sents)

    def _check_length(self, nlp: Any, doc: Doc, path: Path, number: int) -> None:
        if self.gold_preproc or doc.has_unknown_spaces or len(doc.text) <= nlp.max_length:
            return
        raise DataError(
            f"a text of {len(doc.text)} characters is longer than nlp.max_length = {nlp.max_length}",
            path=path,
            document=number,
            hint="Cut it into parts, with gold_preproc or a lower n_sents if it has sentences, or raise nlp.max_length.",
        )

    def _cut(self, doc: Doc, tally: "_Tally", place: str) -> Iterator[Doc]:
        too_long = 0 < self.max_length <= len(doc)
        by_sentence = self.gold_preproc or (too_long and doc.has_annotation("SENT_START"))
        pieces = list(_sentences(doc, tally.report, place)) if by_sentence else [doc]
        for piece in pieces:
            if 0 < self.max_length <= len(piece):
                tally.too_long += 1
            elif len(piece):
                yield piece

    def _at_once(self, made: int) -> int:
        """How many documents to tokenize together: many, but none that the limit cuts off."""
        if not self.limit or self.augmenter is not None:
            return _AT_ONCE
        return min(_AT_ONCE, self.limit - made)

    def _examples(self, nlp: Any, references: Iterator[tuple[Doc, str]]) -> Iterator[Example]:
        made = 0
        while docs := list(islice(references, self._at_once(made))):
            made += len(docs)
            own_words = self.gold_preproc
            texts = [doc.text for doc, _ in docs if not (own_words or doc.has_unknown_spaces)]
            tokenized = iter(
                nlp.tokenizer.batch(texts) if hasattr(nlp.tokenizer, "batch") else map(nlp.make_doc, texts)
            )
            for doc, origin in docs:
                if own_words or doc.has_unknown_spaces:
                    yield Example(_untagged(doc), doc, origin=origin)
                else:
                    yield Example(next(tokenized), doc, origin=origin)


@dataclass
class _Tally:
    """What a pass over the corpus has met. too_long: texts that max_length left out."""

    report: Report
    documents: int = 0
    too_long: int = 0


def _sentences(doc: Doc, report: Report, place: str) -> Iterator[Doc]:
    """Each sentence as a document. Entities and spans that lie in two are in none; tokens of such entities count as not annotated."""
    starts = {sent.start for sent in doc.sents}
    crossing = [ent for ent in doc.ents if not starts.isdisjoint(range(ent.start + 1, ent.end))]
    if crossing:
        report.remark(
            "{} entities lie in two sentences, and are lost by cutting documents into sentences",
            place,
            len(crossing),
        )
    for spans in doc.spans.values():
        lost = sum(not starts.isdisjoint(range(span.start + 1, span.end)) for span in spans)
        if lost:
            report.remark(
                "{} spans of groups lie in two sentences, and are lost by cutting documents into sentences",
                place,
                lost,
            )
    for sent in doc.sents:
        piece = sent.as_doc()
        parts = [(max(ent.start, sent.start), min(ent.end, sent.end)) for ent in crossing]
        missing = [piece[first - sent.start : last - sent.start] for first, last in parts if first < last]
        if missing:
            piece.set_ents([], missing=missing, default="unmodified")
        yield piece


def _untagged(doc: Doc) -> Doc:
    """A document of the same words with nothing annotated."""
    spaces = None if doc.has_unknown_spaces else [bool(token.whitespace_) for token in doc]
    return Doc(doc.vocab, words=[token.text for token in doc], spaces=spaces)


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
