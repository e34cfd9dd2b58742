"""Parquet: rows as data sets have them, of a text and its label, tokens and their tags, or records with places in the text."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kernel.errors import DataError
from kernel.tokens import Doc
from kernel_readers.formats.format import Format, Settings
from kernel_readers.formats.huggingface import read_rows
from kernel_readers.formats.label_names import label_names
from kernel_readers.formats.record import Record
from kernel_readers.lines import check_readable
from kernel_readers.report import Report

SUFFIX, BEGINNING = ".parquet", b"PAR1"
# Rows that are in memory together.
_AT_ONCE = 1024
_INSTALL = "pip install pyarrow"


@Format
def read(path: Path, nlp: Any, settings: Settings, report: Report) -> Iterator[Doc]:
    """Yield a document for every row, some rows of the file at a time. Rows are numbered from 1.

    Columns are those of `huggingface`, and those of JSON records: `spans`, `cats` and so on. Names of labels are in what Hugging
    Face writes into the file. Needs the package pyarrow.
    """
    with _opened(path) as file:
        names = label_names(path, settings, _features(file))
    return read_rows(path, nlp, settings, report, _rows, names)


def _opened(path: Path) -> Any:
    """A file of pyarrow. DataError for one that is none, and without pyarrow."""
    check_readable(path)
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise DataError(
            "Parquet is read by pyarrow, which is not installed", path=path, hint=_INSTALL
        ) from error
    try:
        return ParquetFile(path)
    except (ArrowException, OSError, ValueError) as error:
        raise DataError(f"not a Parquet file that can be read: {error}", path=path) from error


def _features(file: Any) -> Any:
    """What Hugging Face says of the columns, None if it wrote nothing."""
    metadata = file.schema_arrow.metadata or {}
    try:
        return json.loads(metadata.get(b"huggingface", b"{}")).get("info", {}).get("features")
    except (ValueError, AttributeError):
        return None


def _rows(path: Path) -> Iterator[Record | DataError]:
    from pyarrow import ArrowException

    number = 0
    with _opened(path) as file:
        batches = file.iter_batches(batch_size=_AT_ONCE)
        while True:
            try:
                batch = next(batches, None)
            except (ArrowException, OSError) as error:
                raise DataError(
                    f"the rows from {number + 1} on can't be read: {error}", path=path, line=number + 1
                ) from error
            if batch is None:
                return
            for row in batch.to_pylist():
                number += 1
                yield Record(path, number, {key: value for key, value in row.items() if value is not None})
