"""Column files: a token a line with its entity tag, a blank line between sentences."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from kernel.errors import DataError
from kernel.tokens import Doc
from kernel_readers.formats.column_form import DOCUMENT_MARK, ColumnForm, form_of, is_number, split
from kernel_readers.formats.format import Format, Settings
from kernel_readers.formats.tags import EntityTags
from kernel_readers.lines import grouped, numbered_lines
from kernel_readers.report import Report

_NOTHING = frozenset({"_", "-X-"})


class Sentence(NamedTuple):
    """A sentence of a file, a value a word in each list."""

    words: list[str]
    tags: list[str]
    """Part-of-speech tags, empty strings where the file has none."""
    entities: list[str]
    """Entity tags, empty if the file has none."""
    lines: list[int]
    """The numbers of the lines, from 1."""

    @classmethod
    def empty(cls) -> "Sentence":
        return cls([], [], [], [])


@Format
def read(path: Path, nlp: Any, settings: Settings, report: Report) -> Iterator[Doc]:
    """Yield documents with words, sentence starts, entities, and part-of-speech tags where there is a column of them.

    Columns are separated by tabs if a line has any, by spaces otherwise. `form_of` tells which is which. `-DOCSTART-` and
    `# newdoc` start a document; other lines that begin with # before a sentence are comments.
    """
    form = form_of(path, settings.columns)
    tags = EntityTags(path, is_biluo=form.is_biluo)
    sentences = documents = 0
    for group in grouped(_sentences(path, form, report), settings.n_sents, marks=form.marks):
        documents += 1
        sentences += len(group)
        yield make_doc(tags, nlp.vocab, group)
    tags.finish()
    report.took(str(form), sentences=sentences, documents=documents)


def _sentences(path: Path, form: ColumnForm, report: Report) -> Iterator[tuple[Sentence, bool]]:
    sentence = Sentence.empty()
    starts = False
    for number, line in numbered_lines(path):
        columns = split(line)
        if columns and len(columns) == form.size and _is_plain(form, columns):
            _append(form, sentence, number, columns)
            continue
        if not line.strip() or columns[0] == DOCUMENT_MARK:
            if sentence.words:
                yield sentence, starts
                sentence, starts = Sentence.empty(), False
            starts = starts or columns[:1] == [DOCUMENT_MARK]
        elif line[0] == "#" and _is_comment(path, form, sentence, number, line, columns):
            starts = starts or line[1:].split("=", 1)[0].split()[:1] == ["newdoc"]
        elif (
            form.index is not None and not columns[form.index].isdecimal() and is_number(columns[form.index])
        ):
            report.remark("{} lines stand for no word, by their number", report.place(path, number))
        else:
            _check(path, form, number, line, columns)
            _append(form, sentence, number, columns)
    if sentence.words:
        yield sentence, starts


def _is_plain(form: ColumnForm, columns: list[str]) -> bool:
    """Whether a line with all columns is a token without a doubt."""
    first = columns[0]
    return (
        first != DOCUMENT_MARK
        and first[:1] != "#"
        and columns[form.word] != ""
        and (form.tag is None or columns[form.tag] != "")
        and (form.index is None or columns[form.index].isdecimal())
    )


def _is_comment(
    path: Path, form: ColumnForm, sentence: Sentence, number: int, line: str, columns: list[str]
) -> bool:
    """DataError for what may be either: a line inside of a sentence that is no token."""
    if ("\t" in line or not form.has_tabs) and form.is_token(columns):
        return False
    if sentence.words:
        raise DataError(
            f"{line[:60]!r} stands inside of a sentence, and is no token of this file",
            path=path,
            line=number,
            hint=f"Comments stand before a sentence. This file has {form}.",
        )
    return True


def _check(path: Path, form: ColumnForm, number: int, line: str, columns: list[str]) -> None:
    size = len(columns)
    if form.size and size != form.size and size >= 2:
        raise DataError(
            f"{size} columns instead of {form.size}: {line[:60]!r}",
            path=path,
            line=number,
            hint=f"This file has {form}.",
        )
    if size < (form.size or 2) or not columns[form.word] or form.tag is not None and not columns[form.tag]:
        raise DataError(
            f"expected a word and an entity tag, found {line[:60]!r}",
            path=path,
            line=number,
            hint="Columns are separated by tabs or spaces; the tag is the last one.",
        )
    if form.index is not None and not is_number(columns[form.index]):
        raise DataError(f"{columns[form.index]!r} is no number of a word", path=path, line=number)


def _append(form: ColumnForm, sentence: Sentence, number: int, columns: list[str]) -> None:
    has_pos = form.pos is not None and (form.size or len(columns) > 2)
    pos = columns[form.pos] if has_pos and form.pos is not None else ""
    sentence.words.append(columns[form.word])
    sentence.tags.append("" if pos in _NOTHING else pos)
    if form.tag is not None:
        sentence.entities.append(columns[form.tag].strip())
    sentence.lines.append(number)


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
    annotations: dict[str, Any] = {"sent_starts": [i in starts for i in range(total)]}
    if text.entities:
        annotations["ents"] = entity_tags.to_iob(text.entities, lines=text.lines, ends=ends)
    if any(text.tags):
        annotations["tags"] = text.tags
    return Doc(vocab, words=text.words, spaces=[True] * (total - 1) + [False], **annotations)
