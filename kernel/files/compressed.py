"""Files as bytes, also those that gzip has compressed."""

import gzip
import io
import zlib
from pathlib import Path
from typing import Any, BinaryIO

from kernel.errors import DataError

_SUFFIX = ".gz"
# Bytes that a file may always become, and how many times larger than itself a larger one. Texts become some ten times larger.
_FREE, _RATIO = 1 << 26, 200


def is_compressed(path: Path) -> bool:
    """Whether a file is called so."""
    return path.suffix.lower() == _SUFFIX


def suffix_of(path: Path) -> str:
    """The extension that tells the format, in lower case: that before `.gz`."""
    return Path(path.stem if is_compressed(path) else path.name).suffix.lower()


def open_bytes(path: Path) -> BinaryIO:
    """The content of a file; what gzip made of it is undone, which no one can seek in.

    DataError while it is read, if it is damaged or becomes so large that it can't be data.
    """
    return io.BufferedReader(_Inflated(path)) if is_compressed(path) else path.open("rb")


class _Inflated(io.RawIOBase):
    """The content of a compressed file, as far as it is asked for."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._stream = gzip.GzipFile(path)
        self._most = max(_FREE, _RATIO * path.stat().st_size)
        self._left = self._most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read(len(buffer))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise DataError(
                f"the compressed file can't be read: {error}",
                path=self._path,
                hint="Is the copy complete? A file that is not compressed must not be called .gz.",
            ) from error
        self._left -= len(data)
        if self._left < 0:
            raise DataError(
                f"the compressed file becomes more than {self._most:,} bytes: this is no text",
                path=self._path,
                hint="If it is, unpack it first.",
            )
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()
