"""Files as bytes, also those that gzip, bzip2, xz or Zstandard has compressed."""

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from kernel.errors import DataError
from kernel.files import zstandard

# Bytes that a file may always become, and how many times larger than itself a larger one. Texts become some ten times larger.
_FREE, _RATIO = 1 << 26, 200


def _zstandard(file: BinaryIO) -> Any:
    try:
        return zstandard.unpacked(file)
    except ModuleNotFoundError as error:
        raise DataError(
            "Zstandard is not installed, which has compressed this file",
            path=getattr(file, "name", None),
            hint="pip install zstandard, or unpack it first: unzstd FILE.zst",
        ) from error


_READERS: dict[str, Callable[[BinaryIO], Any]] = {
    ".gz": lambda file: gzip.GzipFile(fileobj=file),
    ".bz2": bz2.BZ2File,
    ".xz": lzma.LZMAFile,
    ".zst": _zstandard,
}


def is_compressed(path: Path) -> bool:
    """Whether a file is called so."""
    return path.suffix.lower() in _READERS


def suffix_of(path: Path) -> str:
    """The extension that tells the format, in lower case: that before `.gz` and the like."""
    return Path(path.stem if is_compressed(path) else path.name).suffix.lower()


def open_bytes(path: Path) -> BinaryIO:
    """The content of a file; what a compression made of it is undone, and in that no one can seek.

    DataError while it is read, if it is damaged or becomes so large that it can't be data.
    """
    return io.BufferedReader(_Inflated(path)) if is_compressed(path) else path.open("rb")


def place_on_disk(file: BinaryIO) -> int:
    """How many bytes of a file that `open_bytes` opened have been read from the disk, about."""
    raw = getattr(file, "raw", None)
    return raw.place_on_disk if isinstance(raw, _Inflated) else file.tell()


class _Inflated(io.RawIOBase):
    """The content of a compressed file, as far as it is asked for."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._file = path.open("rb")
        try:
            self._stream = _READERS[path.suffix.lower()](self._file)
        except BaseException:
            self._file.close()
            raise
        self._most = max(_FREE, _RATIO * path.stat().st_size)
        self._left = self._most

    @property
    def place_on_disk(self) -> int:
        """How many compressed bytes have been read."""
        return self._file.tell()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read(len(buffer))
        except (EOFError, ValueError, zlib.error, lzma.LZMAError) as error:
            raise self._damaged(error) from error
        except Exception as error:
            # gzip and bzip2 tell of damage with an OSError, which has a number if it is one of the disk.
            is_damage = error.errno is None if isinstance(error, OSError) else zstandard.is_damage(error)
            if not is_damage:
                raise
            raise self._damaged(error) from error
        self._left -= len(data)
        if self._left < 0:
            raise DataError(
                f"the compressed file becomes more than {self._most:,} bytes: this is no text",
                path=self._path,
                hint="If it is, unpack it first.",
            )
        buffer[: len(data)] = data
        return len(data)

    def _damaged(self, error: Exception) -> DataError:
        return DataError(
            f"the compressed file can't be read: {error}",
            path=self._path,
            hint=f"Is the copy complete? A file that is not compressed must not be called {self._path.suffix}.",
        )

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
            self._file.close()
        super().close()
