"""Memory that several processes of one machine share, as an array. It has no name, so that nothing is left of it when they end."""

from __future__ import annotations

import mmap
import os
import secrets
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# Bytes at the end by which others know that it is the same memory.
_WORD = 32


class Arena:
    """So many bytes, `array`, that other processes can open by address, as long as the one that made it keeps it.

    There is no `array` any more after `close`, unless somebody has kept it.
    """

    def __init__(self, size: int, handle: int, path: Path | None = None) -> None:
        self._handle, self._path = handle, path
        self._whole = np.frombuffer(mmap.mmap(handle, size + _WORD), dtype=np.uint8)
        self.array: NDArray[np.uint8] = self._whole[:size]

    @classmethod
    def made(cls, size: int) -> Arena:
        """A new one."""
        path = None
        if hasattr(os, "memfd_create"):
            handle = os.memfd_create("kernel")
        else:
            handle, name = tempfile.mkstemp(prefix="kernel-")
            path = Path(name)
        os.ftruncate(handle, size + _WORD)
        made = cls(size, handle, path)
        made._whole[size:] = np.frombuffer(secrets.token_bytes(_WORD), dtype=np.uint8)
        return made

    @classmethod
    def opened(cls, size: int, address: str, word: str) -> Arena | None:
        """That of another process, with its `address` and `word`; None if it can't be had here, as on another machine."""
        try:
            found = os.stat(address)
            if not stat.S_ISREG(found.st_mode) or found.st_size != size + _WORD:
                return None
            there = cls(size, os.open(address, os.O_RDWR))
        except (OSError, ValueError):
            return None
        # Another machine may have something else of that name.
        if there.word != word:
            there.close()
            return None
        return there

    @property
    def address(self) -> str:
        """Where other processes of this machine find it."""
        return f"/proc/{os.getpid()}/fd/{self._handle}" if self._path is None else str(self._path)

    @property
    def word(self) -> str:
        """What stands in it, by chance, and in no other memory."""
        return self._whole[-_WORD:].tobytes().hex()

    def forget_name(self) -> None:
        """Everybody has opened it: its name, where it has one, is free."""
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink()
            self._path = None

    def close(self) -> None:
        """Let go of it. The memory is free when the last array of it is."""
        self.forget_name()
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
            del self.array, self._whole
