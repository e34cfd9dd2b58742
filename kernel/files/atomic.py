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
import stat
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path, PurePosixPath, PureWindowsPath
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, TypeVar

from kernel.errors import DataError, KernelError, Locked, UsageError, warn
from kernel.files.foreign import check_room, foreign, is_lock, keep, keep_up
from kernel.files.in_place import exchange, has_to_stay, is_half
from kernel.files.lock import INSIDE, Lock, kept_inside, lock_file, refuse_if_locked
from kernel.files.trees import flush, flush_tree, remove, take_mode

MANIFEST = "manifest.json"
# The largest manifest, config or meta table that is read, in bytes.
LARGEST_TABLE = 1 << 27
_ATTEMPTS = 100
# Names of what a process has open. There are files in /dev too: those in /dev/shm.
_OPEN_FILE = re.compile(r"/dev/(std(in|out|err)|fd/\d+)|/proc/[^/]+/(task/\d+/)?fd/\d+")
_MOST_FOLDERS = 10_000
# A lock beside what it is of.
_LOCK = re.compile(r"\.(.+)\.lock")

T = TypeVar("T")


@contextmanager
def atomic_directory(path: str | Path) -> Iterator[Path]:
    """Yield an empty directory that becomes `path` when the block ends without an error.

    A manifest with the size and SHA-256 of every file is added. If `path` exists it must be empty or carry a manifest;
    what its manifest does not list belongs to somebody else and is kept as it is, also what comes during the block. An
    error in the block leaves `path` as it was. `UsageError` when `path` holds something that was not written by this
    function, or something of others where a new file belongs; `Locked` when somebody else writes it, or is in a run whose
    output it is or lies in.

    The current directory, one that it lies in, and one where or below which a disk is mounted stay themselves: see `kernel.files.in_place`.
    """
    final = _resolved(path)
    refuse_if_locked(final.parent)
    with _writing(final) as (fresh, old):
        _complete(final)
        _check_own(final)
        _foreign(final)
        with kept_inside(final) if final.exists() else nullcontext():
            fresh.mkdir()
            yield fresh
            write_manifest(fresh)
            for name in ["", *_file_names(fresh)]:
                take_mode(fresh / name, final / name)
            flush_tree(fresh)
            check_room(final, fresh, _own(final))
            if has_to_stay(final):
                fresh.rename(_successor(final))
                exchange(final, _successor(final), MANIFEST)
                return
            # As they are now: the block may have taken hours.
            own, others = _own(final), _foreign(final)
            kept = keep(final, fresh, others)
            if not all(map(is_lock, others)):
                flush_tree(fresh, files=False)
            with _replaced(final, fresh, old) as new:
                # And what others did meanwhile.
                if keep_up(old, new, own, kept, shown=final):
                    flush_tree(new, files=False)


def _complete(final: Path) -> None:
    """End what a writer that was killed began, and remove what it left."""
    new = _successor(final)
    if is_half(final, new):
        exchange(final, new, MANIFEST)
    elif new.is_dir() and not final.exists():
        new.rename(final)
    remove(new)


@contextmanager
def atomic_file(path: str | Path) -> Iterator[Path]:
    """Yield a path to write a file to; it becomes `path` when the block ends without an error, with the mode of the old one.

    A device, a pipe or a socket is no file to replace: its own path is yielded. `Locked` when somebody else writes it.
    """
    if is_special(path):
        yield Path(path)
        return
    final = _resolved(path)
    with _writing(final) as (fresh, _):
        yield fresh
        take_mode(fresh, final)
        flush(fresh)
        fresh.replace(final)
        flush(final.parent)


def _resolved(path: str | Path) -> Path:
    """Where a path leads to. `UsageError` if that is nowhere."""
    try:
        final = Path(path).resolve()
    except (OSError, RuntimeError):
        final = Path(path)
    if final.is_symlink():
        raise UsageError(f"can't write to {path}: it is a link that leads to itself")
    return final


def is_special(path: str | Path) -> bool:
    """Whether a path is that of something that is written to, and can't be replaced: a device, a pipe, an open file."""
    # What an open file is called here says nothing about whose it is: standard output may be appended to.
    if _OPEN_FILE.fullmatch(os.path.abspath(path)):
        return Path(path).exists()
    try:
        mode = Path(path).stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


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
                remove(name)


def move(path: str | Path, target: str | Path) -> None:
    """Give a directory or file another place, which must be free, or what a crash kept from taking its own.

    `Locked` when somebody writes it, or is in a run whose output it is. `OSError` when it can't be moved.
    """
    final = _resolved(path)
    refuse_if_locked(final)
    with _writing(final):
        if final.exists():
            final.rename(target)
            remove(_successor(final))
        else:
            _successor(final).rename(target)
        flush(final.parent)


@contextmanager
def _replaced(final: Path, fresh: Path, old: Path) -> Iterator[Path]:
    """Give a new directory its name, after the block, which may look at the old one aside; yields where the new one is."""
    new = _successor(final)
    fresh.rename(new)
    try:
        if final.exists():
            final.rename(old)
        yield new
        new.rename(final)
    except BaseException:
        if old.exists() and not final.exists():
            old.rename(final)
        remove(new)
        raise
    flush(final.parent)


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
                _read_once(asked, lambda source: shutil.copytree(source, copy, ignore=_no_data))  # noqa: B023 (called at once)
            except _Replaced:
                continue
            return read(copy)
    raise KernelError(
        f"can't read {asked}: another process keeps replacing it", hint="Stop what is saving there."
    )


def _no_data(folder: str, names: list[str]) -> list[str]:
    """What in a folder is not to be read: locks, which come and go, links to nothing, and what is neither file nor folder."""
    places = {name: Path(folder, name) for name in names}
    return [name for name, at in places.items() if is_lock(name) or not (at.is_file() or at.is_dir())]


def whole(path: str | Path) -> Path:
    """Where a directory is to be read: `path`, or what a crash kept from taking that name. `path` if there is neither."""
    asked = Path(path)
    for _ in range(_ATTEMPTS):
        new = _successor(Path(os.path.realpath(asked)))
        if asked.exists() and not is_half(asked, new):
            return asked
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
    identity: tuple[int, ...] | None


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
        yield _Place(place.folder, _identity(os.fstat(handle)) + _age(place.folder))
    finally:
        os.close(handle)


def _place(path: Path) -> _Place:
    folder = whole(path)
    try:
        return _Place(folder, _identity(folder.stat()) + _age(folder))
    except OSError:
        return _Place(folder, None)


def _identity(facts: os.stat_result) -> tuple[int, int]:
    return facts.st_dev, facts.st_ino


def _age(folder: Path) -> tuple[int, ...]:
    """What changes when the content of a directory is replaced."""
    try:
        facts = (folder / MANIFEST).stat()
    except OSError:
        return ()
    return *_identity(facts), facts.st_mtime_ns


def write_manifest(path: str | Path) -> dict[str, Any]:
    """Write `manifest.json` for all files below `path` (byte-stable: sorted, no times) and return its content.

    files: name -> size and SHA-256. empty: names of directories that hold nothing, if there are any; archives lose them.
    """
    root = Path(path)
    files = {
        name: {"sha256": _digest(root / name), "size": (root / name).stat().st_size}
        for name in _file_names(root)
        if name != MANIFEST
    }
    manifest: dict[str, Any] = {"files": files}
    empty = sorted(
        folder.relative_to(root).as_posix()
        for folder in root.rglob("*")
        if folder.is_dir() and not any(folder.iterdir())
    )
    if empty:
        manifest["empty"] = empty
    (root / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", encoding="utf8")
    return manifest


def read_manifest(path: str | Path) -> dict[str, Any] | None:
    """The manifest of a directory, None if it has none. `DataError` when it can't be read, or names files elsewhere."""
    file = Path(path) / MANIFEST
    if not file.is_file():
        return None
    try:
        if file.stat().st_size > LARGEST_TABLE:
            raise ValueError("it is too large")
        manifest = json.loads(file.read_text(encoding="utf8"))
        for name, facts in manifest["files"].items():
            _check_listed(name, facts["size"], facts["sha256"])
        for name in manifest.get("empty", ()):
            _check_listed(name, 0, "")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DataError(f"the manifest is damaged: {error}", path=str(file)) from error
    return dict(manifest)


def _check_listed(name: Any, size: Any, digest: Any) -> None:
    """ValueError for what no manifest of ours says of a file, such as a place outside of its directory."""
    outside = any(kind(name).anchor or ".." in kind(name).parts for kind in (PurePosixPath, PureWindowsPath))
    if outside or not PurePosixPath(name).parts or "\0" in name:
        raise ValueError(f"{name!r} is no file of this directory")
    if type(size) is not int or size < 0 or not isinstance(digest, str):
        raise ValueError(f"of {name!r} it says neither a size nor a checksum")


def check_kinds(path: str | Path, *, inside: bool = False) -> None:
    """Whether everything in a directory can be read to its end. `DataError` for a device, a pipe or a socket; nothing is opened.

    inside: also for a link that leads out of the directory.
    """
    root = Path(path).resolve()
    seen: set[tuple[int, int]] = set()
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        try:
            entries = sorted(folder.iterdir())
        except OSError:
            # It may be one that can be entered, but not listed.
            continue
        for entry in entries:
            try:
                facts = entry.stat()
            except OSError:
                # A link to nothing; who needs the file says that it is missing.
                continue
            if inside and entry.is_symlink() and not entry.resolve().is_relative_to(root):
                raise DataError(f"a link that leads out of {path}", path=str(entry))
            if stat.S_ISDIR(facts.st_mode):
                if _identity(facts) not in seen:
                    seen.add(_identity(facts))
                    waiting.append(entry)
            elif not stat.S_ISREG(facts.st_mode):
                raise DataError(
                    "neither a file nor a directory, but a device, a FIFO or a socket", path=str(entry)
                )
            if len(seen) > _MOST_FOLDERS:
                raise DataError(
                    f"it has more than {_MOST_FOLDERS:,} folders, with those that links lead to",
                    path=str(path),
                )


def check_manifest(path: str | Path, *, editable: Collection[str] = (), unread: Collection[str] = ()) -> None:
    """Compare the files of a directory with its manifest; `DataError` names every damaged or missing file.

    Files that the manifest does not list are ignored, and so is a directory without a manifest. editable: files that
    people change by hand; a warning says that they have. unread: files of which the size alone is compared.
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
        elif name in editable and file.stat().st_size:
            if _digest(file) != facts["sha256"]:
                warn(
                    f"{file} was changed after it was saved; it counts as it is now. Saving again ends this warning"
                )
        elif file.stat().st_size != facts["size"]:
            problems.append(f"{name} has {file.stat().st_size} bytes instead of {facts['size']}")
        elif name not in unread and _digest(file) != facts["sha256"]:
            problems.append(f"{name} was changed after it was saved (its checksum differs)")
    if problems:
        raise DataError(
            "damaged directory: " + "; ".join(problems),
            path=str(root),
            hint=f"Restore the files from a copy, or remove {MANIFEST} if the change was intended.",
        )


def _check_own(final: Path) -> None:
    """`UsageError` if a directory holds files, and was not written by `atomic_directory`."""
    if not final.exists():
        return
    if not final.is_dir():
        raise UsageError(f"can't write a directory to {final}: a file has that name")
    if read_manifest(final) is None and any(name != INSIDE for name in _file_names(final, links=True)):
        raise UsageError(
            f"can't replace {final}: it holds files, but no {MANIFEST}, so it was not saved by kernel",
            hint="Choose a new or an empty directory.",
        )


def _own(final: Path) -> set[str]:
    """What a directory holds that was written by `atomic_directory`."""
    manifest = read_manifest(final) or {"files": {}}
    return {*manifest["files"], *manifest.get("empty", ()), MANIFEST}


def _foreign(final: Path) -> list[str]:
    """What a directory holds of others, locks among it. `Locked` if a run writes there."""
    if has_to_stay(final):
        # Nobody is put out of one that stays, and it need not be looked through.
        refuse_if_locked(final)
        return []
    names = foreign(final, _own(final))
    for name in names:
        if is_lock(name):
            refuse_if_locked((final / name).parent)
    return names


def _file_names(root: Path, *, links: bool = False) -> list[str]:
    """links: also of links that lead to no file."""
    found = (file for file in root.rglob("*") if file.is_file() or (links and file.is_symlink()))
    return sorted(file.relative_to(root).as_posix() for file in found)


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
                remove(name)


def tidy(folder: Path) -> None:
    """Remove what writers of files and directories in a folder left that were killed, also where nobody writes those again.

    A new directory that had not yet got its name gets it. What is being written, or can't be written to, is left alone.
    """
    for path in list(folder.iterdir()):
        if (found := _LOCK.fullmatch(path.name)) is None:
            continue
        final = folder / found[1]
        with suppress(Locked, OSError), _writing(final):
            if _successor(final).is_dir():
                _complete(final)


def _digest(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
