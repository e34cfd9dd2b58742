"""Writes tables with a header, CSV: a text a row, and its categories."""

import csv
import io
import json
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, Any, BinaryIO

from kernel.errors import note
from kernel.tokens import Doc
from kernel_readers.formats.label_studio import of_cell
from kernel_readers.formats.table import is_name_of_category
from kernel_readers.writing.losses import Losses

_HOLDS = frozenset({"categories"})
# Rows of so many bytes are in memory until all categories are known; more are in a temporary file.
_IN_MEMORY = 8 << 20
_LINE_END = "\r\n"


class TableWriter:
    """Comma-separated values in UTF-8, with the texts under `text`.

    Where one category holds for each text, its name is under `label`; else each category has a column, of 1 and 0, or of its
    score. Which it is the last document tells: rows wait in a temporary file.
    """

    suffixes = (".csv",)
    is_folder = False

    def write(self, docs: Iterable[tuple[Doc, dict[str, Any]]], target: BinaryIO) -> None:
        """Write documents to an open file."""
        losses = Losses("a table", _HOLDS)
        labels: dict[str, bool] = {}
        is_single, has_same, has_scores = True, True, False
        with tempfile.SpooledTemporaryFile(_IN_MEMORY, mode="w+", encoding="utf-8", newline="") as rows:
            for doc, others in docs:
                losses.of(doc, others)
                text = _text(doc, losses)
                if not text:
                    continue
                has_same = has_same and (not labels or not doc.cats or doc.cats.keys() == labels.keys())
                is_single = is_single and (
                    not doc.cats or sorted(doc.cats.values()) == [0.0] * (len(doc.cats) - 1) + [1.0]
                )
                has_scores = has_scores or not {0.0, 1.0}.issuperset(doc.cats.values())
                for name, value in doc.cats.items():
                    labels[name] = labels.get(name, False) or value == 1.0
                rows.write(json.dumps([text, doc.cats]) + "\n")
            rows.seek(0)
            is_single = is_single and has_same and all(labels.values()) and all(map(_is_label, labels))
            if has_scores:
                note(
                    "categories with scores are columns of numbers. They are read again where columns are named: "
                    f"columns = {json.dumps(['text', *['cat'] * len(labels)])} in the reader's block, "
                    f"--columns {','.join(['text', *['cat'] * len(labels)])} of kernel convert"
                )
            _write(_read(rows), list(labels), target, losses, is_single=bool(labels) and is_single)
        losses.say()


def _text(doc: Doc, losses: Losses) -> str:
    """The text of a document as a table can have it; nothing if it can have none of it."""
    if not doc.text.strip():
        losses.add("documents without a text")
        return ""
    text = losses.without_zeros(doc.text)
    while "\r\n" in text:
        text = text.replace("\r\n", "\n")
    if len(text) < len(doc.text):
        losses.add("carriage returns at the ends of lines", len(doc.text) - len(text))
    return text


def _is_label(name: str) -> bool:
    return name == name.strip() != "" and of_cell(name) is None and "\r" not in name


def _read(rows: IO[str]) -> Iterator[tuple[str, dict[str, float]]]:
    for line in rows:
        text, cats = json.loads(line)
        yield text, cats


def _write(
    rows: Iterable[tuple[str, dict[str, float]]],
    labels: list[str],
    target: BinaryIO,
    losses: Losses,
    *,
    is_single: bool,
) -> None:
    names = [name for name in labels if is_name_of_category(name)]
    lost = len(labels) - len(names)
    if lost and not is_single:
        losses.add("categories with names that no column can have", lost)
    _put(target, ["text", "label"] if is_single else ["text", *names])
    for text, cats in rows:
        if is_single:
            _put(target, [text, next((name for name, value in cats.items() if value == 1.0), "")])
        else:
            _put(target, [text, *(_number(cats.get(name)) for name in names)])


def _number(value: float | None) -> str:
    """A value as short as it can be; nothing where there is none."""
    if value is None:
        return ""
    return str(int(value)) if value in (0.0, 1.0) else repr(float(value))


def _put(target: BinaryIO, row: list[str]) -> None:
    line = io.StringIO(newline="")
    # What the ends of lines consist of is quoted, and a lone carriage return has to be.
    csv.writer(line, lineterminator=_LINE_END).writerow(row)
    target.write(line.getvalue().removesuffix(_LINE_END).encode() + b"\n")
