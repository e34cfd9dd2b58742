"""Raw text out of files: which format each has, where it may be cut, and the texts of what was cut out."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from kernel.errors import DataError
from kernel.files.compressed import open_bytes, suffix_of
from kernel.tokens import Doc
from kernel_readers.detect import BY_CONTENT, EXTENSIONS
from kernel_readers.excerpt import excerpt
from kernel_readers.formats.docbin import read as read_docbin
from kernel_readers.formats.format import Settings
from kernel_readers.formats.record import records_and_problems
from kernel_readers.lines import SENTENCES, numbered_lines, without_mark
from kernel_readers.problems import collected
from kernel_readers.report import Report
from kernel_readers.streams.pieces import LINES, Piece, Source, lines_of, paragraphs_of, read_parts
from kernel_readers.streams.reading import PART, Loaded, Record, loaded_parts

# Bytes of a file that tell its format.
SNIFFED = 8192
_DECODE = json.JSONDecoder().decode
_BETWEEN = b"\x00"


def format_of(path: Path) -> str:
    """The format of a file by its name, and else by its first bytes. DataError for one that holds annotations."""
    suffix = suffix_of(path)
    if suffix in (".spacy", ".jsonl", ".json"):
        return EXTENSIONS[suffix]
    if suffix in EXTENSIONS or suffix in BY_CONTENT and suffix != ".txt":
        raise DataError(
            f"a {suffix} file holds annotations or a table, not raw text",
            path=path,
            hint='kernel convert makes .spacy of it, which is read. If it is plain text, say so: format = "lines".',
        )
    with open_bytes(path) as file:
        return format_of_bytes(file.read(SNIFFED))


def format_of_bytes(head: bytes) -> str:
    """The format of a text by its first bytes: JSON Lines if they begin an object, else a document a line."""
    return "jsonl" if without_mark(head).lstrip().startswith(b"{") else "lines"


def separator_of(format: str, path: Path) -> re.Pattern[bytes] | None:
    """What stands between the records of a file; None where it can't be cut. A `.json` file may be one list."""
    if format == "spacy" or (format == "jsonl" and suffix_of(path) == ".json"):
        return None
    return SENTENCES if format == "paragraphs" else LINES


def parts(nlp: Any, piece: Piece, within: int) -> Iterator[Loaded]:
    """The records of a piece in their order, from a place in it on, part by part; of a file that can't be cut, its texts.

    DataError for a file that can't be cut, with all that is wrong with it.
    """
    source = piece.source
    if source.separator is None:
        texts = _docs(source, nlp) if source.format == "spacy" else _records(source, nlp.vocab)
        yield from _together(source, texts, within)
    else:
        yield from loaded_parts(piece, within, paragraphs_of if source.format == "paragraphs" else lines_of)


def _together(source: Source, texts: Iterable[str | Doc], within: int) -> Iterator[Loaded]:
    """Parts of some megabytes. within: texts to pass over."""
    held: list[str | Doc] = []
    size = number = 0
    for number, text in enumerate(texts, start=1):
        if number > within:
            held.append(text)
            size += len(text)
            if size > PART:
                yield Loaded(source, range(number - len(held), number), held, size, number, 0)
                held, size = [], 0
    yield Loaded(source, range(number - len(held), number), held, size, number, source.size)


def _docs(source: Source, nlp: Any) -> Iterator[str | Doc]:
    """The texts of a `.spacy` file; of a document that has none, its words."""
    for doc in read_docbin(source.path, nlp, settings=Settings(), report=Report()):
        if doc.has_unknown_spaces:
            yield Doc(nlp.vocab, words=[token.text for token in doc])
        else:
            yield doc.text


def _records(source: Source, vocab: Any) -> list[str | Doc]:
    found: list[str | Doc] = []
    with collected("records") as problems:
        for record in _of_json(source.path, vocab):
            if isinstance(record, DataError):
                problems.add(record)
            else:
                found.append(record)
    return found


def texts_of(records: Sequence[Record], vocab: Any) -> tuple[list[str | Doc], bool]:
    """The texts of records up to the first one that is bad, and whether there is none."""
    try:
        if len({record.source.format for record in records}) == 1:
            return _quick(records[0].source.format, [record.content for record in records]), True
        return [_quick(record.source.format, [record.content])[0] for record in records], True
    except (ValueError, KeyError, TypeError, RecursionError):
        found: list[str | Doc] = []
        for record in records:
            content: Any = record.content
            if isinstance(content, bytes):
                path = excerpt(record.source.path, content)
                content = next(iter(_CAREFUL[record.source.format](path, vocab)), "")
            if isinstance(content, DataError):
                return found, False
            found.append(content)
        return found, True


def problems_of(source: Source, vocab: Any) -> DataError:
    """All that is wrong with a file, of whose lines that are no UTF-8 only the first in each part. Reads all of it."""
    line = 1
    try:
        with collected("records") as problems:
            for part in read_parts(source, 0, PART):
                path = excerpt(source.path, part.content, first=line)
                for found in _CAREFUL[source.format](path, vocab):
                    if isinstance(found, DataError):
                        problems.add(found)
                line += part.content.count(b"\n")
    except DataError as error:
        return error
    return DataError("the file has changed while it was read", path=source.path)


def _quick(format: str, contents: list[Any]) -> list[str | Doc]:
    """The texts of records of one format. ValueError, KeyError or TypeError if any is bad."""
    if not contents or not isinstance(contents[0], bytes):
        return contents
    joined = _BETWEEN.join(contents)
    texts = joined.decode().split("\x00")
    if len(texts) != len(contents):
        raise ValueError("binary data")
    if format == "jsonl":
        texts = [_DECODE(text)["text"] for text in texts]
        if not all(type(text) is str for text in texts):
            raise TypeError("no text")
        if b"\\ud" in joined or b"\\uD" in joined:
            "".join(texts).encode()
        return [*texts]
    if format == "paragraphs":
        return [_joined(text) for text in texts]
    if b"\r" in joined:
        texts = [text.rstrip("\r") for text in texts]
    # What is blank only to Unicode is no line of text either.
    return ["" if text.isspace() else text for text in texts]


def _joined(text: str) -> str:
    return " ".join(line.strip() for line in text.split("\n") if line.strip())


def _of_lines(path: Path, vocab: Any) -> Iterator[str | DataError]:
    try:
        for _, line in numbered_lines(path):
            yield "" if line.isspace() else line
    except DataError as error:
        yield error


def _of_paragraphs(path: Path, vocab: Any) -> Iterator[str | DataError]:
    try:
        yield _joined("\n".join(line for _, line in numbered_lines(path)))
    except DataError as error:
        yield error


def _of_json(path: Path, vocab: Any) -> Iterator[str | Doc | DataError]:
    """The text of each record; of one without, its "tokens" or "words" as a document."""
    try:
        for record in records_and_problems(path):
            if isinstance(record, DataError):
                yield record
                continue
            try:
                words = None if "text" in record.data else record.get("tokens") or record.get("words")
                yield record.text if words is None else Doc(vocab, words=_words(words, record))
            except DataError as error:
                yield error
    except DataError as error:
        yield error


def _words(words: Any, record: Any) -> list[str]:
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise record.error("the words of a record must be a list of strings")
    return words


_CAREFUL: dict[str, Callable[[Path, Any], Iterable[str | Doc | DataError]]] = {
    "jsonl": _of_json,
    "lines": _of_lines,
    "paragraphs": _of_paragraphs,
}
