"""The texts that `kernel apply` reads."""

from __future__ import annotations

import json
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from kernel.errors import DataError
from kernel.files.compressed import open_bytes, place_on_disk, suffix_of
from kernel.files.patterns import matching

INPUTS = (".jsonl", ".spacy", ".txt")
STANDARD_INPUT = Path("-")
# What the annotations of a document are written under.
_WRITTEN = {"text", "ents", "sents", "cats", "tokens", "spans"}
# What annotations are read from besides, which would contradict those that are written.
_READ = {"entities", "words", "spaces", "tags", "pos", "lemmas", "morphs", "heads", "deps", "sent_starts"}
_ANNOTATIONS = frozenset(_WRITTEN | _READ)


def input_files(*paths: Path) -> list[Path]:
    """The files of some paths, each once: the file itself, what a pattern stands for, or the readable files below a directory,
    sorted, hidden ones left out. `-` is standard input.
    """
    places = [place for path in paths for place in ([path] if path == STANDARD_INPUT else matching(path))]
    return list(dict.fromkeys(file for place in places for file in _files_of(place)))


def _files_of(path: Path) -> list[Path]:
    if path == STANDARD_INPUT:
        return [path]
    if path.is_dir():
        found = [
            file for file in sorted(path.rglob("*")) if suffix_of(file) in INPUTS and file.name[0] != "."
        ]
        if not found:
            raise DataError(f"no {', '.join(INPUTS)} files in this directory", path=path)
        return found
    if not path.exists():
        raise DataError("no such file or directory", path=path)
    if suffix_of(path) not in INPUTS:
        known = f"known are {', '.join(INPUTS)}, also compressed (.gz)"
        raise DataError(f"can't tell the format; {known}", path=path)
    return [path]


class Reading:
    """The texts of several files, as `read_texts` gives them, and how much of the input those make that are done."""

    def __init__(self, files: Sequence[Path], text_key: str, pipeline: Any) -> None:
        self._files, self._key, self._pipeline = files, text_key, pipeline
        # Nobody knows how much standard input, or a pipe, has.
        known = all(file != STANDARD_INPUT and file.is_file() for file in files)
        self._sizes = [file.stat().st_size for file in files] if known else []
        self._before = self._here = 0
        # Of the texts that are read and not done, which are those of a few batches.
        self._shares: deque[float] = deque()

    def __iter__(self) -> Iterator[tuple[Any, dict[str, Any]]]:
        total = sum(self._sizes)
        for number, file in enumerate(self._files):
            for text in read_texts(file, self._key, self._pipeline, self._told):
                if total:
                    self._shares.append(min(1.0, (self._before + self._here) / total))
                yield text
            self._before += self._sizes[number] if self._sizes else 0
            self._here = 0

    def done(self) -> float | None:
        """Count the next text as done. The share of the input up to it; None if that is not known."""
        return self._shares.popleft() if self._shares else None

    def _told(self, place: int) -> None:
        self._here = place


def read_texts(
    path: Path, text_key: str, pipeline: Any, told: Callable[[int], object] | None = None
) -> Iterator[tuple[Any, dict[str, Any]]]:
    """The texts of a file, or its documents if they are tokenized already, each with the other keys of its record.

    told: hears before each how many bytes of the file have been read. Empty lines are left out. Annotations in a record are no such keys: the pipeline makes its own.
    """
    is_input = path == STANDARD_INPUT
    name = Path("standard input") if is_input else path
    try:
        if suffix_of(path) == ".spacy":
            size = path.stat().st_size
            for share, doc in _documents(path, pipeline.vocab):
                if told is not None:
                    told(round(share * size))
                yield doc, {}
            return
        with nullcontext(sys.stdin.buffer) if is_input else open_bytes(path) as file:
            for number, raw in enumerate(file, start=1):
                # Blanks at the ends are part of the text: offsets are to fit it.
                line = _decoded(raw, name, number).removesuffix("\n").removesuffix("\r")
                if line.strip():
                    text, others = (
                        (line, {}) if suffix_of(path) != ".jsonl" else _record(line, text_key, name, number)
                    )
                    _check_length(text, pipeline, name, number)
                    if told is not None and not is_input:
                        told(place_on_disk(file))
                    yield text, others
    except OSError as error:
        raise DataError(f"can't be read: {error.strerror or error}", path=name) from error


def _documents(path: Path, vocab: Any) -> Iterator[tuple[float, Any]]:
    """The documents of a file, each with the share of them up to it."""
    from kernel.tokens import DocBin

    try:
        with open_bytes(path) as file:
            store = DocBin().from_bytes(file.read())
        for number, doc in enumerate(store.get_docs(vocab), start=1):
            yield number / len(store), doc
    except DataError as error:
        raise error.at(path, document=error.document) from error


def _decoded(raw: bytes, path: Path, number: int) -> str:
    if b"\x00" in raw:
        raise DataError(
            "the file is binary, expected text", path=path, line=number, offset=raw.index(b"\x00")
        )
    try:
        return raw.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        byte = f"byte 0x{raw[error.start]:02x} is not valid UTF-8"
        # What Windows writes is the most frequent; whoever reads the line sees whether it is right.
        shown = raw[max(0, error.start - 30) : error.start + 30].decode("cp1252", errors="replace").strip()
        hint = (
            f"As cp1252, the encoding of Windows, the line has {shown!r} here. If that is right, convert the file first: "
            "iconv -f cp1252 -t utf-8 FILE > NEW"
        )
        raise DataError(byte, path=path, line=number, offset=error.start, hint=hint) from None


def _record(line: str, key: str, path: Path, number: int) -> tuple[str, dict[str, Any]]:
    try:
        record = json.loads(line)
        text = record[key]
    except (ValueError, RecursionError):
        raise DataError("not JSON", path=path, line=number) from None
    except (TypeError, KeyError):
        raise DataError(f"no key '{key}'", path=path, line=number, hint="See --text-key.") from None
    if not isinstance(text, str):
        raise DataError(f"'{key}' is not a text", path=path, line=number, hint="See --text-key.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        half = "the text holds half of a surrogate pair"
        raise DataError(half, path=path, line=number, offset=error.start) from None
    return text, {name: value for name, value in record.items() if name != key and name not in _ANNOTATIONS}


def _check_length(text: str, pipeline: Any, path: Path, number: int) -> None:
    limit = pipeline.max_length
    if len(text) > limit:
        raise DataError(
            f"a text of {len(text)} characters is longer than nlp.max_length = {limit}",
            path=path,
            line=number,
            hint="Cut it into parts.",
        )
