"""The folder that spaCy writes for a knowledge base: `contents`, a sequence of C structures, and `strings.json`.

contents, little-endian: int64 entities, int64 width; a row of float32 for each entity; for each entity uint64 number of its id, float32 frequency,
int32 row of its vector; int64 aliases; for each alias uint64 number of its text, int64 candidates, and for each candidate int64 entity, counted
from 1, and float32 probability.
"""

from __future__ import annotations

import json
from pathlib import Path
from struct import error as StructError
from struct import pack, unpack_from
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError
from kernel.vocab.strings import hash_strings
from kernel_linking.kb.files import Stored
from kernel_linking.kb.names import Names

_ENTITY = np.dtype([("number", "<u8"), ("freq", "<f4"), ("row", "<i4")])
_CANDIDATE = np.dtype([("entity", "<i8"), ("prior", "<f4")])


def read(folder: Path) -> Stored:
    """The knowledge base of a folder. `DataError` if it is none, or damaged."""
    contents, strings = folder / "contents", folder / "strings.json"
    if not contents.is_file() or not strings.is_file():
        raise DataError(
            "this folder holds no knowledge base: it has no files contents and strings.json", path=folder
        )
    try:
        texts = json.loads(strings.read_text(encoding="utf-8"))
        known = dict(zip(hash_strings(texts).tolist(), texts, strict=True))
        return _parsed(contents.read_bytes(), known)
    except (ValueError, StructError, IndexError, KeyError, TypeError) as error:
        raise DataError(
            "the knowledge base of spaCy can't be read: its file is damaged, or strings are missing",
            path=contents,
        ) from error


def files_of(stored: Stored) -> dict[str, bytes]:
    """The files of a folder that `read` takes, and spaCy."""
    entities, aliases = stored.entities.texts(), stored.aliases.texts()
    numbers, names = hash_strings(entities), hash_strings(aliases)
    entries = np.zeros(len(entities), dtype=_ENTITY)
    entries["number"], entries["freq"], entries["row"] = numbers, stored.freqs, np.arange(len(entries))
    parts = [
        pack("<qq", len(entries), stored.width),
        np.ascontiguousarray(stored.vectors, dtype="<f4").tobytes(),
    ]
    parts += [entries.tobytes(), pack("<q", len(names))]
    flat = np.zeros(len(stored.candidates), dtype=_CANDIDATE)
    flat["entity"], flat["prior"] = stored.candidates + 1, stored.priors
    for name, start, count in zip(
        names.tolist(), stored.starts.tolist(), stored.counts.tolist(), strict=True
    ):
        parts += [pack("<Qq", name, count), flat[start : start + count].tobytes()]
    texts = json.dumps(sorted({*entities, *aliases}), ensure_ascii=False)
    return {"contents": b"".join(parts), "strings.json": texts.encode("utf-8", "surrogatepass")}


def _parsed(data: bytes, texts: dict[int, str]) -> Stored:
    n_entities, width = unpack_from("<qq", data)
    place = 16
    if n_entities < 0 or width < 1:
        raise ValueError(n_entities, width)
    table, place = _array(data, np.dtype("<f4"), n_entities * width, place)
    entries, place = _array(data, _ENTITY, n_entities, place)
    vectors = table.reshape(n_entities, width)[entries["row"]]
    entities = Names.of([texts[number] for number in entries["number"].tolist()])
    (n_aliases,) = unpack_from("<q", data, place)
    place += 8
    names, parts = [], []
    for _ in range(n_aliases):
        number, n_candidates = unpack_from("<Qq", data, place)
        part, place = _array(data, _CANDIDATE, n_candidates, place + 16)
        names.append(texts[number])
        parts.append(part)
    counts = np.array([len(part) for part in parts], dtype=np.int64)
    flat = np.concatenate(parts) if parts else np.zeros(0, dtype=_CANDIDATE)
    rows = flat["entity"] - 1
    if len(rows) and not (rows.min() >= 0 and rows.max() < n_entities):
        raise ValueError("a candidate is no entity")
    return Stored(
        width,
        entities,
        entries["freq"].copy(),
        vectors,
        Names.of(names),
        np.cumsum(counts) - counts,
        counts,
        rows.astype(np.int32),
        flat["prior"].copy(),
    )


def _array(data: bytes, dtype: np.dtype[Any], count: int, place: int) -> tuple[NDArray[Any], int]:
    if count < 0:
        raise ValueError(count)
    return np.frombuffer(data, dtype, count, place), place + count * dtype.itemsize
