"""Tables of a language, such as lemmas by form: the module `kernel.lookups`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self

import srsly

from kernel.errors import UsageError
from kernel.files.names import as_names
from kernel.vocab import hash_string

__all__ = ["Lookups", "Table"]
FILE = "lookups.bin"
_NONE = object()


class Table(dict[int, Any]):
    """A mapping by string: `table["form"]`. Keys are kept as numbers, so that what is asked by number is found too."""

    @classmethod
    def from_dict(cls, data: Mapping[Any, Any], name: str | None = None) -> Table:
        """A table of what a mapping holds."""
        return cls(name, data)

    def __init__(self, name: str | None = None, data: Mapping[Any, Any] | None = None) -> None:
        super().__init__()
        self.name = name
        self.update(data or {})

    def __setitem__(self, key: str | int, value: Any) -> None:
        super().__setitem__(_number(key), value)

    def set(self, key: str | int, value: Any) -> None:
        """The same as `table[key] = value`."""
        self[key] = value

    def __getitem__(self, key: str | int) -> Any:
        return super().__getitem__(_number(key))

    def __delitem__(self, key: str | int) -> None:
        super().__delitem__(_number(key))

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str | int) and super().__contains__(_number(key))

    def get(self, key: str | int, default: Any = None) -> Any:
        return super().get(_number(key), default)

    def pop(self, key: str | int, *default: Any) -> Any:
        return super().pop(_number(key), *default)

    def setdefault(self, key: str | int, default: Any = None) -> Any:
        return super().setdefault(_number(key), default)

    def update(self, *data: Any, **more: Any) -> None:
        for key, value in dict(*data, **more).items():
            self[key] = value

    def copy(self) -> Table:
        return Table(self.name, self)

    def __or__(self, other: Mapping[Any, Any]) -> Table:  # type: ignore[override]
        found = self.copy()
        found.update(other)
        return found

    def __ior__(self, other: Any) -> Self:  # type: ignore[misc, override]
        self.update(other)
        return self

    def to_bytes(self) -> bytes:
        data: bytes = srsly.msgpack_dumps({"name": self.name, "dict": dict(self)})
        return data

    def from_bytes(self, bytes_data: bytes) -> Table:
        """Take what `to_bytes` made."""
        read = srsly.msgpack_loads(bytes_data)
        self.name = read.get("name", self.name)
        self.clear()
        self.update(read.get("dict", {}))
        return self


class Lookups(dict[str, Table]):
    """Tables by name. As `nlp.vocab.lookups` they are saved with a pipeline, which reads them as plain mappings: see `__init__`."""

    def __init__(self, tables: Mapping[str, Mapping[Any, Any]] | None = None) -> None:
        """tables: some to begin with, such as `nlp.vocab.lookups`, which is a plain mapping."""
        super().__init__()
        for name, data in (tables or {}).items():
            self.add_table(name, data)

    @property
    def tables(self) -> list[str]:
        """The names of the tables."""
        return list(self)

    def add_table(self, name: str, data: Mapping[Any, Any] | None = None) -> Table:
        """Add a table. `UsageError` if there is one of that name."""
        if name in self:
            raise UsageError(f"there is a table {name!r} already", hint="Take another name, or set_table.")
        return self.set_table(name, Table(name, data))

    def set_table(self, name: str, table: Table) -> Table:
        """Put a table in its place, whether there is one or not."""
        self[name] = table
        return table

    def get_table(self, name: str, default: Any = _NONE) -> Any:
        """A table; the default if there is none of that name. Without one, a KeyError that says which there are."""
        if name in self:
            return self[name]
        if default is not _NONE:
            return default
        raise KeyError(f"there is no table {name!r}; there are: {', '.join(self) or 'none'}")

    def remove_table(self, name: str) -> Table:
        """Take a table out and return it."""
        table: Table = self.get_table(name)
        del self[name]
        return table

    def has_table(self, name: str) -> bool:
        """Whether there is a table of that name."""
        return name in self

    def to_bytes(self, *, exclude: str | Iterable[str] = ()) -> bytes:
        """All tables but those to exclude."""
        left_out = set(as_names(exclude))
        kept = {name: dict(table) for name, table in self.items() if name not in left_out}
        data: bytes = srsly.msgpack_dumps(kept)
        return data

    def from_bytes(self, bytes_data: bytes) -> Lookups:
        """Take what `to_bytes` made."""
        self.clear()
        for name, data in srsly.msgpack_loads(bytes_data).items():
            self.add_table(name, data)
        return self

    def to_disk(self, path: str | Path, filename: str = FILE) -> None:
        """Write the tables into a directory; nothing if there are none."""
        if self:
            folder = Path(path)
            folder.mkdir(parents=True, exist_ok=True)
            (folder / filename).write_bytes(self.to_bytes())

    def from_disk(self, path: str | Path, filename: str = FILE) -> Lookups:
        """Read the tables of a directory, if it has any."""
        file = Path(path) / filename
        return self.from_bytes(file.read_bytes()) if file.is_file() else self


def _number(key: str | int) -> int:
    return hash_string(key) if isinstance(key, str) else int(key)
