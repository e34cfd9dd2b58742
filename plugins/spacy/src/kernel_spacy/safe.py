"""Files of somebody else's directory, read so that none of them can do harm: nothing outside of it, nothing unpickled."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from kernel.errors import DataError
from kernel.files.messages import message_from_bytes
from kernel.saving.directories import reading

T = TypeVar("T")


class Folder:
    """The files below a directory, by names such as `ner/model`. Nothing that lies elsewhere is read, nor what is no file."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._real = root.resolve()

    def path(self, name: str) -> Path:
        """Where a file or folder is. `DataError` if that is outside of the directory."""
        place = self.root / name
        try:
            is_inside = place.resolve().is_relative_to(self._real)
        except (OSError, RuntimeError) as error:
            raise DataError("a link that leads to itself", path=place) from error
        if not is_inside:
            raise DataError("a link that leads out of the pipeline, which is not followed", path=place)
        return place

    def has(self, name: str) -> bool:
        """Whether there is a file or a folder of this name; a link that leads elsewhere is there too, until it is read."""
        return os.path.lexists(self.root / name)

    def read(self, name: str) -> bytes:
        """The content of a file. `DataError` if there is none, or it is something else than a file."""
        place = self.path(name)
        try:
            # A FIFO would be waited for, were it opened.
            if not stat.S_ISREG(place.stat().st_mode):
                raise DataError("neither a file nor a link to one", path=place)
            return place.read_bytes()
        except OSError as error:
            raise DataError(f"can't be read: {error.strerror or error}", path=place) from error

    def parsed(self, name: str, parse: Callable[[bytes], T]) -> T:
        """What `parse` makes of a file; the error names the file, whatever goes wrong."""
        data = self.read(name)
        with reading(self.path(name)):
            return parse(data)

    def json(self, name: str) -> Any:
        """The value of a file of JSON."""
        return self.parsed(name, json.loads)

    def message(self, name: str) -> Any:
        """The value of a file of MessagePack; arrays become lists."""
        return self.parsed(name, message_from_bytes)
