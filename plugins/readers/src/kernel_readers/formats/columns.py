"""Column files: a token a line, its entity tag in the last column, a blank line between sentences."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from kernel.errors import DataError
from kernel.tokens import Doc
from kernel_readers.formats.tags import EntityTags
from kernel_readers.lines import grouped, numbered_lines

DOCUMENT_MARK = "-DOCSTART-"
_CLOSING = re.compile(rb"[ \t][LUES]-\S+\s*$")


class Sentence(NamedTuple):
    """A sentence of a file, a value a word in each list."""

    words: list[str]
    tags: list[str]
    """Part-of-speech tags, empty strings where the file has none."""
    entities: list[str]
    lines: list[int]
    """The numbers of the lines, from 1."""

    @classmethod
    def empty(cls) -> "Sentence":
        return cls([], [], [], [])


def read(path: Path, nlp: Any, *, n_sents: int | None = None) -> Iterator[Doc]:
    """Yield documents with words, sentence starts, entities, and tags if there are three or more columns.

    Columns are separated by tabs if a line has any, by white space otherwise: the word first, the entity tag
    last, a part-of-speech tag second. `-DOCSTART-` starts a document.
    """
    tags = EntityTags(path, _CLOSING)
    for sentences in grouped(_sentences(path), n_sents):
        yield make_doc(tags, nlp.vocab, sentences)
    tags.finish()


def _sentences(path: Path) -> Iterator[tuple[Sentence, bool]]:
    sentence = Sentence.empty()
    starts = False
    for number, line in numbered_lines(path):
        columns = line.split("\t") if "\t" in line else line.split()
        columns = [column.strip() for column in columns]
        if not any(columns) or columns[0] == DOCUMENT_MARK:
            if sentence.words:
                yield sentence, starts
                sentence, starts = Sentence.empty(), False
            starts = starts or columns[:1] == [DOCUMENT_MARK]
            continue
        if len(columns) < 2 or not columns[0] or not columns[-1]:
            raise DataError(
                f"expected a word and an entity tag, found {line[:60]!r}",
                path=path,
                line=number,
                hint="Columns are separated by tabs or spaces; the tag is the last one.",
            )
        sentence.words.append(columns[0])
        sentence.tags.append(columns[1] if len(columns) > 2 else "")
        sentence.entities.append(columns[-1])
        sentence.lines.append(number)
    if sentence.words:
        yield sentence, starts


def make_doc(entity_tags: EntityTags, vocab: Any, sentences: list[Sentence]) -> Doc:
    """One document of several sentences; the text is the words with single spaces."""
    text = Sentence.empty()
    ends: list[int] = []
    for sentence in sentences:
        text.words.extend(sentence.words)
        text.tags.extend(sentence.tags)
        text.entities.extend(sentence.entities)
        text.lines.extend(sentence.lines)
        ends.append(len(text.words))
    starts, total = {0, *ends}, len(text.words)
    annotations: dict[str, Any] = {
        "sent_starts": [i in starts for i in range(total)],
        "ents": entity_tags.to_iob(text.entities, lines=text.lines, ends=ends),
    }
    if any(text.tags):
        annotations["tags"] = text.tags
    return Doc(vocab, words=text.words, spaces=[True] * (total - 1) + [False], **annotations)
