"""Directories that are written whole or not at all, with checksums of their files, and read whole.

A directory is written beside its final place, flushed to disk and renamed. One writer at a time: see `kernel.files.lock`.
While the old directory steps aside and the new one takes its name, and should a crash fall exactly there, the new one is
to be found under a fixed name, `.<name>.new`. Only a writer tidies up what another left.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, TypeVar

from kernel.errors import DataError, KernelError, UsageError
from kernel.files.lock import Lock, lock_file, refuse_if_locked

MANIFEST = "manifest.json"
_ATTEMPTS = 100

T = TypeVar("T")


@contextmanager
def atomic_directory(path: str | Path) -> Iterator[Path]:
    """Yield an empty directory that becomes `path` when the block ends without an error.

    A manifest with the size and SHA-256 of every file is added. If `path` exists it must be empty or carry a manifest;
    files that its manifest does not list belong to somebody else and are kept. An error in the block leaves `path` as
    it was. `UsageError` when `path` holds something that was not written by this function; `Locked` when somebody else
    writes it, or is in a run whose output it lies in.
    """
    final = Path(path).resolve()
    refuse_if_locked(final.parent)
    with _writing(final) as (fresh, old):
        if _successor(final).is_dir() and not final.exists():
            _successor(final).rename(final)
        _remove(_successor(final))
        foreign = _foreign_files(final)
        fresh.mkdir()
        yield fresh
        write_manifest(fresh)
        for name in foreign:
            if not (fresh / name).exists():
                (fresh / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(final / name, fresh / name)
        _flush_tree(fresh)
        _replace(final, fresh, old)


@contextmanager
def atomic_file(path: str | Path) -> Iterator[Path]:
    """Yield a path to write a file to; it becomes `path` when the block ends without an error.

    `Locked` when somebody else writes it.
    """
    final = Path(path).resolve()
    with _writing(final) as (fresh, _):
        yield fresh
        _flush(fresh)
        fresh.replace(final)
        _flush(final.parent)


@contextmanager
def _writing(final: Path) -> Iterator[tuple[Path, Path]]:
    """Two names beside `final` that are free, and that nothing has at the end; nobody else writes `final` meanwhile."""
    with Lock(final) as lock:
        if lock.was_left:
            _remove_leftovers(final)
        token = secrets.token_hex(4)
        names = _sibling(final, f"{token}.partial"), _sibling(final, f"{token}.old")
        try:
            yield names
        finally:
            for name in names:
                _remove(name)


def _replace(final: Path, fresh: Path, old: Path) -> None:
    new = _successor(final)
    fresh.rename(new)
    try:
        if final.exists():
            final.rename(old)
        new.rename(final)
    except BaseException:
        if old.exists() and not final.exists():
            old.rename(final)
        _remove(new)
        raise
    _flush(final.parent)


def read_whole(path: str | Path, read: Callable[[Path], T]) -> T:
    """What `read` makes of a directory, which others may replace meanwhile: of the old or of the new one, whole.

    read: gets the directory, and is called again if that was replaced before it returned; must not leave anything behind
    that the next call doesn't undo. Nothing is locked or changed.
    """
    asked = Path(path)
    try:
        return _read_once(asked, read)
    except _Replaced:
        pass
    # Who saves again and again is outrun by copying, which takes less time than saving.
    for _ in range(_ATTEMPTS):
        with TemporaryDirectory(prefix="kernel-", ignore_cleanup_errors=True) as folder:
            copy = Path(folder, asked.resolve().name)
            try:
                _read_once(asked, lambda source: shutil.copytree(source, copy, ignore_dangling_symlinks=True))  # noqa: B023 (called at once)
            except _Replaced:
                continue
            return read(copy)
    raise KernelError(
        f"can't read {asked}: another process keeps replacing it", hint="Stop what is saving there."
    )


def whole(path: str | Path) -> Path:
    """Where a directory is to be read: `path`, or what a crash kept from taking that name. `path` if there is neither."""
    asked = Path(path)
    for _ in range(_ATTEMPTS):
        if asked.exists():
            return asked
        new = _successor(asked.resolve())
        if new.is_dir():
            return new
        # The new one may have taken its place between the two looks.
        if not asked.exists():
            return asked
    return asked


class _Replaced(Exception):
    """A directory was replaced while it was read."""


class _Place(NamedTuple):
    """Where a directory is read, and which one it is; None if it isn't there."""

    folder: Path
    identity: tuple[int, int] | None


def _read_once(path: Path, read: Callable[[Path], T]) -> T:
    with _opened(path) as before:
        try:
            result = read(before.folder)
        except Exception:
            if _place(path) != before:
                raise _Replaced from None
            raise
        if _place(path) != before:
            raise _Replaced
        return result


@contextmanager
def _opened(path: Path) -> Iterator[_Place]:
    """The place of a directory, whose number is not given to another one meanwhile."""
    place = _place(path)
    try:
        handle = os.open(place.folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    except OSError:
        # It is gone, may be entered but not listed, or this is Windows.
        yield place
        return
    try:
        yield _Place(place.folder, _identity(os.fstat(handle)))
    finally:
        os.close(handle)


def _place(path: Path) -> _Place:
    folder = whole(path)
    try:
        return _Place(folder, _identity(folder.stat()))
    except OSError:
        return _Place(folder, None)


def _identity(facts: os.stat_result) -> tuple[int, int]:
    return facts.st_dev, facts.st_ino


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
    return path.with_name(f".{path.name}.{kind}")


def _successor(path: Path) -> Path:
    """What a directory is called that is whole, but has not yet got its place."""
    return _sibling(path, "new")


def _remove_leftovers(final: Path) -> None:
    """Remove what a writer that was killed left beside `final`; called with the lock, so that nobody needs it."""
    pattern = re.compile(rf"\.{re.escape(final.name)}\.[0-9a-f]{{8}}\.(partial|old)")
    for path in list(final.parent.iterdir()):
        if pattern.fullmatch(path.name):
            # What was written there may have been written in the same way.
            _remove_leftovers(path)
            for name in (_successor(path), lock_file(path), path):
                _remove(name)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


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
