"""Rows of data sets as Hugging Face has them: `tokens` with `ner_tags`, or a `text` with its `label`.

Tags and labels are names, or numbers for names that the data set, or the user, gives.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from kernel.errors import DataError
from kernel.tokens import Doc
from kernel_readers.formats import jsonl
from kernel_readers.formats.format import Format, Settings
from kernel_readers.formats.label_names import LabelNames, label_names
from kernel_readers.formats.record import Record, records_and_problems
from kernel_readers.formats.tags import EntityTags, looks_like_tag, scheme_of
from kernel_readers.report import Report

Rows = Callable[[Path], Iterator[Record | DataError]]

_TOKENS = ("tokens", "words")
_ENTITIES = ("ner_tags", "ner", "named_entities", "entity_tags")
# Columns that hold entity tags if they look like such.
_MAYBE_ENTITIES = ("tags", "labels")
_COPIED = {"pos_tags": "tags", "xpos": "tags", "upos": "pos", "lemmas": "lemmas"}
_LABELS = ("label", "labels")
# Columns that number rows.
_NUMBERS = frozenset({"id", "idx"})
# What data sets have in the place of a label that is kept from those who take part in a competition.
_SECRET = -1
_CLOSING = frozenset({"BILUO", "BIOES", "BMES"})
_LIST = rb'"(?:tokens|words)"\s*:\s*\[\s*"'
_TAG_LIST = rb'"(?:ner_tags|ner|named_entities|entity_tags|pos_tags|upos)"\s*:\s*\['
_ROWS = re.compile(
    rb"(?:%b.*%b)|(?:%b.*%b)|%b" % (_LIST, _TAG_LIST, _TAG_LIST, _LIST, rb'"label"\s*:\s*\d+\s*[,}]')
)
_NAMES = (
    'Name them in the order of their numbers: labels = ["O", "B-PER", "I-PER"], or the file that has them: labels = "features.json" in the '
    "reader's block, --labels O,B-PER,I-PER or --labels features.json of kernel convert."
)


@Format
def read(path: Path, nlp: Any, settings: Settings, report: Report) -> Iterator[Doc]:
    """Yield a document for every row of a file in JSON Lines, or of a list in JSON.

    Of `label` one holds for each text, of a list `labels` any number; all others of the file are 0. Raises DataError for
    tags as numbers whose names are not known.
    """
    return read_rows(path, nlp, settings, report, records_and_problems, label_names(path, settings))


def is_rows(head: bytes) -> bool:
    """Whether JSON begins with such a row: other records have places in a text, or names of labels."""
    is_list = head.lstrip().startswith(b"[")
    first = head.replace(b"\n", b" ") if is_list else head.lstrip().partition(b"\n")[0]
    return _ROWS.search(first) is not None


def read_rows(
    path: Path, nlp: Any, settings: Settings, report: Report, rows: Rows, names: LabelNames
) -> Iterator[Doc]:
    """The documents of rows, however a file has them. rows: of a file, called as often as they are needed."""
    report.aside |= _NUMBERS
    tags = EntityTags(path, is_biluo=lambda: _is_biluo(path, rows, names))

    def records(path: Path) -> Iterator[Record | DataError]:
        for row in rows(path):
            try:
                yield row if isinstance(row, DataError) else _record(row, names, tags)
            except DataError as error:
                yield error

    yield from jsonl.read_records(path, nlp, settings, report, records)
    tags.finish(report)


def _record(row: Record, names: LabelNames, tags: EntityTags) -> Record:
    """A row as a record with words and spans, or with categories."""
    data = {key: value for key, value in row.data.items() if value is not None}
    tokens = next((key for key in _TOKENS if isinstance(data.get(key), list)), None)
    if tokens is not None:
        return _with_words(row, data, tokens, names, tags)
    for key in _LABELS:
        if key in data and (data[key] != [] or names.of(key)) and not _is_of_spans(data[key]):
            if data[key] == _SECRET:
                del data[key]
                continue
            chosen = _chosen(row, key, data[key], names)
            if known := names.of(key):
                del data[key]
                data["cats"] = {name: float(name in chosen) for name in known}
            else:
                data[key] = chosen
    return Record(row.path, row.number, data, row.may_break, row.used)


def _is_of_spans(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(each, list | dict) for each in value)


def _chosen(row: Record, key: str, value: Any, names: LabelNames) -> list[str]:
    """The names of the labels that hold."""
    several = value if isinstance(value, list) else [value]
    known = names.of(key)
    return [_name(row, key, each, known) for each in several]


def _name(row: Record, key: str, value: Any, known: Sequence[str]) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
        raise row.error(f"{key!r} holds {str(value)[:40]!r}, expected a name or the number of one")
    if isinstance(value, str):
        if known and value not in known:
            raise row.error(
                f"{key!r} holds {value[:40]!r}, which is none of the names: {', '.join(known)[:80]}"
            )
        return value
    if not known:
        return str(value)
    if not 0 <= value < len(known):
        raise row.error(
            f"{key!r} holds the number {value}, and there are names for 0 to {len(known) - 1} only"
        )
    return known[value]


def _with_words(
    row: Record, data: dict[str, Any], tokens: str, names: LabelNames, tags: EntityTags
) -> Record:
    words = data.pop(tokens)
    if not all(isinstance(word, str) and word for word in words):
        raise row.error(f"{tokens!r} must be a list of strings that are not empty")
    found: dict[str, Any] = {"words": words}
    text = data.pop("text", None)
    found["text"] = text if isinstance(text, str) else " ".join(words)
    key = _entity_key(data)
    if key is not None:
        own = _tag_names(row, key, data.pop(key), len(words), names)
        places = _places(row, words, found["text"])
        iob = tags.to_iob(own, lines=[row.number] * len(own), ends=[len(own)])
        found["spans"] = _spans(iob, places)
    for column, target in _COPIED.items():
        # Numbers whose names are not known are no tags; they are counted with what is not read.
        if column in data and target not in found and (names.of(column) or _are_strings(data[column])):
            found[target] = _tag_names(row, column, data.pop(column), len(words), names)
    if "pos" in found:
        found["pos"] = ["" if each == "_" else each for each in found["pos"]]
    return Record(row.path, row.number, {**data, **found}, row.may_break, row.used)


def _entity_key(data: dict[str, Any]) -> str | None:
    for key in _ENTITIES:
        if isinstance(data.get(key), list):
            return key
    for key in _MAYBE_ENTITIES:
        value = data.get(key)
        if isinstance(value, list) and (
            all(isinstance(each, str) and looks_like_tag(each) for each in value)
            or all(type(each) is int for each in value)
        ):
            return key
    return None


def _are_strings(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def _tag_names(row: Record, key: str, values: Any, size: int, names: LabelNames) -> list[str]:
    """The tags of a column."""
    if not isinstance(values, list) or len(values) != size:
        number = len(values) if isinstance(values, list) else "no list of"
        raise row.error(f"{size} tokens but {number} {key}")
    known = names.of(key)
    if not known and any(type(value) is int for value in values):
        raise row.error(f"{key!r} holds numbers, and their names are not known", hint=_NAMES)
    return [_name(row, key, value, known) for value in values]


def _places(row: Record, words: Sequence[str], text: str) -> list[tuple[int, int]]:
    """Where words are in the text, one after the other."""
    places, position = [], 0
    for word in words:
        start = text.find(word, position)
        if start < 0:
            raise row.error(f"the token {word[:60]!r} is not in the text after character {position}")
        position = start + len(word)
        places.append((start, position))
    return places


def _spans(iob: Sequence[str], places: Sequence[tuple[int, int]]) -> list[list[Any]]:
    """[start, end, label] of the entities of IOB2 tags, in characters."""
    spans: list[list[Any]] = []
    for tag, (start, end) in zip(iob, places, strict=True):
        if tag[:2] == "B-":
            spans.append([start, end, tag[2:]])
        elif tag[:2] == "I-":
            spans[-1][1] = end
    return spans


def _is_biluo(path: Path, rows: Rows, names: LabelNames) -> bool:
    """Whether any tag of a file, or any name of one, is of a scheme that marks the ends of entities."""
    for row in rows(path):
        key = None if isinstance(row, DataError) else _entity_key(row.data)
        if key is None or isinstance(row, DataError):
            continue
        if known := names.of(key):
            return scheme_of(known) in _CLOSING
        if scheme_of(tag for tag in row.data[key] if isinstance(tag, str)) in _CLOSING:
            return True
    return False
