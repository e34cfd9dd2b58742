"""Column files: a token a line, its entity tag in the last column, a blank line between sentences."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kernel.errors import DataError
from kernel.tokens import Doc
from kernel_readers.formats.tags import EntityTags
from kernel_readers.lines import grouped, numbered_lines

DOCUMENT_MARK = "-DOCSTART-"
_CLOSING = re.compile(rb"[ \t][LUES]-\S+\s*$")

# A sentence: words, part-of-speech tags (empty strings where the file has none), entity tags, line numbers.
Sentence = tuple[list[str], list[str], list[str], list[int]]


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
    sentence: Sentence = ([], [], [], [])
    starts = False
    for number, line in numbered_lines(path):
        columns = line.split("\t") if "\t" in line else line.split()
        columns = [column.strip() for column in columns]
        if not any(columns) or columns[0] == DOCUMENT_MARK:
            if sentence[0]:
                yield sentence, starts
                sentence, starts = ([], [], [], []), False
            starts = starts or columns[:1] == [DOCUMENT_MARK]
            continue
        if len(columns) < 2 or not columns[0] or not columns[-1]:
            raise DataError(
                f"expected a word and an entity tag, found {line[:60]!r}",
                path=path,
                line=number,
                hint="Columns are separated by tabs or spaces; the tag is the last one.",
            )
        sentence[0].append(columns[0])
        sentence[1].append(columns[1] if len(columns) > 2 else "")
        sentence[2].append(columns[-1])
        sentence[3].append(number)
    if sentence[0]:
        yield sentence, starts


def make_doc(entity_tags: EntityTags, vocab: Any, sentences: list[Sentence]) -> Doc:
    """One document of several sentences; the text is the words with single spaces."""
    words, tags, entities, lines = ([x for s in sentences for x in s[i]] for i in range(4))
    ends, total = [], 0
    for sentence in sentences:
        total += len(sentence[0])
        ends.append(total)
    starts = {0, *ends}
    annotations: dict[str, Any] = {
        "sent_starts": [i in starts for i in range(total)],
        "ents": entity_tags.to_iob(entities, lines=lines, ends=ends),
    }
    if any(tags):
        annotations["tags"] = tags
    return Doc(vocab, words=words, spaces=[True] * (total - 1) + [False], **annotations)
