"""The corpus reader: annotated files of any known format, as examples."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from kernel.errors import DataError
from kernel.tokens import Doc
from kernel.training import Example
from kernel_readers.detect import data_files, find_format

_AT_ONCE = 256

Augmenter = Callable[[Any, Example], Iterable[Example]]


class Corpus:
    """Pairs of a freshly tokenized document and the annotated one, read anew on every call.

    path: a file, or a directory that is searched for data files.
    gold_preproc: use the annotated words and one example a sentence.
    max_length: longest document in words; a longer one is split into its sentences, or left out if it has none. 0 is no limit.
    limit: the number of examples to stop after, over all files. 0 is no limit.
    augmenter: makes one example into any number.
    format: "auto", or the name of a format.
    n_sents: sentences a document for formats that have sentences but no documents.
    """

    def __init__(
        self,
        path: Path,
        *,
        gold_preproc: bool = False,
        max_length: int = 0,
        limit: int = 0,
        augmenter: Augmenter | None = None,
        format: str = "auto",
        n_sents: int | None = None,
    ) -> None:
        self.path = path
        self.gold_preproc = gold_preproc
        self.max_length = max_length
        self.limit = limit
        self.augmenter = augmenter
        self.format = format
        self.n_sents = n_sents

    def __call__(self, nlp: Any) -> Iterator[Example]:
        """Yield the examples for a pipeline `nlp` (its tokenizer and vocabulary)."""
        examples = self._examples(nlp, self._references(nlp))
        if self.augmenter is not None:
            examples = (made for example in examples for made in self.augmenter(nlp, example))
        return islice(examples, self.limit) if self.limit else examples

    def _references(self, nlp: Any) -> Iterator[Doc]:
        for path in data_files(self.path):
            read = find_format(self.format, path)
            n_docs = 0
            for doc in read(path, nlp, n_sents=self.n_sents):
                n_docs += 1
                if len(doc):
                    yield doc
            if not n_docs:
                raise DataError("the file holds no documents", path=path)

    def _examples(self, nlp: Any, references: Iterator[Doc]) -> Iterator[Example]:
        while docs := list(islice(references, _AT_ONCE)):
            pieces = [piece for doc in docs for piece in self._pieces(doc)]
            own_words = self.gold_preproc
            texts = [doc.text for doc in pieces if not (own_words or doc.has_unknown_spaces)]
            tokenized = iter(nlp.tokenizer.batch(texts) if hasattr(nlp.tokenizer, "batch") else map(nlp.make_doc, texts))
            for doc in pieces:
                if own_words or doc.has_unknown_spaces:
                    yield Example(_untagged(doc), doc)
                else:
                    yield Example(next(tokenized), doc)

    def _pieces(self, doc: Doc) -> Iterable[Doc]:
        if self.gold_preproc:
            pieces: Iterable[Doc] = [sent.as_doc() for sent in doc.sents]
        elif self.max_length and len(doc) >= self.max_length:
            pieces = [sent.as_doc() for sent in doc.sents] if doc.has_annotation("SENT_START") else []
        else:
            return [doc]
        return [piece for piece in pieces if len(piece) and not 0 < self.max_length <= len(piece)]


def _untagged(doc: Doc) -> Doc:
    """A document of the same words with nothing annotated."""
    spaces = None if doc.has_unknown_spaces else [bool(token.whitespace_) for token in doc]
    return Doc(doc.vocab, words=[token.text for token in doc], spaces=spaces)


def make_corpus(
    path: Path | None,
    gold_preproc: bool = False,
    max_length: int = 0,
    limit: int = 0,
    augmenter: Callable | None = None,
    format: str = "auto",
    n_sents: int | None = None,
) -> Callable[[Any], Iterator[Example]]:
    """Read annotated documents: `.spacy`, CoNLL-U, IOB and BILUO columns, JSONL, by their content.

    path: a file or a directory. gold_preproc: gold words and sentences. max_length: words a document, longer
    ones are split into sentences. limit: examples in all. augmenter: makes examples into more. format: "auto",
    or "spacy", "conllu", "iob", "iob_lines", "jsonl", "text", or a registered converter. n_sents: sentences a
    document where the file marks none (10 if unset); 0 makes one document of all.
    """
    if path is None:
        raise DataError(
            "the corpus has no path",
            hint="Set it in the config's [paths] section or on the command line: --paths.train FILE --paths.dev FILE",
        )
    return Corpus(
        path,
        gold_preproc=gold_preproc,
        max_length=max_length,
        limit=limit,
        augmenter=augmenter,
        format=format,
        n_sents=n_sents,
    )
