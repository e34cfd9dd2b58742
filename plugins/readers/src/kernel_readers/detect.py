"""Which format a file has: by its extension where that says it, otherwise by its first lines."""

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from kernel import registry
from kernel.errors import DataError
from kernel.files.compressed import open_bytes, suffix_of
from kernel.tokens import Doc
from kernel_readers.foreign_formats import check_known
from kernel_readers.formats import (
    brat,
    columns,
    conllu,
    docbin,
    fasttext,
    huggingface,
    json_v2,
    jsonl,
    parquet,
    plain_text,
    sentence_lines,
    table,
    webanno,
)
from kernel_readers.formats.column_form import split
from kernel_readers.formats.conllu_columns import GLOBAL_COLUMNS
from kernel_readers.formats.format import Format, Settings
from kernel_readers.formats.tags import looks_like_tag
from kernel_readers.lines import check_readable, without_mark
from kernel_readers.report import Report

Reading = Callable[..., Iterator[Doc]]

FORMATS: dict[str, Format] = {
    "spacy": docbin.read,
    "conllu": conllu.read,
    "iob": columns.read,
    "iob_lines": sentence_lines.read,
    "json": json_v2.read,
    "jsonl": jsonl.read,
    "text": plain_text.read,
    "csv": table.read,
    "brat": brat.read,
    "webanno": webanno.read,
    "huggingface": huggingface.read,
    "fasttext": fasttext.read,
    "parquet": parquet.read,
}
EXTENSIONS = {
    ".spacy": "spacy",
    ".conllu": "conllu",
    ".conllubio": "conllu",
    ".conllup": "conllu",
    ".jsonl": "jsonl",
    ".json": "jsonl",
    ".csv": "csv",
    ".ann": "brat",
    ".parquet": "parquet",
}
BY_CONTENT = (".conll", ".ner", ".iob", ".iob2", ".bio", ".biluo", ".tsv", ".txt")
# Files without a byte are some too: a text of which nothing is annotated.
MAY_BE_EMPTY = frozenset({brat.ANNOTATIONS})
_SNIFFED = 8192
# So many lines of a plain text, of which one ends in an entity tag, are too few.
_TAGGED = 4


def find_format(name: str, path: Path) -> Reading:
    """The reading function for `path`.

    name: "auto", one of the built-in names (`FORMATS`), or the name of a registered converter.
    """
    if name == "auto":
        return read_detected
    if name in FORMATS:
        return FORMATS[name]
    if registry.has("converters", name):
        found: Reading = registry.get("converters", name)()
        return found
    known = ", ".join(sorted([*FORMATS, *registry.names("converters")]))
    raise DataError(f"no format {name!r}", path=path, hint=f"Known formats: auto, {known}.")


def read_file(name: str, path: Path, nlp: Any, settings: Settings, report: Report) -> Iterator[Doc]:
    """The documents of a file. name: of its format, as `find_format` takes it. report: filled."""
    read = find_format(name, path)
    if isinstance(read, Format):
        return read(path, nlp, settings=settings, report=report)
    if settings.columns is not None or settings.trim or settings.labels is not None:
        raise DataError(
            f"the format {name!r} takes neither columns nor labels nor trim",
            path=path,
            hint="Take them out of the reader's block.",
        )
    return read(path, nlp, n_sents=settings.n_sents)


@Format
def read_detected(path: Path, nlp: Any, settings: Settings, report: Report) -> Iterator[Doc]:
    """Read a file of whichever built-in format it is found to have; of columns, if the settings name some."""
    return FORMATS[format_of(path, settings)](path, nlp, settings=settings, report=report)


def format_of(path: Path, settings: Settings) -> str:
    """The built-in name of a file's format; columns that the settings name tell it too."""
    if settings.columns is None:
        return detect(path)
    return "csv" if "text" in settings.columns else "iob"


def detect(path: Path) -> str:
    """The built-in name of a file's format; raises DataError if nothing fits."""
    suffix = suffix_of(path)
    if suffix in MAY_BE_EMPTY and path.is_file():
        return EXTENSIONS[suffix]
    check_readable(path)
    check_known(path)
    if suffix in EXTENSIONS and EXTENSIONS[suffix] not in ("conllu", "jsonl"):
        return EXTENSIONS[suffix]
    with open_bytes(path) as file:
        head = file.read(_SNIFFED)
    if EXTENSIONS.get(suffix) == "jsonl":
        if json_v2.is_v2(head):
            return "json"
        return "huggingface" if huggingface.is_rows(head) else "jsonl"
    if _is_compressed(head):
        return "spacy"
    text = without_mark(head).decode("utf-8", errors="replace")
    lines = text.split("\n" if "\n" in text else "\r")
    if len(head) == _SNIFFED and len(lines) > 1:
        lines = lines[:-1]
    if text.startswith(GLOBAL_COLUMNS):
        return "conllu"
    rows = [line for line in lines if line.strip() and not line.startswith(("# ", "-DOCSTART-"))]
    if suffix in EXTENSIONS:
        # Others call any columns so too.
        return (
            "iob"
            if rows and conllu.N_COLUMNS not in map(len, map(split, rows)) and _has_tags(rows)
            else "conllu"
        )
    if text.startswith(webanno.BEGINNING):
        return "webanno"
    if suffix == ".tsv" and table.has_labels(path):
        return "csv"
    if rows and rows[0].lstrip().startswith("{"):
        return "jsonl"
    if rows and all(row.count("\t") == conllu.N_COLUMNS - 1 and row[0].isdigit() for row in rows):
        return "conllu"
    if rows and all("|" in word for row in rows for word in row.split()):
        return "iob_lines"
    if rows and fasttext.is_labelled(rows):
        return "fasttext"
    if _has_tags(rows):
        return "iob"
    if suffix == ".txt":
        _refuse_tagged_text(path, rows)
        return "text"
    raise DataError(
        "the format of the file is not recognised",
        path=path,
        hint=f'Name it: format = "iob" in the reader\'s block, or --converter iob. Known: {", ".join(FORMATS)}.',
    )


def _has_tags(rows: list[str]) -> bool:
    """Whether rows have several columns, one of which holds entity tags: the last, or if they have equally many, another."""
    columns = [split(row.rstrip("\r")) for row in rows]
    if not columns:
        return False
    size = min(map(len, columns))
    places = range(1, size) if size == max(map(len, columns)) else range(-1, 0)
    return any(
        2 * sum(len(row) > 1 and looks_like_tag(row[place].strip()) for row in columns) > len(rows)
        for place in places
    )


def _refuse_tagged_text(path: Path, rows: list[str]) -> None:
    """DataError for a text in which many lines end in an entity tag: broken columns, whose tags would become words."""
    ends = [columns[-1].strip() for columns in map(split, rows) if len(columns) > 1]
    tagged = sum(end != "O" and looks_like_tag(end) for end in ends)
    if tagged * _TAGGED >= len(rows) > 0:
        raise DataError(
            f"{tagged} of the first {len(rows)} lines end in an entity tag, and the others don't: columns, or plain text?",
            path=path,
            hint='Say it: format = "iob" or format = "text" in the reader\'s block, --converter iob or --converter text.',
        )


def _is_compressed(head: bytes) -> bool:
    try:
        return bool(zlib.decompressobj().decompress(head, 1))
    except zlib.error:
        return False
