"""Vectors: a table of word vectors and the keys that point into it."""

import itertools
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError
from kernel.vocab.packing import pack, unpack
from kernel.vocab.strings import StringStore

if TYPE_CHECKING:
    from kernel.vocab.vocab import Vocab

_FIRST_ROWS = 256
# Process-wide, so that no two states of a table, whichever object held them, share a number.
_VERSIONS = itertools.count(1)


class Vectors:
    """Rows of float32, and a map from string numbers to rows; several keys may share a row.

    shape: (rows, width) of a table of zeros; data: the table itself; keys: the keys of its first rows. A row that no key
    points to is free.

    What is derived from vectors may be kept for as long as `version` stays the same. It is new after every method that
    changes something, after an assignment to `data`, and whenever `data` is handed out, since the receiver may write to
    it: `vectors.data[3] = 0` is noticed, one who keeps the array and writes to it later calls `touch`. Single vectors
    (`vectors["cat"]`, `get`, `values`, `items`) and `key2row` are views that can't be written to; use `set` and `add`.
    """

    mode = "default"

    def __init__(
        self,
        *,
        strings: StringStore | None = None,
        shape: tuple[int, int] | None = None,
        data: NDArray[Any] | None = None,
        keys: Iterable[str | int] | None = None,
        name: str | None = None,
        attr: str | int = "ORTH",
    ) -> None:
        self.strings = StringStore() if strings is None else strings
        self.name = name
        self.attr = attr
        if data is None:
            data = np.zeros(shape or (0, 0), dtype=np.float32)
        self._table: NDArray[np.float32] = np.asarray(data, dtype=np.float32)
        self._rows: dict[int, int] = {}
        # How many keys point to each row, counted when it is first asked for; no row before `_start` is free.
        self._counts: NDArray[np.int64] | None = None
        self._start = 0
        self._version = next(_VERSIONS)
        self._sorted: tuple[NDArray[np.uint64], NDArray[np.int32]] | None = None
        if keys is not None:
            keys = list(keys)
            if len(keys) > len(self._table):
                raise DataError(
                    f"the table of vectors has {len(self._table)} rows, fewer than the {len(keys)} keys"
                )
            self._rows = {self._key(key): row for row, key in enumerate(keys)}

    def __copy__(self) -> "Vectors":
        """With a table and keys of its own, so that a change of one is none of the other; the strings are shared."""
        made = type(self).__new__(type(self))
        counts = None if self._counts is None else self._counts.copy()
        made.__setstate__(
            {**self.__dict__, "_rows": dict(self._rows), "_table": self._table.copy(), "_counts": counts}
        )
        return made

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        # A copy goes its own way, and a number from another process means something else here.
        self.touch()

    @property
    def version(self) -> int:
        """Stands for the present keys and vectors: two equal numbers mean that nothing has changed in between."""
        return self._version

    def touch(self) -> None:
        """Say that the table was written to through an array that `data` returned, or was given, earlier."""
        self._version = next(_VERSIONS)

    @property
    def data(self) -> NDArray[np.float32]:
        """The table, (rows, width). Reading this counts as a change of the vectors, see the class."""
        self.touch()
        return self._table

    @data.setter
    def data(self, table: NDArray[Any]) -> None:
        self._table = np.asarray(table, dtype=np.float32)
        self._forget_counts()
        self.touch()

    @property
    def key2row(self) -> Mapping[int, int]:
        """Key -> row, read only."""
        return MappingProxyType(self._rows)

    def _vector(self, row: int) -> NDArray[np.float32]:
        vector: NDArray[np.float32] = self._table[row]
        vector.flags.writeable = False
        return vector

    def _key(self, key: str | int) -> int:
        return self.strings.add(key) if isinstance(key, str) else int(key)

    def _number(self, key: str | int) -> int:
        return self.strings[key] if isinstance(key, str) else int(key)

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, width)"""
        return (self._table.shape[0], self._table.shape[1])

    @property
    def width(self) -> int:
        return int(self._table.shape[1])

    @property
    def vectors_length(self) -> int:
        """Width of the vectors."""
        return self.width

    @property
    def size(self) -> int:
        return int(self._table.size)

    @property
    def n_keys(self) -> int:
        return len(self._rows)

    @property
    def is_full(self) -> bool:
        """Every row has a key."""
        return len(set(self._rows.values())) >= len(self._table)

    def __len__(self) -> int:
        """Number of rows."""
        return len(self._table)

    def __bool__(self) -> bool:
        return self._table.size > 0

    def __contains__(self, key: str | int) -> bool:
        return self._number(key) in self._rows

    def __iter__(self) -> Iterator[int]:
        return iter(self._rows)

    def __getitem__(self, key: str | int) -> NDArray[np.float32]:
        row = self.row(key)
        if row is None:
            raise KeyError(f"no vector has the key {key!r}")
        return self._vector(row)

    def __setitem__(self, key: str | int, vector: NDArray[Any]) -> None:
        self.set(key, vector)

    def row(self, key: str | int) -> int | None:
        """The row of a key, None if it has no vector."""
        return self._rows.get(self._number(key))

    def get(self, key: str | int) -> NDArray[np.float32]:
        """The vector of a key, zeros if it has none."""
        row = self.row(key)
        return np.zeros(self.width, dtype=np.float32) if row is None else self._vector(row)

    def rows(self, keys: NDArray[np.uint64]) -> NDArray[np.int32]:
        """The rows of many keys, shape like keys; -1 where there is no vector."""
        known, rows = self._sorted_keys()
        if len(known) == 0:
            return np.full(keys.shape, -1, dtype=np.int32)
        place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
        return np.where(known[place] == keys, rows[place], np.int32(-1)).astype(np.int32)

    def get_batch(self, keys: Sequence[str | int] | NDArray[np.uint64]) -> NDArray[np.float32]:
        """The vectors of many keys, shape (len(keys), width), zeros where there is none."""
        if not isinstance(keys, np.ndarray):
            keys = np.array([self._number(key) for key in keys], dtype=np.uint64)
        rows = self.rows(keys)
        vectors = np.zeros((len(rows), self.width), dtype=np.float32)
        found = rows >= 0
        vectors[found] = self._table[rows[found]]
        return vectors

    def find(
        self,
        *,
        key: str | int | None = None,
        keys: Iterable[str | int] | None = None,
        row: int | None = None,
        rows: Iterable[int] | None = None,
    ) -> Any:
        """Rows of keys (-1: none), or the keys of rows."""
        if key is not None:
            return self._rows.get(self._number(key), -1)
        if keys is not None:
            return self.rows(np.array([self._number(each) for each in keys], dtype=np.uint64))
        wanted = {row} if row is not None else set(rows or ())
        found = [each for each, place in self._rows.items() if place in wanted]
        return np.array(found, dtype=np.uint64)

    def _sorted_keys(self) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
        index = self._sorted
        if index is None:
            keys = np.fromiter(self._rows.keys(), dtype=np.uint64, count=len(self._rows))
            rows = np.fromiter(self._rows.values(), dtype=np.int32, count=len(self._rows))
            order = np.argsort(keys)
            index = self._sorted = (keys[order], rows[order])
        return index

    def set(self, key: str | int, vector: NDArray[Any]) -> int:
        """Set the vector of a key, and grow the table if it is full. Returns the row."""
        vector = np.asarray(vector, dtype=np.float32).ravel()
        if self._table.size == 0:
            self._table = np.zeros((len(self._table), len(vector)), dtype=np.float32)
        self._check_width(vector)
        row = self.row(key)
        if row is None:
            row = self._free_row()
        if row is None:
            row = len(self._table)
            self.resize((max(_FIRST_ROWS, 2 * row), self.width))
        return self.add(key, vector=vector, row=row)

    def add(self, key: str | int, *, vector: NDArray[Any] | None = None, row: int | None = None) -> int:
        """Point a key at a row (by default the one that it has, or the first free one), and set the row. Returns the row."""
        number = self._key(key)
        if row is None:
            row = self._rows.get(number)
        if row is None:
            row = self._free_row()
        if row is None:
            raise DataError(
                f"the table of vectors has {len(self._table)} rows, none of which is free",
                hint="Use set, which makes the table larger, or resize it.",
            )
        if not 0 <= row < len(self._table):
            raise DataError(f"the table of vectors has {len(self._table)} rows, none with the number {row}")
        if vector is not None:
            vector = np.asarray(vector, dtype=np.float32).ravel()
            self._check_width(vector)
            self._table[row] = vector
        before = self._rows.get(number)
        if before != row:
            self._rows[number] = row
            self._sorted = None
            self._count(before, row)
        self.touch()
        return row

    def _check_width(self, vector: NDArray[Any]) -> None:
        if len(vector) != self.width:
            raise DataError(f"the vectors are {self.width} wide, this one has {len(vector)} numbers")

    def _free_row(self) -> int | None:
        """The first row that no key points to."""
        if self._counts is None:
            rows = np.fromiter(self._rows.values(), dtype=np.int64, count=len(self._rows))
            self._counts = np.bincount(rows, minlength=len(self._table))
        while self._start < len(self._table) and self._counts[self._start]:
            self._start += 1
        return self._start if self._start < len(self._table) else None

    def _count(self, before: int | None, row: int) -> None:
        """Note that a key points to another row than before."""
        if self._counts is None:
            return
        self._counts[row] += 1
        if before is not None:
            self._counts[before] -= 1
            self._start = min(self._start, before)

    def _forget_counts(self) -> None:
        self._counts, self._start = None, 0

    def resize(self, shape: tuple[int, int]) -> list[tuple[int, int]]:
        """Change the table's size; the content that fits stays. Returns the (key, row) pairs that are gone."""
        data = np.zeros(shape, dtype=np.float32)
        rows, width = min(len(self._table), shape[0]), min(self.width, shape[1])
        data[:rows, :width] = self._table[:rows, :width]
        self._table = data
        gone = [(key, row) for key, row in self._rows.items() if row >= shape[0]]
        for key, _ in gone:
            del self._rows[key]
        self._forget_counts()
        self._sorted = None
        self.touch()
        return gone

    def clear(self) -> None:
        """Drop all keys; the table keeps its size."""
        self._rows = {}
        self._sorted = None
        self._forget_counts()
        self.touch()

    def __eq__(self, other: object) -> bool:
        """The same vectors under the same keys."""
        if not isinstance(other, Vectors):
            return NotImplemented
        same = (self.shape, self.attr, self._rows) == (other.shape, other.attr, other._rows)
        return same and np.array_equal(self._table, other._table)

    __hash__ = None  # type: ignore[assignment]

    def keys(self) -> list[int]:
        return list(self._rows)

    def values(self) -> Iterator[NDArray[np.float32]]:
        """The vectors of the rows that have a key, in the order of the rows."""
        return (self._vector(row) for row in sorted(set(self._rows.values())))

    def items(self) -> Iterator[tuple[int, NDArray[np.float32]]]:
        return ((key, self._vector(row)) for key, row in self._rows.items())

    def most_similar(
        self, queries: NDArray[Any], *, n: int = 1, batch_size: int = 1024, sort: bool = True
    ) -> tuple[NDArray[np.uint64], NDArray[np.int32], NDArray[np.float32]]:
        """The n nearest rows to each query by cosine: keys, rows and scores, each (queries, n).

        DataError if there are fewer rows that have a key.
        """
        filled = np.array(sorted(set(self._rows.values())), dtype=np.int32)
        if n > len(filled):
            raise DataError(f"can't find the {n} nearest of {len(filled)} vectors")
        table = _unit(self._table[filled])
        key_of: dict[int, int] = {}
        for key, row in self._rows.items():
            key_of.setdefault(row, key)
        queries = np.atleast_2d(np.asarray(queries, dtype=np.float32))
        rows = np.zeros((len(queries), n), dtype=np.int32)
        scores = np.zeros((len(queries), n), dtype=np.float32)
        for start in range(0, len(queries), batch_size):
            found = _unit(queries[start : start + batch_size]) @ table.T
            best = np.argpartition(-found, n - 1, axis=1)[:, :n] if n else np.zeros((len(found), 0), np.int64)
            values = np.take_along_axis(found, best, axis=1)
            if sort:
                order = np.argsort(-values, axis=1, kind="stable")
                best, values = np.take_along_axis(best, order, 1), np.take_along_axis(values, order, 1)
            rows[start : start + batch_size] = filled[best]
            scores[start : start + batch_size] = values
        keys = np.array([[key_of[row] for row in line] for line in rows.tolist()], dtype=np.uint64)
        # What float32 can tell: the same vector twice is 1.
        return keys.reshape(rows.shape), rows, np.clip(scores.round(6), -1.0, 1.0)

    def deduplicate(self) -> None:
        """Let keys with equal vectors share a row; rows without a key are dropped."""
        rows = np.array(list(self._rows.values()), dtype=np.int64)
        table, places = np.unique(self._table[rows], axis=0, return_inverse=True)
        self._rows = dict(zip(self._rows, places.reshape(-1).tolist(), strict=True))
        self._sorted = None
        self.data = table

    def to_disk(self, path: str | PathLike[str], *, exclude: Collection[str] = ()) -> None:
        """Write `vectors` (npy), `key2row` (msgpack) and `vectors.cfg` (JSON) into a directory."""
        folder = Path(path)
        with (folder / "vectors").open("wb") as file:
            np.save(file, self._table, allow_pickle=False)
        (folder / "key2row").write_bytes(self._keys_to_bytes())
        (folder / "vectors.cfg").write_text(json.dumps(self._settings()), encoding="utf-8")

    def from_disk(self, path: str | PathLike[str], *, exclude: Collection[str] = ()) -> "Vectors":
        """Read what `to_disk` wrote."""
        folder = Path(path)
        settings = folder / "vectors.cfg"
        if settings.exists():
            self._check(json.loads(settings.read_text(encoding="utf-8")), str(settings))
        table = np.load(folder / "vectors", allow_pickle=False)
        return self._replace(table, (folder / "key2row").read_bytes(), folder / "vectors")

    def to_bytes(self, *, exclude: Collection[str] = ()) -> bytes:
        """Table, keys and settings; strings are no part of them, whatever `exclude` says."""
        table = BytesIO()
        np.save(table, self._table, allow_pickle=False)
        parts = {"vectors": table.getvalue(), "key2row": self._keys_to_bytes(), "cfg": self._settings()}
        return pack(parts)

    def from_bytes(self, bytes_data: bytes, *, exclude: Collection[str] = ()) -> "Vectors":
        """Take what `to_bytes` wrote."""
        parts = unpack(bytes_data)
        self._check(parts["cfg"], "the vectors")
        table = np.load(BytesIO(parts["vectors"]), allow_pickle=False)
        return self._replace(table, parts["key2row"], "the vectors")

    def _settings(self) -> dict[str, Any]:
        settings: dict[str, Any] = {"mode": self.mode}
        if self.attr not in ("ORTH", 65):
            settings["attr"] = self.attr
        if self.name is not None:
            settings["name"] = self.name
        return settings

    def _check(self, settings: dict[str, Any], where: str) -> None:
        mode = settings.get("mode", self.mode)
        if mode != self.mode:
            raise DataError(f"{where}: vectors of the mode {mode!r} can't be read, only {self.mode!r}")
        self.attr = settings.get("attr", self.attr)
        self.name = settings.get("name", self.name)

    def _keys_to_bytes(self) -> bytes:

        return pack(self._rows)

    def _replace(self, table: NDArray[Any], keys: bytes, where: str | Path) -> "Vectors":
        if table.ndim != 2:
            raise DataError("the table of vectors isn't two-dimensional", path=where)
        rows = {int(key): int(row) for key, row in unpack(keys).items()}
        if rows and not (min(rows.values()) >= 0 and max(rows.values()) < len(table)):
            raise DataError(
                f"keys point outside of the table of vectors, which has {len(table)} rows", path=where
            )
        self._rows = rows
        self._sorted = None
        self.data = table
        return self


def _unit(vectors: NDArray[Any]) -> NDArray[np.float32]:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: NDArray[np.float32] = (vectors / np.where(norms == 0, 1, norms)).astype(np.float32)
    return unit


def make_vectors(mode: str = "default", attr: str = "ORTH") -> Callable[["Vocab"], Vectors]:
    """kernel.Vectors.v1: how `[nlp.vectors]` of a config makes the vectors of a pipeline.

    mode: only "default". attr: the attribute whose value is the key of a token's vector.
    """
    if mode != Vectors.mode:
        raise DataError(f"there are no vectors of the mode {mode!r}, only of {Vectors.mode!r}")

    def create(vocab: "Vocab") -> Vectors:
        return Vectors(strings=vocab.strings, attr=attr)

    return create
