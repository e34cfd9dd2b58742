"""Memory that several processes of one machine share, as an array. It has no name, so that nothing is left of it when they end."""

from __future__ import annotations

import mmap
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np


class Arena:
    """An array that other processes can open by its `address`, as long as the one that made it keeps it.

    address: None to make a new one.
    """

    def __init__(self, shape: tuple[int, ...], dtype: Any, address: str | None = None) -> None:
        size = max(int(np.prod(shape)) * np.dtype(dtype).itemsize, 1)
        self._path: Path | None = None
        if address is not None:
            handle = os.open(address, os.O_RDWR)
            self.address = address
        elif hasattr(os, "memfd_create"):
            handle = os.memfd_create("kernel-workers")
            os.ftruncate(handle, size)
            self.address = f"/proc/{os.getpid()}/fd/{handle}"
        else:
            handle, name = tempfile.mkstemp(prefix="kernel-workers-")
            os.ftruncate(handle, size)
            self.address, self._path = name, Path(name)
        self._handle = handle
        self.array = np.frombuffer(mmap.mmap(handle, size), dtype=dtype, count=int(np.prod(shape))).reshape(
            shape
        )

    def opened(self) -> None:
        """Everybody has opened it: its name, where it has one, is free."""
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink()
            self._path = None

    def close(self) -> None:
        """Let go of it. The memory is free when the last array of it is."""
        self.opened()
        with suppress(OSError):
            os.close(self._handle)
