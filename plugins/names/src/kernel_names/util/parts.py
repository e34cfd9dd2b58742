"""Saving and reading what consists of parts: each is written and read by a function of its own, some can be excluded."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import srsly

from kernel.files.names import as_names


def to_dict(getters: Mapping[str, Callable[[], Any]], exclude: str | Iterable[str]) -> dict[str, Any]:
    """What the functions give, by name, but for the names to exclude; one excludes its parts too: `vocab.strings`."""
    left_out = set(as_names(exclude))
    return {name: get() for name, get in getters.items() if name.split(".")[0] not in left_out}


def from_dict(
    msg: Mapping[str, Any], setters: Mapping[str, Callable[[Any], Any]], exclude: str | Iterable[str]
) -> Mapping[str, Any]:
    """Hand what is there under each name to its function."""
    left_out = set(as_names(exclude))
    for name, put in setters.items():
        if name.split(".")[0] not in left_out and name in msg:
            put(msg[name])
    return msg


def to_bytes(getters: Mapping[str, Callable[[], bytes]], exclude: str | Iterable[str]) -> bytes:
    """`to_dict` in one piece."""
    data: bytes = srsly.msgpack_dumps(to_dict(getters, exclude))
    return data


def from_bytes(
    bytes_data: bytes, setters: Mapping[str, Callable[[bytes], Any]], exclude: str | Iterable[str]
) -> Mapping[str, Any]:
    """Take what `to_bytes` made."""
    return from_dict(srsly.msgpack_loads(bytes_data), setters, exclude)


def to_disk(
    path: str | Path, writers: Mapping[str, Callable[[Path], Any]], exclude: str | Iterable[str]
) -> Path:
    """Call every function with its path in a folder, which is made if it isn't there."""
    folder, left_out = Path(path), set(as_names(exclude))
    folder.mkdir(parents=True, exist_ok=True)
    for name, write in writers.items():
        if name.split(".")[0] not in left_out:
            write(folder / name)
    return folder


def from_disk(
    path: str | Path, readers: Mapping[str, Callable[[Path], Any]], exclude: str | Iterable[str]
) -> Path:
    """Call every function with its path in a folder."""
    folder, left_out = Path(path), set(as_names(exclude))
    for name, read in readers.items():
        if name.split(".")[0] not in left_out:
            read(folder / name)
    return folder
