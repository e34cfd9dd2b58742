"""Wheels and source archives written file by file: no build tool, no network, equal input gives equal bytes.

The wheel follows the binary distribution format (PEP 427), the source archive PEP 625.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

Content = Path | bytes
# The first moment that a zip archive can hold.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1 << 20
_WHEEL = "Wheel-Version: 1.0\nGenerator: kernel\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def write_wheel(
    folder: Path, name: str, version: str, files: Mapping[str, Content], metadata: str, entry_points: str
) -> Path:
    """Write `name-version-py3-none-any.whl` and return its path.

    name: with underscores. files: path in the archive -> a file or its bytes. metadata, entry_points: text of the files
    of these names in the `.dist-info` folder.
    """
    info = f"{name}-{version}.dist-info"
    extra: dict[str, Content] = {
        f"{info}/METADATA": metadata.encode(),
        f"{info}/WHEEL": _WHEEL.encode(),
        f"{info}/entry_points.txt": entry_points.encode(),
        f"{info}/top_level.txt": f"{name}\n".encode(),
    }
    target = folder / f"{name}-{version}-py3-none-any.whl"
    records = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in [*sorted(files.items()), *sorted(extra.items())]:
            records.append(_add(archive, path, content))
        records.append(f"{info}/RECORD,,\n")
        _add(archive, f"{info}/RECORD", "".join(records).encode())
    return target


def write_sdist(folder: Path, name: str, version: str, files: Mapping[str, Content], metadata: str) -> Path:
    """Write `name-version.tar.gz` and return its path. files: path below the archive's one folder -> content."""
    target = folder / f"{name}-{version}.tar.gz"
    contents: Iterable[tuple[str, Content]] = sorted({**files, "PKG-INFO": metadata.encode()}.items())
    with (
        target.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for path, content in contents:
            entry = tarfile.TarInfo(f"{name}-{version}/{path}")
            entry.size = _size(content)
            entry.mode = 0o644
            with _opened(content) as stream:
                archive.addfile(entry, stream)
    return target


def _add(archive: zipfile.ZipFile, path: str, content: Content) -> str:
    """Add a file and return its line of RECORD."""
    entry = zipfile.ZipInfo(path, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3
    entry.external_attr = 0o100644 << 16
    entry.file_size = size = _size(content)
    digest = hashlib.sha256()
    with archive.open(entry, "w", force_zip64=size > 1 << 31) as packed, _opened(content) as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            packed.write(chunk)
    code = base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()
    quoted = '"' + path.replace('"', '""') + '"' if set(path) & set(',"') else path
    return f"{quoted},sha256={code},{size}\n"


def _opened(content: Content) -> io.BufferedIOBase:
    return io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")


def _size(content: Content) -> int:
    return len(content) if isinstance(content, bytes) else content.stat().st_size
