"""What a file holds, whatever it is packed in: gzip, bzip2, xz, zstandard, zip, tar, one in the other. Told by content, not by name."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from os import fstat
from pathlib import Path
from typing import Any, BinaryIO

from kernel.errors import DataError, UsageError
from kernel.files import zstandard
from kernel.visible import visible_line

_BUFFER = 1 << 20
# How much of a file tells what it is: the mark of tar is at 257.
_HEAD = 512
_DEEPEST = 4


@dataclass(frozen=True)
class Content:
    """What a file holds. stream: its bytes. path: the file, with the name of the entry of an archive. is_packed: they are not the file's own."""

    stream: io.BufferedReader
    path: str
    is_packed: bool
    _file: BinaryIO
    _size: int

    def share(self) -> float | None:
        """The share of the file that is read, 0 to 1; None if its size is not known."""
        return min(1.0, self._file.tell() / self._size) if self._size else None


@contextmanager
def opened(path: Path, *, entry: str | None = None) -> Iterator[Content]:
    """Open a file, and unpack what it is packed in while it is read.

    entry: which one to take of an archive that holds several files. `UsageError` where that has to be said, `DataError`, also
    while it is read, for a file that is damaged or cut off.
    """
    with path.open("rb") as file:
        size = fstat(file.fileno()).st_size
        taken: list[str] = []
        stream = plain = _buffered(file)
        for _ in range(_DEEPEST):
            unpack = _unpacker(stream.peek(_HEAD))
            if unpack is None:
                break
            inner = unpack(_Place(path, stream, entry, taken))
            stream = _buffered(_Guarded(inner, path))
        if entry is not None and not taken:
            raise UsageError(f"{path} is no archive, of which {entry!r} could be an entry")
        name = ":".join([str(path), *taken])
        yield Content(stream, name, stream is not plain, file, size)


@dataclass(frozen=True)
class _Place:
    """What an unpacker gets. taken: names of entries, to which it adds the one that it takes."""

    path: Path
    stream: io.BufferedReader
    entry: str | None
    taken: list[str]


def _buffered(raw: Any) -> io.BufferedReader:
    return io.BufferedReader(raw, _BUFFER)


class _Guarded(io.RawIOBase):
    """A stream whose damage is told by the name of the file."""

    def __init__(self, stream: Any, path: Path) -> None:
        super().__init__()
        self._stream = stream
        self._path = path

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with _damage(self._path):
            data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def _damage(path: Path) -> Iterator[None]:
    """Damage as a `DataError`. An error of the disk stays what it is."""
    try:
        yield
    except (
        EOFError,
        zlib.error,
        lzma.LZMAError,
        gzip.BadGzipFile,
        zipfile.BadZipFile,
        tarfile.TarError,
    ) as error:
        raise _damaged(path, error) from error
    except (DataError, UsageError):
        raise
    except OSError as error:
        # bz2 has no error of its own.
        if error.errno is not None:
            raise
        raise _damaged(path, error) from error
    except Exception as error:
        if not zstandard.is_damage(error):
            raise
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> DataError:
    return DataError(
        f"the file is cut off or damaged: {error}",
        path=path,
        hint="Compare its size with that of the original, and copy it again.",
    )


def _gzip(place: _Place) -> Any:
    return gzip.GzipFile(fileobj=place.stream)


def _bzip2(place: _Place) -> Any:
    return bz2.BZ2File(place.stream)


def _xz(place: _Place) -> Any:
    return lzma.LZMAFile(place.stream)


def _zstandard(place: _Place) -> Any:
    try:
        return zstandard.unpacked(place.stream)
    except ModuleNotFoundError as error:
        raise UsageError(
            f"{place.path} is packed with zstandard, which needs the package zstandard on this Python",
            hint="pip install zstandard, or unpack the file: zstd -d FILE",
        ) from error


def _zip(place: _Place) -> Any:
    if not place.stream.seekable():
        raise UsageError(f"{place.path} holds a zip archive inside of another archive: unpack it first")
    with _damage(place.path):
        archive = zipfile.ZipFile(place.stream)
        names = [info.filename for info in archive.infolist() if not info.is_dir()]
        name = _chosen(place, names)
        if archive.getinfo(name).flag_bits & 1:
            raise UsageError(f"{place.path}: {visible_line(name)} has a password: unpack it first")
        try:
            return archive.open(name)
        except NotImplementedError as error:
            raise UsageError(f"{place.path} can't be unpacked by Python: {error}. Unpack it first") from error


def _tar(place: _Place) -> Any:
    name = place.entry
    if name is None:
        # A look through all of it; what is in an archive stands nowhere.
        with opened_tar(place.path) as archive:
            name = _chosen(place, [member.name for member in archive if member.isfile()])
    else:
        place.taken.append(name)
    with _damage(place.path):
        # It stays open for as long as the entry is read, and the file below it is closed by its owner.
        archive = tarfile.open(fileobj=place.stream, mode="r|")  # noqa: SIM115
        for member in archive:
            if member.name == name and member.isfile():
                return archive.extractfile(member)
    raise UsageError(f"{place.path} holds no file {name!r}")


@contextmanager
def opened_tar(path: Path) -> Iterator[tarfile.TarFile]:
    """A tar archive, from its start."""
    with path.open("rb") as file:
        stream = _buffered(file)
        for _ in range(_DEEPEST):
            unpack = _unpacker(stream.peek(_HEAD))
            if unpack is _tar or unpack is None:
                break
            stream = _buffered(_Guarded(unpack(_Place(path, stream, None, [])), path))
        with _damage(path), tarfile.open(fileobj=stream, mode="r|") as archive:
            yield archive


def _chosen(place: _Place, names: Sequence[str]) -> str:
    """The entry to take: the one that was asked for, or the only one."""
    names = [
        name for name in names if not name.startswith("__MACOSX/") and not Path(name).name.startswith(".")
    ]
    shown = ", ".join(map(visible_line, names[:10])) + (
        f", and {len(names) - 10} more" if len(names) > 10 else ""
    )
    if place.entry is not None:
        if place.entry not in names:
            raise UsageError(f"{place.path} holds no file {place.entry!r}, but: {shown}")
        name = place.entry
    elif not names:
        raise DataError("the archive holds no file", path=place.path)
    elif len(names) > 1:
        raise UsageError(
            f"{place.path} holds {len(names)} files: {shown}",
            hint=f"Say which one: --entry {visible_line(names[0])}",
        )
    else:
        name = names[0]
    place.taken.append(name)
    return name


def _unpacker(head: bytes) -> Callable[[_Place], Any] | None:
    """What unpacks a file that begins so; None if it is not packed."""
    if head.startswith(b"\x1f\x8b\x08"):
        return _gzip
    if head.startswith(b"BZh") and head[4:10] == b"1AY&SY":
        return _bzip2
    if head.startswith(b"\xfd7zXZ\x00"):
        return _xz
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        return _zstandard
    if head.startswith(b"PK\x03\x04"):
        return _zip
    if head[257:262] == b"ustar":
        return _tar
    return None
