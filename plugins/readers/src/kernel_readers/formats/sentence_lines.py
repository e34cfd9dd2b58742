"""One sentence a line, tokens as `word|entity` or `word|tag|entity`."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kernel.errors import DataError
from kernel.tokens import Doc
from kernel_readers.formats.columns import Sentence, make_doc
from kernel_readers.formats.format import Format, Settings
from kernel_readers.formats.tags import EntityTags
from kernel_readers.lines import grouped, has, numbered_lines
from kernel_readers.report import Report

_CLOSING = re.compile(rb"\|[LUES]-[^\s|]+(?:\s|$)")
_MARK = re.compile(rb"^[ \t]*-DOCSTART-", re.MULTILINE)


@Format
def read(path: Path, nlp: Any, settings: Settings, report: Report) -> Iterator[Doc]:
    """Yield documents with words, sentence starts, entities, and tags if tokens have three parts."""
    tags = EntityTags(path, is_biluo=lambda: has(path, _CLOSING))
    marked = grouped(_sentences(path), settings.n_sents, has_marks=lambda: has(path, _MARK, times=2))
    for sentences in marked:
        doc = make_doc(tags, nlp.vocab, sentences)
        report.line = sentences[0].lines[0]
        yield doc
    tags.finish(report)


def _sentences(path: Path) -> Iterator[tuple[Sentence, bool]]:
    starts = False
    for number, line in numbered_lines(path):
        tokens = [token for token in re.split("[ \t]+", line) if token.strip()]
        if not tokens:
            continue
        if tokens[0] == "-DOCSTART-":
            starts = True
            continue
        sentence = Sentence.empty()
        for token in tokens:
            parts = token.rsplit("|", 2)
            if len(parts) < 2 or not parts[0]:
                raise DataError(
                    f"expected word|entity or word|tag|entity, found {token[:40]!r}", path=path, line=number
                )
            sentence.words.append(parts[0])
            sentence.tags.append(parts[1] if len(parts) == 3 else "")
            sentence.entities.append(parts[-1])
            sentence.lines.append(number)
        yield sentence, starts
        starts = False
