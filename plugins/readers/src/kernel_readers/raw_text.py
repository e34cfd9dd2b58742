"""Readers of raw text: examples without annotation, for pretraining and for applying a pipeline."""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from kernel.config.ranges import NonNegativeInt
from kernel.errors import DataError
from kernel.training import Example
from kernel_readers.formats.record import records
from kernel_readers.lines import numbered_lines


class TextCorpus:
    """Texts as examples whose two documents are both without annotation.

    texts: called anew for every pass. min_length, max_length: bounds in words, 0 is none; a document of
    `max_length` words or more is left out. limit: examples in all, 0 means no limit.
    """

    def __init__(
        self, texts: Callable[[], Iterator[str]], min_length: int, max_length: int, limit: int
    ) -> None:
        self.texts = texts
        self.min_length = min_length
        self.max_length = max_length
        self.limit = limit

    def __call__(self, nlp: Any) -> Iterator[Example]:
        """Yield the examples for a pipeline `nlp`."""
        examples = self._examples(nlp)
        return islice(examples, self.limit) if self.limit else examples

    def _examples(self, nlp: Any) -> Iterator[Example]:
        for text in self.texts():
            doc = nlp.make_doc(text)
            if len(doc) < max(self.min_length, 1) or 0 < self.max_length <= len(doc):
                continue
            yield Example(doc, doc.copy())


def _require(path: Path | str | None) -> Path:
    if path is None:
        raise DataError("the corpus has no path", hint="Set it in the config's [paths] section.")
    return Path(path)


def make_jsonl_corpus(
    path: Path | None,
    min_length: NonNegativeInt = 0,
    max_length: NonNegativeInt = 0,
    limit: NonNegativeInt = 0,
) -> Callable[[Any], Iterator[Example]]:
    """Read the `text` of every line of a JSONL file; other keys are left alone.

    min_length, max_length: bounds in words, 0 is none. limit: examples in all, 0 means no limit.
    """
    source = _require(path)

    def texts() -> Iterator[str]:
        return (record.text for record in records(source))

    return TextCorpus(texts, min_length, max_length, limit)


def make_plain_text_corpus(
    path: Path | None, min_length: NonNegativeInt = 0, max_length: NonNegativeInt = 0
) -> Callable[[Any], Iterator[Example]]:
    """Read a text file, one document a line.

    min_length, max_length: the fewest and the most words of a document, 0 is no bound.
    """
    source = _require(path)

    def texts() -> Iterator[str]:
        return (line for _, line in numbered_lines(source) if line.strip())

    return TextCorpus(texts, min_length, max_length + 1 if max_length else 0, 0)
