"""Tables of a language by name, such as `lemma_lookup`, and where they come from."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import srsly

from kernel.errors import DataError, WrongType
from kernel.files.compressed import open_bytes, suffix_of
from kernel.files.messages import message_from_bytes
from kernel.vocab import hash_string

JSON, MESSAGES = ".json", (".bin", ".msg", ".msgpack")
_EXAMPLE = 'Write for example {"lemma_lookup": {"mice": "mouse"}}.'


class Table(dict[Any, Any]):
    """A mapping by string whose keys may be the numbers of strings, as saved tables have them."""

    def get(self, key: Any, default: Any = None) -> Any:
        found = super().get(key)
        return super().get(hash_string(key), default) if found is None and isinstance(key, str) else found


class Tables(dict[str, Table]):
    """Tables by name: name -> mapping."""

    @classmethod
    def of(cls, data: Any) -> "Tables":
        """Tables of a mapping, of `kernel.lookups.Lookups`, or of the file or folder at a path. `WrongType` for anything else."""
        if isinstance(data, str | Path):
            return read_tables(Path(data))
        if not isinstance(data, Mapping) and hasattr(data, "get_table") and hasattr(data, "tables"):
            data = {name: data.get_table(name) for name in data.tables}
        if not isinstance(data, Mapping):
            raise WrongType(
                f"lookups are tables by name, or the path of a file with them, not {type(data).__name__}",
                hint=_EXAMPLE,
            )
        for name, table in data.items():
            if not isinstance(table, Mapping):
                raise WrongType(
                    f"lookups are tables by name, and {name} is no table, but {type(table).__name__}",
                    hint=_EXAMPLE,
                )
        return cls((str(name), Table(table)) for name, table in data.items())

    @property
    def tables(self) -> list[str]:
        """The names of the tables."""
        return list(self)

    def has_table(self, name: str) -> bool:
        """Whether there is a table of that name."""
        return name in self

    def get_table(self, name: str, default: Any = None) -> Any:
        """A table, the default if there is none of that name."""
        return self.get(name, default)

    def to_bytes(self) -> bytes:
        """All tables."""
        data: bytes = srsly.msgpack_dumps({name: dict(table) for name, table in self.items()})
        return data

    @classmethod
    def from_bytes(cls, data: bytes) -> "Tables":
        """What `to_bytes` made. `DataError` for anything else."""
        try:
            return cls.of(message_from_bytes(data, shared=True))
        except (ValueError, WrongType) as error:
            raise DataError(f"these are no tables: {error}") from error


def read_tables(path: Path) -> Tables:
    """Tables of a file, or of all files of a folder; they may be compressed (`.gz`).

    A JSON file called `lemma_exc.json` or `en_lemma_exc.json` is the table `lemma_exc`; one whose name says nothing of lemmas holds
    tables by name. MessagePack (`.bin`, `.msg`, `.msgpack`) always holds tables by name. `DataError` for what is neither.
    """
    if not path.exists():
        raise DataError("there are no tables: no such file or folder", path=path)
    if path.is_file():
        return Tables.of(dict(_tables_of(path)))
    files = [file for file in sorted(path.iterdir()) if suffix_of(file) in (JSON, *MESSAGES)]
    if not files:
        raise DataError(
            f"the folder has no tables: no file that ends in {', '.join((JSON, *MESSAGES))}", path=path
        )
    return Tables.of(dict(pair for file in files for pair in _tables_of(file)))


def _tables_of(file: Path) -> Iterator[tuple[str, Mapping[Any, Any]]]:
    with open_bytes(file) as stream:
        content = stream.read()
    try:
        data = json.loads(content.decode("utf8")) if suffix_of(file) == JSON else message_from_bytes(content)
    except ValueError as error:
        raise DataError(
            f"the file is no {'JSON' if suffix_of(file) == JSON else 'MessagePack'}: {error}", path=file
        ) from error
    name = file.name.partition(".")[0]
    place = name.find("lemma_")
    tables = {name[place:]: data} if suffix_of(file) == JSON and place >= 0 else data
    if not isinstance(tables, Mapping) or not all(isinstance(table, Mapping) for table in tables.values()):
        raise DataError(
            "the file does not hold tables", path=file, hint='A table is a JSON object: {"mice": "mouse"}.'
        )
    yield from tables.items()
