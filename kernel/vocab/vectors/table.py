"""Vectors: a table of word vectors and the keys that point into it."""

import copy
import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError, UsageError
from kernel.vocab import attrs
from kernel.vocab.arrays import FileState, map_arrays
from kernel.vocab.packing import pack, unpack
from kernel.vocab.strings import StringStore
from kernel.vocab.texts import Texts, texts_of
from kernel.vocab.vectors import files
from kernel.vocab.vectors.keys import Keys
from kernel.vocab.vectors.nearest import lengths_of, nearest
from kernel.vocab.vectors.subwords import Subwords

DEFAULT, FLORET = "default", "floret"
_FIRST_ROWS = 256
# Digests of earlier states of a table that are remembered. One comes of each time that it is saved and then changed, and models
# that were trained before are refused once theirs is gone.
_FORMER = 256
# Process-wide, so that no two states of a table, whichever object held them, share a number.
_VERSIONS = itertools.count(1)


def _setting(name: str) -> property:
    def setting(self: "Vectors") -> Any:
        return getattr(self.subwords or Subwords(), name)

    setting.__doc__ = f'`subwords.{name}`, or its default in the mode "default".'
    return property(setting)


class Vectors:
    """Rows of float32, and a map from string numbers to rows; several keys may share a row.

    shape: (rows, width) of a table of zeros; data: the table itself, or the path of an .npy file, which is mapped; keys: as
    strings or numbers, and rows: the row of each, by default the first ones in this order. A row that no key points to is
    free. attr: the attribute of tokens whose value is the key.

    mode "floret": there are no keys, a text's vector is the mean of rows that it and its n-grams of characters are hashed
    to; minn, maxn, hash_count, hash_seed, bow, eow: see `Subwords`, as `vectors.subwords` has them (None in the mode
    "default").

    A table that was read from a directory is mapped: nothing is read before it is used, and processes share it. Writing to
    it changes the memory of this process only.

    What is derived from vectors may be kept for as long as `version` stays the same. It is new after every method that
    changes something, after an assignment to `data`, and whenever `data` is handed out, since the receiver may write to
    it: `vectors.data[3] = 0` is noticed, one who keeps the array and writes to it later calls `touch`. Single vectors
    (`vectors["cat"]`, `get`, `values`, `items`) and `key2row` are views that can't be written to; use `set` and `add`.
    """

    minn, maxn = _setting("minn"), _setting("maxn")
    hash_count, hash_seed = _setting("hash_count"), _setting("hash_seed")
    bow, eow = _setting("bow"), _setting("eow")

    def __init__(
        self,
        *,
        strings: StringStore | None = None,
        shape: tuple[int, int] | None = None,
        data: NDArray[Any] | str | PathLike[str] | None = None,
        keys: Iterable[str | int] | NDArray[np.uint64] | None = None,
        rows: Sequence[int] | NDArray[Any] | None = None,
        name: str | None = None,
        attr: str | int = "ORTH",
        mode: str = DEFAULT,
        minn: int = 0,
        maxn: int = 0,
        hash_count: int = 1,
        hash_seed: int = 0,
        bow: str = "<",
        eow: str = ">",
    ) -> None:
        self.strings = StringStore() if strings is None else strings
        self.name = name
        self.attr = attr
        self.subwords: Subwords | None = None
        if mode == FLORET:
            self.subwords = Subwords(minn, maxn, hash_count, hash_seed, bow, eow)
        elif mode != DEFAULT:
            raise DataError(f"there are no vectors of the mode {mode!r}, only of {DEFAULT!r} and {FLORET!r}")
        if isinstance(data, str | PathLike):
            data = _mapped_table(Path(data))
        elif data is None:
            data = np.zeros(shape or (0, 0), dtype=np.float32)
        self._table = _as_table(data)
        self._keys = Keys()
        # How many keys point to each row, counted when it is first asked for; no row before `_start` is free.
        self._counts: NDArray[np.int64] | None = None
        self._start = 0
        self._version = next(_VERSIONS)
        # What holds as long as the version is the one beside it: a digest, the file that everything is mapped from, the
        # first key and the length of each row.
        self._digest: tuple[int, str] | None = None
        self._file: tuple[int, FileState] | None = None
        self._lengths: tuple[int, NDArray[np.uint64], NDArray[np.float32]] | None = None
        self._texts: Texts | None = None
        self._former: tuple[str, ...] = ()
        self.compared: set[str] = set()
        """Digests of vectors that models were trained with and that this table was compared with."""
        if keys is not None:
            self._keys = self._keys_of(keys, rows)

    def _keys_of(
        self, keys: Iterable[str | int] | NDArray[np.uint64], rows: Sequence[int] | NDArray[Any] | None
    ) -> Keys:
        self._refuse_keys()
        is_numbers = isinstance(keys, np.ndarray) and keys.dtype.kind in "iu"
        numbers = np.asarray(keys) if is_numbers else self._numbers(list(keys), add=True)
        if rows is None:
            if len(numbers) > len(self._table):
                raise DataError(
                    f"the table of vectors has {len(self._table)} rows, fewer than the {len(numbers)} keys"
                )
            rows = np.arange(len(numbers))
        places = np.asarray(rows, dtype=np.int64)
        if len(places) != len(numbers):
            raise DataError(f"there are {len(numbers)} keys of vectors, and rows for {len(places)}")
        if len(places) and not (places.min() >= 0 and places.max() < len(self._table)):
            raise DataError(f"keys point outside of the table of vectors, which has {len(self._table)} rows")
        return Keys.of(numbers.astype(np.uint64), places.astype(np.int32))

    def __copy__(self) -> "Vectors":
        """With a table and keys of its own, so that a change of one is none of the other; the strings are shared."""
        made = type(self).__new__(type(self))
        state = {**self.__dict__, "_keys": self._keys.copy()}
        state["_counts"] = None if self._counts is None else self._counts.copy()
        file = self.file
        if file is not None and file.is_there():
            state["_table"] = files.read(file.path.parent).table
        else:
            state["_table"], state["_file"] = self._table.copy(), None
        made.__dict__.update(state)
        made._copied_from(self)
        return made

    def __deepcopy__(self, memo: dict[int, Any]) -> "Vectors":
        made = copy.copy(self)
        made.strings = copy.deepcopy(self.strings, memo)
        return made

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_file": None, "_lengths": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        # A number from another process means something else here.
        version, self._version = self._version, next(_VERSIONS)
        if self._digest is not None:
            self._digest = (self._version, self._digest[1]) if self._digest[0] == version else None

    def _copied_from(self, other: "Vectors") -> None:
        """Go an own way from the content of another one."""
        self._version = next(_VERSIONS)
        for name in ("_digest", "_file"):
            held = getattr(other, name)
            keep = held is not None and held[0] == other._version and getattr(self, name) is not None
            setattr(self, name, (self._version, held[1]) if keep else None)

    @property
    def mode(self) -> str:
        """ "default" or "floret"."""
        return DEFAULT if self.subwords is None else FLORET

    @property
    def version(self) -> int:
        """Stands for the present keys and vectors: two equal numbers mean that nothing has changed in between."""
        return self._version

    def touch(self) -> None:
        """Say that the table was written to through an array that `data` returned, or was given, earlier."""
        if self._digest is not None and self._digest[0] == self._version:
            self._former = _latest((*self._former, self._digest[1]))
        self._version = next(_VERSIONS)

    @property
    def digest(self) -> str:
        """SHA-256 of settings, keys and rows, as hexadecimal digits; equal digests mean equal vectors. The name is no part of it."""
        if self._digest is None or self._digest[0] != self._version:
            self._digest = (self._version, files.digest_of(self._header(), self._keys, self._table))
        return self._digest[1]

    @property
    def former(self) -> tuple[str, ...]:
        """Digests that this table had before it was changed, the latest last, as far as they are known."""
        return self._former

    def note_former(self, other: "Vectors") -> None:
        """Say that this was made of another table, whose digests are former ones of it."""
        self._former = _latest((*other.former, other.digest, *self._former))

    def shown(self) -> str:
        """Name, mode, width and the beginning of the digest, for messages."""
        return shown(self.name, self.digest, self.width, self.mode)

    @property
    def file(self) -> FileState | None:
        """The file that all of this is mapped from, None if there is none or something has changed."""
        return self._file[1] if self._file is not None and self._file[0] == self._version else None

    @property
    def data(self) -> NDArray[np.float32]:
        """The table, (rows, width). Reading this counts as a change of the vectors, see the class."""
        self.touch()
        return self._table

    @data.setter
    def data(self, table: NDArray[Any]) -> None:
        self._table = _as_table(table)
        self._forget_counts()
        self.touch()

    @property
    def key2row(self) -> Mapping[int, int]:
        """Key -> row, read only."""
        return MappingProxyType(self._keys.as_dict())

    def _vector(self, row: int) -> NDArray[np.float32]:
        vector: NDArray[np.float32] = self._table[row]
        vector.flags.writeable = False
        return vector

    def _key(self, key: str | int) -> int:
        return self.strings.add(key) if isinstance(key, str) else int(key)

    def _number(self, key: str | int) -> int:
        return self.strings[key] if isinstance(key, str) else int(key)

    def _numbers(self, keys: Sequence[str | int], *, add: bool = False) -> NDArray[np.uint64]:
        if add and all(isinstance(key, str) for key in keys):
            return self.strings.add_many([str(key) for key in keys])
        number = self._key if add else self._number
        return np.array([number(key) for key in keys], dtype=np.uint64)

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
        """Number of keys; -1 in the mode "floret", where every text has a vector."""
        return len(self._keys) if self.subwords is None else -1

    @property
    def is_full(self) -> bool:
        """Every row has a key. So it is said of the mode "floret", too, which has none."""
        return self.subwords is not None or bool(self._keys.counts(len(self._table)).all())

    def __len__(self) -> int:
        """Number of rows."""
        return len(self._table)

    def __bool__(self) -> bool:
        return self._table.size > 0

    def __contains__(self, key: str | int) -> bool:
        return self.has(key)

    def __iter__(self) -> Iterator[int]:
        return iter(self.keys())

    def __getitem__(self, key: str | int) -> NDArray[np.float32]:
        if self.subwords is not None:
            return self.get(key)
        row = self.row(key)
        if row is None:
            raise KeyError(f"no vector has the key {key!r}")
        return self._vector(row)

    def __setitem__(self, key: str | int, vector: NDArray[Any]) -> None:
        self.set(key, vector)

    def has(self, key: str | int) -> bool:
        """Whether there is a vector; in the mode "floret" there is one of every text."""
        if self.subwords is not None:
            return len(self._table) > 0
        return self._keys.get(self._number(key)) is not None

    def has_many(self, keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Whether there is a vector for each of many keys, shape like keys."""
        if self.subwords is not None:
            return np.full(keys.shape, len(self._table) > 0)
        found: NDArray[np.bool_] = self._keys.many(keys) >= 0
        return found

    def row(self, key: str | int) -> int | None:
        """The row of a key, None if it has no vector."""
        return self._keys.get(self._number(key))

    def get(self, key: str | int) -> NDArray[np.float32]:
        """The vector of a key, zeros if it has none."""
        if self.subwords is not None:
            vector: NDArray[np.float32] = self.get_batch([key])[0]
            return vector
        row = self.row(key)
        return np.zeros(self.width, dtype=np.float32) if row is None else self._vector(row)

    def rows(self, keys: NDArray[np.uint64]) -> NDArray[np.int32]:
        """The rows of many keys, shape like keys; -1 where there is no vector."""
        return self._keys.many(keys)

    def get_batch(self, keys: Sequence[str | int] | NDArray[np.uint64]) -> NDArray[np.float32]:
        """The vectors of many keys, shape (len(keys), width), zeros where there is none."""
        if self.subwords is not None:
            return self._from_subwords(keys.tolist() if isinstance(keys, np.ndarray) else keys)
        if not isinstance(keys, np.ndarray):
            keys = self._numbers(keys)
        rows = self._keys.many(keys)
        if len(rows) and rows.min() >= 0:
            known: NDArray[np.float32] = np.take(self._table, rows, axis=0)
            return known
        vectors = np.zeros((len(rows), self.width), dtype=np.float32)
        found = rows >= 0
        vectors[found] = self._table[rows[found]]
        return vectors

    def _from_subwords(self, keys: Sequence[str | int]) -> NDArray[np.float32]:
        if self.subwords is None or not len(self._table):
            return np.zeros((len(keys), self.width), dtype=np.float32)
        texts = [self.strings.as_string(key) for key in keys]
        places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
        vectors = self.subwords.vectors(list(places), self._table)
        return vectors if len(places) == len(texts) else vectors[[places[text] for text in texts]]

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
            found = self._keys.get(self._number(key))
            return -1 if found is None else found
        if keys is not None:
            return self._keys.many(self._numbers(list(keys)))
        wanted = [row] if row is not None else list(rows if rows is not None else ())
        numbers, places = self._keys.pairs()
        return numbers[np.isin(places, wanted)]

    def set(self, key: str | int, vector: NDArray[Any]) -> int:
        """Set the vector of a key, and grow the table if it is full. Returns the row."""
        self._refuse_keys()
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
        self._refuse_keys()
        number = self._key(key)
        if row is None:
            row = self._keys.get(number)
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
        before = self._keys.get(number)
        if before != row:
            self._keys.set(number, row)
            self._count(before, row)
        self.touch()
        return row

    def _refuse_keys(self) -> None:
        if self.subwords is not None:
            raise UsageError(
                "vectors of the mode 'floret' have no keys: the vector of a text is made of its n-grams, and can't be set"
            )

    def _check_width(self, vector: NDArray[Any]) -> None:
        if len(vector) != self.width:
            raise DataError(f"the vectors are {self.width} wide, this one has {len(vector)} numbers")

    def _free_row(self) -> int | None:
        """The first row that no key points to."""
        if self._counts is None:
            self._counts = self._keys.counts(len(self._table))
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
        self.refuse_subwords("resized")
        data = np.zeros(shape, dtype=np.float32)
        rows, width = min(len(self._table), shape[0]), min(self.width, shape[1])
        data[:rows, :width] = self._table[:rows, :width]
        self._table = data
        gone = self._keys.cut(shape[0])
        self._forget_counts()
        self.touch()
        return gone

    def clear(self) -> None:
        """Drop all keys; the table keeps its size."""
        self._keys = Keys()
        self._forget_counts()
        self.touch()

    def __eq__(self, other: object) -> bool:
        """The same vectors under the same keys."""
        if not isinstance(other, Vectors):
            return NotImplemented
        same = (self.shape, self.subwords) == (other.shape, other.subwords) and self._by() == other._by()
        return same and self._keys == other._keys and np.array_equal(self._table, other._table)

    __hash__ = None  # type: ignore[assignment]

    def keys(self) -> list[int]:
        numbers: list[int] = self._keys.pairs()[0].tolist()
        return numbers

    def values(self) -> Iterator[NDArray[np.float32]]:
        """The vectors of the rows that have a key, in the order of the rows."""
        return (self._vector(row) for row in np.flatnonzero(self._keys.counts(len(self._table))).tolist())

    def items(self) -> Iterator[tuple[int, NDArray[np.float32]]]:
        numbers, rows = self._keys.pairs()
        return ((key, self._vector(row)) for key, row in zip(numbers.tolist(), rows.tolist(), strict=True))

    def most_similar(
        self, queries: NDArray[Any], *, n: int = 1, batch_size: int = 1024, sort: bool = True
    ) -> tuple[NDArray[np.uint64], NDArray[np.int32], NDArray[np.float32]]:
        """The n nearest rows to each query by cosine, the best first: keys, rows and scores, each (queries, n).

        Of rows that are equally near (in 6 digits) the lower one comes first; of keys of the same row the one that came
        first is given. sort: without effect, they are always sorted. Rows with numbers that are not finite are near to
        nothing. DataError if there are fewer rows that have a key, or for queries of another width or that are not finite.
        """
        self.refuse_subwords("searched by vector")
        queries = np.atleast_2d(np.asarray(queries, dtype=np.float32))
        if queries.ndim != 2 or queries.shape[1] != self.width:
            raise DataError(
                f"the vectors are {self.width} wide, what is searched has the shape {queries.shape}"
            )
        if not np.isfinite(queries).all():
            raise DataError("nothing is near to a vector with numbers that are not finite")
        if self._lengths is None or self._lengths[0] != self._version:
            counts = self._keys.counts(len(self._table))
            lengths = lengths_of(self._table)
            norms = np.where((counts > 0) & np.isfinite(lengths), lengths, np.float32(-1))
            self._lengths = (self._version, self._keys.first(len(self._table)), norms)
        _, first, norms = self._lengths
        filled = int((norms >= 0).sum())
        if n > filled:
            raise DataError(f"can't find the {n} nearest of {filled} vectors")
        rows, scores = nearest(self._table, norms, queries, n, batch_size)
        return first[rows], rows, scores

    def deduplicate(self) -> None:
        """Let keys with equal vectors share a row; rows without a key are dropped."""
        self.refuse_subwords("deduplicated")
        numbers, rows = self._keys.pairs()
        table, places = np.unique(self._table[rows], axis=0, return_inverse=True)
        self._keys = Keys.of(numbers, places.reshape(-1).astype(np.int32))
        self.data = table

    def refuse_subwords(self, what: str) -> None:
        """`UsageError` in the mode "floret", where some things can't be done with vectors. what: such as "pruned"."""
        if self.subwords is not None:
            raise UsageError(
                f"vectors of the mode 'floret' can't be {what}: a row belongs to no word, but to n-grams of many"
            )

    def to_disk(self, path: str | PathLike[str], *, exclude: Collection[str] = ()) -> None:
        """Write `vectors` and its header `vectors.cfg` into a directory, which may be the one that they are mapped from.

        exclude: "strings" leaves out the strings of the keys.
        """
        header = {**self._header(), **self._digests_before(), "digest": self.digest}
        numbers = self._keys.index.numbers
        texts = texts_of(numbers, [None] * len(numbers)) if "strings" in exclude else self._own_texts(numbers)
        files.write(Path(path), header, self._table, self._keys, texts)

    def _own_texts(self, numbers: NDArray[np.uint64]) -> Texts:
        if self._texts is not None and self._texts.numbers is numbers and len(self._texts) == len(numbers):
            return self._texts
        return texts_of(numbers, [self.strings.find(number) for number in numbers.tolist()])

    def from_disk(self, path: str | PathLike[str], *, exclude: Collection[str] = ()) -> "Vectors":
        """Map what `to_disk` wrote; the strings of the keys are known then."""
        stored = files.read(Path(path))
        self._take(stored.header, stored.table, stored.keys, str(Path(path) / files.HEADER))
        self._texts = stored.texts
        if stored.texts is not None and len(stored.texts.numbers):
            self.strings.attach(stored.texts)
        if stored.state is not None:
            self._file = (self._version, stored.state)
        return self

    def to_bytes(self, *, exclude: Collection[str] = ()) -> bytes:
        """Table, keys and settings; strings are no part of them, whatever `exclude` says."""
        table = BytesIO()
        np.save(table, self._table, allow_pickle=False)
        settings = {**self._settings(), **self._digests_before()}
        return pack({"vectors": table.getvalue(), "key2row": pack(self._keys.as_dict()), "cfg": settings})

    def from_bytes(self, bytes_data: bytes, *, exclude: Collection[str] = ()) -> "Vectors":
        """Take what `to_bytes` wrote."""
        parts = unpack(bytes_data)
        table = np.load(BytesIO(parts["vectors"]), allow_pickle=False)
        if table.ndim != 2:
            raise DataError("the table of vectors isn't two-dimensional")
        keys = files.keys_from_bytes(parts["key2row"], len(table), "the vectors")
        self._take(parts["cfg"], table, keys, "the vectors")
        return self

    def _by(self) -> str:
        """The attribute that tokens are looked up by, by name."""
        return attrs.NAMES[attrs.intify(self.attr)]

    def _settings(self) -> dict[str, Any]:
        settings: dict[str, Any] = {"mode": self.mode, "attr": self._by()}
        if self.name is not None:
            settings["name"] = self.name
        return settings | ({} if self.subwords is None else self.subwords.as_dict())

    def _digests_before(self) -> dict[str, Any]:
        """What is written of `former`: nothing if there is none other than the present digest."""
        others = [each for each in self._former if each != self.digest] if self._former else []
        return {"former": others} if others else {}

    def _header(self) -> dict[str, Any]:
        sizes = {"rows": len(self._table), "width": self.width, "keys": len(self._keys)}
        return {**self._settings(), **sizes}

    def _take(self, header: dict[str, Any], table: NDArray[Any], keys: Keys, where: str) -> None:
        mode = header.get("mode", DEFAULT)
        if mode not in (DEFAULT, FLORET):
            raise DataError(
                f"vectors of the mode {mode!r} can't be read, only {DEFAULT!r} and {FLORET!r}", path=where
            )
        subwords = None
        if mode == FLORET:
            names = Subwords().as_dict()
            subwords = Subwords(**{name: header[name] for name in names if name in header})
        attr = header.get("attr", self.attr)
        if not isinstance(attr, str | int):
            raise DataError(f"the attribute of vectors is a name, not {attr!r}", path=where)
        self.subwords = subwords
        self.attr = attr
        self.name = header.get("name", self.name)
        self._table = np.asarray(table, dtype=np.float32)
        self._keys = keys
        self._forget_counts()
        self._version = next(_VERSIONS)
        self._file = self._texts = None
        digest = header.get("digest")
        self._digest = None if digest is None else (self._version, digest)
        self._former = _latest(header.get("former", ()))
        self.compared = set()


def shown(name: str | None, digest: str, width: int, mode: str) -> str:
    """What stands for vectors in messages."""
    called = "without a name" if name is None else f"'{name}'"
    return f"{called} ({mode}, {width} wide, digest {digest[:8]})"


def _latest(digests: Iterable[str]) -> tuple[str, ...]:
    """The latest of many digests, each once."""
    return tuple(dict.fromkeys(reversed(list(digests))))[:_FORMER][::-1]


def _as_table(data: NDArray[Any]) -> NDArray[np.float32]:
    table: NDArray[np.float32] = np.asarray(data, dtype=np.float32)
    if table.ndim != 2:
        raise DataError(
            f"a table of vectors has two dimensions, (rows, width), this one the shape {table.shape}"
        )
    return table


def _mapped_table(path: Path) -> NDArray[Any]:
    table = map_arrays(path)[0][0]
    if table.ndim != 2:
        raise DataError("the table of vectors isn't two-dimensional", path=path)
    return table
