"""Column files: a token a line with its entity tag, a blank line between sentences."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from kernel.errors import DataError
from kernel.tokens import Doc
from kernel_readers.excerpt import of_file
from kernel_readers.formats.column_form import DOCUMENT_MARK, ColumnForm, form_of, is_number, split
from kernel_readers.formats.format import Format, Settings
from kernel_readers.formats.tags import EntityTags
from kernel_readers.lines import grouped, has_documents, paragraphs
from kernel_readers.problems import Problems, collected
from kernel_readers.report import Report

# Words that no sentence has.
_LONG = 500
_TOO_LONG = (
    f"sentences of more than {_LONG} words: {{}}. A blank line ends a sentence; the file seems to lack them"
)
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
    form = of_file(path, "form", lambda file: form_of(file, settings.columns))
    tags = EntityTags(path, is_biluo=lambda: form.is_biluo)
    sentences = documents = 0
    with collected("lines") as problems:
        each = _sentences(path, form, report, problems)
        for group in grouped(
            each, settings.n_sents, has_marks=lambda: has_documents(path, lambda _: form.marks > 1)
        ):
            documents += 1
            sentences += len(group)
            for sentence in group:
                if len(sentence.words) > _LONG:
                    place = report.place(path, sentence.lines[0])
                    report.remark(_TOO_LONG, place)
            try:
                doc = make_doc(tags, nlp.vocab, group)
            except DataError as error:
                problems.add(error)
                continue
            if not problems:
                report.line = group[0].lines[0]
                yield doc
    tags.finish(report)
    report.took(str(form), sentences=sentences, documents=documents)


def _sentences(
    path: Path, form: ColumnForm, report: Report, problems: Problems
) -> Iterator[tuple[Sentence, bool]]:
    """The sentences, and whether each starts a document. One with a line that can't be read is left out."""
    starts = False
    for first, lines in paragraphs(path):
        begin = 0
        # Comments in front, of which some tools write several to each sentence.
        while begin < len(lines) and _is_comment(path, form, False, first + begin, lines[begin]):
            starts = starts or _starts_document(lines[begin])
            begin += 1
        plain = _plain(form, first + begin, lines[begin:])
        if plain is not None:
            yield plain, starts
            starts = False
            continue
        sentence = Sentence.empty()
        is_whole = True
        for number, line in enumerate(lines[begin:], first + begin):
            columns = split(line)
            if columns[0] == DOCUMENT_MARK:
                if sentence.words and is_whole:
                    yield sentence, starts
                sentence, is_whole = Sentence.empty(), True
                starts = True
            elif _is_comment(path, form, bool(sentence.words), number, line):
                starts = starts or _starts_document(line)
            elif form.index is not None and _is_no_word(columns[form.index : form.index + 1]):
                report.remark("{} lines stand for no word, by their number", report.place(path, number))
            else:
                try:
                    _check(path, form, number, line, columns)
                except DataError as error:
                    problems.add(error)
                    is_whole = False
                    continue
                _append(form, sentence, number, columns)
        if sentence.words and is_whole:
            yield sentence, starts
            starts = False


def _plain(form: ColumnForm, number: int, lines: list[str]) -> Sentence | None:
    """The sentence of lines that are all tokens without a doubt, column by column; None to look at each."""
    separator, other = ("\t", " ") if form.has_tabs else (" ", "\t")
    together = "\n".join(lines)
    if not form.size or other in together or "\n#" in f"\n{together}" or DOCUMENT_MARK in together:
        return None
    try:
        columns = list(zip(*[line.split(separator) for line in lines], strict=True))
    except ValueError:
        return None
    if len(columns) != form.size:
        return None
    used = [columns[place] for place in (form.word, form.tag, form.index) if place is not None]
    if any("" in column for column in (used if form.has_tabs else columns)):
        return None
    if form.index is not None and not "".join(columns[form.index]).isdecimal():
        return None
    words = list(columns[form.word])
    tags = [""] * len(words) if form.pos is None else _pos(columns[form.pos])
    entities = [] if form.tag is None else list(columns[form.tag])
    return Sentence(words, tags, entities, list(range(number, number + len(words))))


def _pos(column: Sequence[str]) -> list[str]:
    """Part-of-speech tags, empty strings for what says that there is none."""
    return (
        list(column) if _NOTHING.isdisjoint(column) else [("" if tag in _NOTHING else tag) for tag in column]
    )


def _starts_document(comment: str) -> bool:
    return comment[1:].split("=", 1)[0].split()[:1] == ["newdoc"]


def _is_no_word(index: list[str]) -> bool:
    return bool(index) and not index[0].isdecimal() and is_number(index[0])


def _is_comment(path: Path, form: ColumnForm, is_inside: bool, number: int, line: str) -> bool:
    """DataError for what may be either: a line inside of a sentence that is no token."""
    if line[0] != "#":
        return False
    if ("\t" in line or not form.has_tabs) and form.is_token(split(line)):
        return False
    if is_inside:
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
        raise DataError(
            f"{columns[form.index]!r} is no number of a word",
            path=path,
            line=number,
            hint='If the column is not to be read, call it _ there: columns = ["_", "word", "tag"] in the reader\'s block, '
            "--columns _,word,tag of kernel convert.",
        )


def _append(form: ColumnForm, sentence: Sentence, number: int, columns: list[str]) -> None:
    has_pos = form.pos is not None and (form.size or len(columns) > 2)
    sentence.words.append(columns[form.word])
    sentence.tags.extend(_pos([columns[form.pos] if has_pos and form.pos is not None else ""]))
    if form.tag is not None:
        sentence.entities.append(columns[form.tag])
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
