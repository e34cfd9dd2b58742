"""A wheel with a pipeline, unpacked for as long as it is read."""

from __future__ import annotations

import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from kernel.errors import DataError

# In a package, a pipeline lies in a folder with the version in its name.
_CONFIG = re.compile(r"([^/]+/[^/]+)/config\.cfg")
# A wheel that would become larger than this many times its size is none of a pipeline: tables of strings become 20 times smaller.
_MOST_TIMES = 100
_SMALL = 1 << 20
_BLOCK = 1 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError)


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """The folder of the pipeline that a wheel holds, which is gone after the block. `DataError` if it can't be unpacked."""
    with TemporaryDirectory(prefix="kernel-", ignore_cleanup_errors=True) as place:
        folder = Path(place, "pipeline")
        folder.mkdir()
        try:
            with zipfile.ZipFile(path) as wheel:
                _unpack(wheel, folder, path)
        except _BROKEN as error:
            raise DataError(f"no wheel, or one that is damaged or cut off: {error}", path=path) from error
        except OSError as error:
            raise DataError(f"can't be unpacked: {error.strerror or error}", path=path) from error
        yield folder


def _unpack(wheel: zipfile.ZipFile, folder: Path, path: Path) -> None:
    entries = wheel.infolist()
    places = {found[1] for entry in entries if (found := _CONFIG.fullmatch(entry.filename))}
    if len(places) != 1:
        count = f"{len(places)} pipelines" if places else "no pipeline"
        raise DataError(f"the wheel holds {count}, and one is needed", path=path)
    root = f"{places.pop()}/"
    wanted = [entry for entry in entries if entry.filename.startswith(root) and not entry.is_dir()]
    size = sum(entry.file_size for entry in wanted)
    if size > max(_SMALL, path.stat().st_size * _MOST_TIMES):
        raise DataError(
            f"it would become {size:,} bytes, which no pipeline in a wheel of this size is", path=path
        )
    if size > shutil.disk_usage(folder).free:
        raise DataError(f"it becomes {size:,} bytes, which {folder} has no room for", path=path)
    for entry in wanted:
        _extract(wheel, entry, folder / _checked(entry, root, path), path)


def _checked(entry: zipfile.ZipInfo, root: str, path: Path) -> PurePosixPath:
    """The name of an entry below its pipeline. `DataError` if it leads elsewhere, or is of no plain file."""
    name = PurePosixPath(entry.filename[len(root) :])
    if name.is_absolute() or ".." in name.parts or any(sign in str(name) for sign in "\\:\0"):
        raise DataError(f"an entry that leads out of the pipeline: {entry.filename!r}", path=path)
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise DataError(f"an entry that is no file, but a link or a device: {entry.filename!r}", path=path)
    return name


def _extract(wheel: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, path: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    left = entry.file_size
    with wheel.open(entry) as source, target.open("wb") as file:
        while block := source.read(_BLOCK):
            left -= len(block)
            if left < 0:
                raise DataError(f"{entry.filename!r} is larger than the wheel says", path=path)
            file.write(block)
