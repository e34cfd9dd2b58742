"""From annotated documents to examples: what is too long is cut or left out, and the text is tokenized anew."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kernel.errors import DataError
from kernel.tokens import Doc
from kernel.training import Example
from kernel_readers.report import Report


@dataclass
class Tally:
    """What a pass over the corpus has met. too_long: texts that max_length left out."""

    report: Report
    documents: int = 0
    too_long: int = 0


@dataclass(frozen=True)
class Making:
    """How documents become examples.

    gold_preproc: use the annotated words and one example a sentence. max_length: longest document in words; a longer one is
    split into its sentences, or left out if it has none. 0 means no limit.
    """

    gold_preproc: bool = False
    max_length: int = 0

    def parts(self, nlp: Any, doc: Doc, tally: Tally, *, path: Path, number: int, origin: str) -> list[Doc]:
        """The document, its sentences, or nothing of it. number: of the document in its file. origin: where it stands, for people.

        DataError for a document of more characters than `nlp.max_length`.
        """
        tally.documents += 1
        self._check_length(nlp, doc, path, number)
        try:
            return list(self._cut(doc, tally, origin))
        except DataError as error:
            raise error.at(path, document=number) from error

    def examples(self, nlp: Any, docs: Sequence[tuple[Doc, str]]) -> Iterator[Example]:
        """The examples of documents and their origins, which are tokenized together."""
        texts = [doc.text for doc, _ in docs if not self._has_own_words(doc)]
        tokenized = iter(
            nlp.tokenizer.batch(texts) if hasattr(nlp.tokenizer, "batch") else map(nlp.make_doc, texts)
        )
        for doc, origin in docs:
            if self._has_own_words(doc):
                yield Example(_untagged(doc), doc, origin=origin)
            else:
                yield Example(next(tokenized), doc, origin=origin)

    def _has_own_words(self, doc: Doc) -> bool:
        return self.gold_preproc or doc.has_unknown_spaces

    def _check_length(self, nlp: Any, doc: Doc, path: Path, number: int) -> None:
        if self._has_own_words(doc) or len(doc.text) <= nlp.max_length:
            return
        raise DataError(
            f"a text of {len(doc.text)} characters is longer than nlp.max_length = {nlp.max_length}",
            path=path,
            document=number,
            hint="Cut it into parts, with gold_preproc or a lower n_sents if it has sentences, or raise nlp.max_length.",
        )

    def _cut(self, doc: Doc, tally: Tally, place: str) -> Iterator[Doc]:
        too_long = 0 < self.max_length <= len(doc)
        by_sentence = self.gold_preproc or (too_long and doc.has_annotation("SENT_START"))
        pieces: Iterable[Doc] = list(_sentences(doc, tally.report, place)) if by_sentence else [doc]
        for piece in pieces:
            if 0 < self.max_length <= len(piece):
                tally.too_long += 1
            elif len(piece):
                yield piece


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
