"""Which format a file has: by its extension where that says it, otherwise by its first lines."""

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from kernel import registry
from kernel.errors import DataError
from kernel.tokens import Doc
from kernel_readers.formats import columns, conllu, docbin, jsonl, plain_text, sentence_lines
from kernel_readers.formats.tags import looks_like_tag
from kernel_readers.lines import check_readable

Format = Callable[..., Iterator[Doc]]

FORMATS: dict[str, Format] = {
    "spacy": docbin.read,
    "conllu": conllu.read,
    "iob": columns.read,
    "iob_lines": sentence_lines.read,
    "jsonl": jsonl.read,
    "text": plain_text.read,
}
EXTENSIONS = {
    ".spacy": "spacy",
    ".conllu": "conllu",
    ".conllubio": "conllu",
    ".jsonl": "jsonl",
    ".json": "jsonl",
}
_BY_CONTENT = (".conll", ".ner", ".iob", ".iob2", ".bio", ".biluo", ".tsv", ".txt")
_SNIFFED = 8192


def find_format(name: str, path: Path) -> Format:
    """The reading function for `path`.

    name: "auto", one of the built-in names (`FORMATS`), or the name of a registered converter.
    """
    if name == "auto":
        return read_detected
    if name in FORMATS:
        return FORMATS[name]
    if registry.has("converters", name):
        found: Format = registry.get("converters", name)()
        return found
    known = ", ".join(sorted([*FORMATS, *registry.names("converters")]))
    raise DataError(f"no format {name!r}", path=path, hint=f"Known formats: auto, {known}.")


def read_detected(path: Path, nlp: Any, *, n_sents: int | None = None) -> Iterator[Doc]:
    """Read a file of whichever built-in format it is found to have."""
    return FORMATS[detect(path)](path, nlp, n_sents=n_sents)


def detect(path: Path) -> str:
    """The built-in name of a file's format; raises DataError if nothing fits."""
    check_readable(path)
    if path.suffix in EXTENSIONS:
        return EXTENSIONS[path.suffix]
    with path.open("rb") as file:
        head = file.read(_SNIFFED)
    if _is_compressed(head):
        return "spacy"
    text = head.decode("utf-8", errors="replace")
    lines = text.splitlines()
    if len(head) == _SNIFFED and len(lines) > 1:
        lines = lines[:-1]
    rows = [line for line in lines if line.strip() and not line.startswith(("# ", "-DOCSTART-"))]
    if rows and rows[0].lstrip().startswith("{"):
        return "jsonl"
    if rows and all(row.count("\t") == conllu.N_COLUMNS - 1 and row[0].isdigit() for row in rows):
        return "conllu"
    if rows and all("|" in word for row in rows for word in row.split()):
        return "iob_lines"
    if rows and sum(len(row.split()) > 1 and looks_like_tag(row.split()[-1]) for row in rows) > len(rows) / 2:
        return "iob"
    if path.suffix == ".txt":
        return "text"
    raise DataError(
        "the format of the file is not recognised",
        path=path,
        hint=f'Name it: format = "iob" in the reader\'s block, or --converter iob. Known: {", ".join(FORMATS)}.',
    )


def _is_compressed(head: bytes) -> bool:
    try:
        return bool(zlib.decompressobj().decompress(head, 1))
    except zlib.error:
        return False


def data_files(path: Path) -> list[Path]:
    """`path` itself, or the data files below a directory, sorted; hidden files are left out."""
    if not path.is_dir():
        check_readable(path)
        return [path]
    suffixes = {*EXTENSIONS, *_BY_CONTENT}
    found = sorted(
        file
        for file in path.rglob("*")
        if file.is_file()
        and file.suffix in suffixes
        and not any(part.startswith(".") for part in file.relative_to(path).parts)
    )
    if not found:
        raise DataError(
            "the directory holds no data files", path=path, hint=f"Looked for: {', '.join(sorted(suffixes))}."
        )
    return found
