"""A pipe as if it were a file: what was read of it is kept in a temporary one."""

import io
import sys
import tempfile
import threading
import weakref
from typing import IO, Any, BinaryIO

from kernel.errors import DataError

_BLOCK = 1 << 20


class Spool:
    """What comes through a pipe, as often as it is asked for, and no faster than that.

    stream: the pipe, by default standard input. The temporary file lies where `TMPDIR` says, and is gone with the process.
    """

    def __init__(self, stream: Any = None) -> None:
        self._stream = stream
        self._file: IO[bytes] | None = None
        self._lock = threading.Lock()
        self.size = 0
        """Bytes that are kept."""
        self.is_complete = False
        """Whether the pipe has come to its end."""

    def open(self) -> BinaryIO:
        """A reader of all that came and comes through the pipe, from its beginning. Many may be read at a time."""
        return io.BufferedReader(_View(self), _BLOCK)

    def read_all(self) -> None:
        """Keep everything, to the end of the pipe."""
        while not self.is_complete:
            self.read(self.size, _BLOCK)

    def read(self, start: int, size: int) -> bytes:
        """At most so many bytes from a place on; none at the end. DataError if they can't be kept."""
        with self._lock:
            try:
                return self._read(start, size)
            except OSError as error:
                raise DataError(
                    f"standard input can't be kept in a temporary file: {error.strerror or error}",
                    hint=f"It is written to {tempfile.gettempdir()}; TMPDIR=FOLDER names another place. "
                    "Or write the text into a file, and name that.",
                ) from error

    def _read(self, start: int, size: int) -> bytes:
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="kernel-")  # noqa: SIM115 (kept as long as the spool)
            weakref.finalize(self, self._file.close)
        if start >= self.size and not self.is_complete:
            stream = sys.stdin.buffer if self._stream is None else self._stream
            block = stream.read1(size) if hasattr(stream, "read1") else stream.read(size)
            self._file.seek(0, io.SEEK_END)
            self._file.write(block)
            self._file.flush()
            self.size += len(block)
            self.is_complete = not block
            return bytes(block)
        self._file.seek(start)
        return self._file.read(min(size, self.size - start)) if start < self.size else b""


class _View(io.RawIOBase):
    """A reader of a spool, with a place of its own."""

    def __init__(self, spool: Spool) -> None:
        super().__init__()
        self._spool, self._place = spool, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, place: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_END:
            self._spool.read_all()
        self._place = (
            place + {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._spool.size}[whence]
        )
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: Any) -> int:
        data = self._spool.read(self._place, len(buffer))
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)
