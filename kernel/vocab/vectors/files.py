"""A table of vectors in a directory: `vectors`, which is mapped when it is read, and the header `vectors.cfg`.

`vectors` holds arrays as `kernel.vocab.arrays` writes them: the table (rows, width) as float32; the keys in ascending
order, their rows, and their places in the order in which they came; where the string of each key ends, and the
strings. `vectors.cfg` is JSON with the settings, name and sizes, and a digest of keys and table. It is written last, so that
arrays without it were not written to their end. In directories of the field and of earlier versions, `vectors` has the
table alone, and `key2row` (MessagePack) the keys.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError
from kernel.files.atomic import atomic_file
from kernel.vocab.arrays import FileState, map_arrays, raw, write_array, write_header
from kernel.vocab.hashing import murmur_many
from kernel.vocab.packing import unpack_numbers
from kernel.vocab.symbols import HIGHEST_SYMBOL
from kernel.vocab.texts import Texts
from kernel.vocab.vectors.keys import Index, Keys

TABLE, HEADER, FORMER_KEYS = "vectors", "vectors.cfg", "key2row"
_FLOAT, _KEY, _ROW, _END, _BYTE = (np.dtype(code) for code in ("<f4", "<u8", "<i4", "<i8", "|u1"))
_KINDS = (_FLOAT, _KEY, _ROW, _ROW, _END, _BYTE)
# What a digest of a table says besides keys and numbers, by its name in the header.
_COUNTS = ("mode", "attr", "rows", "width", "minn", "maxn", "hash_count", "hash_seed", "bow", "eow")


@dataclass(frozen=True)
class Stored:
    """What a directory holds. state: of the file that everything is mapped from; None if something isn't."""

    header: dict[str, Any]
    table: NDArray[np.float32]
    keys: Keys
    texts: Texts | None
    state: FileState | None


def digest_of(header: Mapping[str, Any], keys: Keys, table: NDArray[np.float32]) -> str:
    """SHA-256 of what vectors are: settings, keys, rows. The name is no part of it, nor the order of the keys."""
    settings = {name: header[name] for name in _COUNTS if name in header}
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for array, dtype in ((keys.index.numbers, _KEY), (keys.index.rows, _ROW), (table, _FLOAT)):
        digest.update(raw(np.ascontiguousarray(array, dtype=dtype)))
    return digest.hexdigest()


def write(
    folder: Path, header: Mapping[str, Any], table: NDArray[np.float32], keys: Keys, texts: Texts
) -> None:
    """Write a table to a directory, which may be the one that it is mapped from. header: with the digest."""
    (folder / HEADER).unlink(missing_ok=True)
    index = keys.index
    with atomic_file(folder / TABLE) as place, place.open("wb") as file:
        parts: list[NDArray[Any]] = [table, *index, texts.ends, texts.content]
        for array, dtype in zip(parts, _KINDS, strict=True):
            write_array(file, array.astype(dtype, copy=False))
    (folder / FORMER_KEYS).unlink(missing_ok=True)
    with atomic_file(folder / HEADER) as place:
        place.write_text(json.dumps(header, sort_keys=True) + "\n", encoding="utf-8")


def read(folder: Path) -> Stored:
    """The table of a directory. `DataError` if it is damaged, as far as that can be told without reading all of it."""
    arrays, state = map_arrays(folder / TABLE)
    header = _header(folder / HEADER)
    table = _checked_table(arrays[0], folder / TABLE)
    is_mapped = table.dtype == _FLOAT and table.flags.c_contiguous
    if len(arrays) == 1:
        keys = _former_keys(folder / FORMER_KEYS, len(table)) if header.get("mode") != "floret" else Keys()
        own = table if is_mapped else np.ascontiguousarray(table, dtype=np.float32)
        return Stored(header, own, keys, None, None)
    if [array.dtype for array in arrays] != list(_KINDS):
        raise DataError("this is not what a table of vectors is stored as", path=folder / TABLE)
    _, numbers, rows, order, ends, content = arrays
    if not len(numbers) == len(rows) == len(order) == len(ends):
        raise DataError("keys, rows and strings are not equally many", path=folder / TABLE)
    sizes = {"rows": len(table), "width": table.shape[1], "keys": len(numbers)}
    if not header or any(header.get(name) != size for name, size in sizes.items()):
        raise DataError(
            f"{TABLE} and {HEADER} do not belong together: they were not written to their end, or are of two tables",
            path=folder,
            hint="Save the pipeline again, or restore the directory from a copy.",
        )
    return Stored(header, table, Keys(Index(numbers, rows, order)), Texts(numbers, ends, content), state)


def check_vectors(folder: str | os.PathLike[str]) -> dict[str, Any]:
    """Compare the vectors of a directory with the digest in their header, which loading doesn't. Returns the header.

    `DataError` if they differ, if a key points to no row, or if there is no digest.
    """
    place = Path(folder)
    stored = read(place)
    index = stored.keys.index
    if "digest" not in stored.header:
        raise DataError(
            "these vectors have no digest to compare them with",
            path=place / HEADER,
            hint="Saving them again adds it.",
        )
    wrong = digest_of(stored.header, stored.keys, stored.table) != stored.header["digest"]
    wrong |= len(index.rows) > 0 and not (index.rows.min() >= 0 and index.rows.max() < len(stored.table))
    wrong |= not np.array_equal(np.sort(index.order), np.arange(len(index.order)))
    wrong |= bool((index.numbers[1:] <= index.numbers[:-1]).any())
    if wrong or _wrong_texts(stored.texts):
        raise DataError(
            "the vectors were changed after they were written: their digest differs", path=place / TABLE
        )
    return stored.header


def _wrong_texts(texts: Texts | None) -> bool:
    if texts is None:
        return False
    ends = texts.ends
    if (np.diff(ends, prepend=0) < 0).any() or (ends[-1] if len(ends) else 0) != len(texts.content):
        return True
    try:
        numbers, strings = zip(*texts.items(), strict=True) if len(texts) else ((), ())
    except ValueError:
        return True
    found = murmur_many(strings)
    return bool((found != np.array(numbers, dtype=np.uint64)).any()) or any(
        n <= HIGHEST_SYMBOL for n in numbers
    )


def _header(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    header = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(header, dict):
        raise DataError(f"the header of vectors is a table, not {type(header).__name__}", path=path)
    return header


def _checked_table(table: NDArray[Any], path: Path) -> NDArray[Any]:
    if table.ndim != 2:
        raise DataError("the table of vectors isn't two-dimensional", path=path)
    return table


def _former_keys(path: Path, size: int) -> Keys:
    return keys_from_bytes(path.read_bytes(), size, path)


def keys_from_bytes(data: bytes, size: int, where: str | Path) -> Keys:
    """Keys of a table of `size` rows from the MessagePack of {key: row}. `DataError` for a row outside of the table."""
    try:
        keys, rows = unpack_numbers(data)
    except (ValueError, TypeError, OverflowError) as error:
        raise DataError(f"not the keys of a table of vectors: {error}", path=where) from error
    if len(rows) and not (rows.min() >= 0 and rows.max() < size):
        raise DataError(f"keys point outside of the table of vectors, which has {size} rows", path=where)
    return Keys.of(keys, rows.astype(np.int32))


class TableWriter:
    """Writes the rows of a table to a file as they come; `Vectors(data=path)` maps the file then.

    So a table need never be in memory. Blocks of a thousand rows and more are best. file: open for writing, at its beginning.
    """

    def __init__(self, file: BinaryIO, width: int) -> None:
        self._width = width
        self._rows = 0
        self._file = file
        write_header(file, _FLOAT, (0, width))

    def __len__(self) -> int:
        """How many rows were written."""
        return self._rows

    def write(self, rows: NDArray[Any]) -> None:
        """Append rows, (n, width)."""
        if rows.ndim != 2 or rows.shape[1] != self._width:
            raise DataError(f"the rows are to be {self._width} wide, these have the shape {rows.shape}")
        self._file.write(raw(np.ascontiguousarray(rows, dtype=_FLOAT)))
        self._rows += len(rows)

    def finish(self) -> None:
        """Write the number of rows to the beginning of the file, which the caller closes."""
        self._file.seek(0)
        write_header(self._file, _FLOAT, (self._rows, self._width))
        self._file.seek(0, os.SEEK_END)
