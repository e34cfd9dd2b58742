"""Directories that are written whole or not at all, with checksums of their files.

A directory is written beside its final place, flushed to disk and renamed. The old one, if any, steps aside under a
fixed name for the moment between the two renames; `recover` puts it back should a crash fall exactly there.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kernel.errors import DataError, KernelError, UsageError

MANIFEST = "manifest.json"
_ATTEMPTS = 10


@contextmanager
def atomic_directory(path: str | Path) -> Iterator[Path]:
    """Yield an empty directory that becomes `path` when the block ends without an error.

    A manifest with the size and SHA-256 of every file is added. If `path` exists it must be empty or carry a manifest;
    files that its manifest does not list belong to somebody else and are kept. An error in the block leaves `path` as
    it was. `UsageError` when `path` holds something that was not written by this function.
    """
    final = Path(path).resolve()
    recover(final)
    foreign = _foreign_files(final)
    final.parent.mkdir(parents=True, exist_ok=True)
    fresh, old = _sibling(final, "partial"), _sibling(final, "old")
    _remove(fresh)
    fresh.mkdir()
    try:
        yield fresh
        write_manifest(fresh)
        for name in foreign:
            if not (fresh / name).exists():
                (fresh / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(final / name, fresh / name)
        _flush_tree(fresh)
    except BaseException:
        _remove(fresh)
        raise
    try:
        _swap(fresh, final, old)
    except BaseException:
        recover(final)
        _remove(fresh)
        raise
    _flush(final.parent)
    _remove(old)


def _swap(fresh: Path, final: Path, old: Path) -> None:
    for _ in range(_ATTEMPTS):
        _remove(old)
        if final.exists():
            final.rename(old)
        try:
            fresh.rename(final)
            return
        except OSError:
            # One who reads at this very moment takes the gap for that of a crash, and puts the old one back.
            if not final.is_dir():
                raise
    raise KernelError(f"can't replace {final}: it comes back each time", hint="Is another run writing there?")


@contextmanager
def atomic_file(path: str | Path) -> Iterator[Path]:
    """Yield a path to write a file to; it becomes `path` when the block ends without an error."""
    final = Path(path).resolve()
    final.parent.mkdir(parents=True, exist_ok=True)
    fresh = _sibling(final, "partial")
    try:
        yield fresh
        _flush(fresh)
        fresh.replace(final)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    _flush(final.parent)


def recover(path: str | Path) -> None:
    """Put the previous directory back if a crash left `path` without its successor."""
    final = Path(path).resolve()
    old = _sibling(final, "old")
    if old.is_dir() and not final.exists():
        try:
            old.rename(final)
        except OSError:
            # The successor has come in the meantime.
            if not final.exists():
                raise


def write_manifest(path: str | Path) -> dict[str, Any]:
    """Write `manifest.json` for all files below `path` (byte-stable: sorted, no times) and return its content."""
    root = Path(path)
    files = {
        name: {"sha256": _digest(root / name), "size": (root / name).stat().st_size}
        for name in _file_names(root)
        if name != MANIFEST
    }
    manifest = {"files": files}
    (root / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", encoding="utf8")
    return manifest


def read_manifest(path: str | Path) -> dict[str, Any] | None:
    """The manifest of a directory, None if it has none. `DataError` when it can't be read."""
    file = Path(path) / MANIFEST
    if not file.is_file():
        return None
    try:
        manifest = json.loads(file.read_text(encoding="utf8"))
        for facts in manifest["files"].values():
            facts["size"], facts["sha256"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"the manifest is damaged: {error}", path=str(file)) from error
    return dict(manifest)


def check_manifest(path: str | Path) -> None:
    """Compare the files of a directory with its manifest; `DataError` names every damaged or missing file.

    Files that the manifest does not list are ignored, and so is a directory without a manifest.
    """
    root = Path(path)
    manifest = read_manifest(root)
    if manifest is None:
        return
    problems = []
    for name, facts in sorted(manifest["files"].items()):
        file = root / name
        if not file.is_file():
            problems.append(f"{name} is missing")
        elif file.stat().st_size != facts["size"]:
            problems.append(f"{name} has {file.stat().st_size} bytes instead of {facts['size']}")
        elif _digest(file) != facts["sha256"]:
            problems.append(f"{name} was changed after it was saved (its checksum differs)")
    if problems:
        raise DataError(
            "damaged directory: " + "; ".join(problems),
            path=str(root),
            hint=f"Restore the files from a copy, or remove {MANIFEST} if the change was intended.",
        )


def _foreign_files(final: Path) -> list[str]:
    if not final.exists():
        return []
    if not final.is_dir():
        raise UsageError(f"can't write a directory to {final}: a file has that name")
    names = _file_names(final)
    if not names:
        return []
    manifest = read_manifest(final)
    if manifest is None:
        raise UsageError(
            f"can't replace {final}: it holds files, but no {MANIFEST}, so it was not saved by kernel",
            hint="Choose a new or an empty directory.",
        )
    return [name for name in names if name not in manifest["files"] and name != MANIFEST]


def _file_names(root: Path) -> list[str]:
    return sorted(file.relative_to(root).as_posix() for file in root.rglob("*") if file.is_file())


def _sibling(path: Path, kind: str) -> Path:
    if not path.name:
        raise KernelError(f"can't write to {path}: not a directory name")
    return path.with_name(f".{path.name}.{kind}")


def _remove(path: Path) -> None:
    if path.exists():
        shutil.rmtree(path)


def _digest(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _flush_tree(root: Path) -> None:
    for folder, _, names in os.walk(root, topdown=False):
        for name in names:
            _flush(Path(folder, name))
        _flush(Path(folder))


def _flush(path: Path) -> None:
    # Windows can't open a directory for flushing.
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
