"""Vectors of texts, on disk while a run lasts."""

from __future__ import annotations

import os
import tempfile
import weakref
from typing import Any

import numpy as np
from numpy.typing import NDArray

Half = NDArray[np.float16]


class Store:
    """Arrays (rows, width) of float16 under keys, in a temporary file that is gone with the object.

    width: of each row. limit: bytes that the file may have; what goes beyond it is not kept. A process that was forked begins with
    an empty one of its own.
    """

    def __init__(self, width: int, limit: int) -> None:
        self._width = width
        self._limit = limit
        self._begin()

    def get(self, key: bytes) -> Half | None:
        """What was added under a key, None if nothing was kept."""
        self._check_process()
        place = self._places.get(key)
        if place is None:
            return None
        start, rows = place
        self._file.seek(start)
        data = self._file.read(rows * self._width * 2)
        return np.frombuffer(data, dtype=np.float16).reshape(rows, self._width)

    def add(self, key: bytes, rows: Half) -> None:
        """Keep an array, if there is room."""
        self._check_process()
        if key in self._places or self.size + rows.nbytes > self._limit:
            return
        self._file.seek(self.size)
        self._file.write(rows.tobytes())
        self._places[key] = (self.size, len(rows))
        self.size += rows.nbytes

    def _begin(self) -> None:
        self._process = os.getpid()
        self._file: Any = tempfile.TemporaryFile()  # noqa: SIM115  # open as long as the object is there
        self._places: dict[bytes, tuple[int, int]] = {}
        self.size = 0
        weakref.finalize(self, self._file.close)

    def _check_process(self) -> None:
        # A fork shares the file and the place in it.
        if os.getpid() != self._process:
            self._begin()
