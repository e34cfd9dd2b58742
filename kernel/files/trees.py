"""Files, folders and links below a directory: listed, linked, removed, flushed to disk. No link is followed."""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from kernel.errors import UsageError

# What is mounted where, as Linux tells it.
MOUNTS = Path("/proc/self/mountinfo")


def entries(root: Path) -> Iterator[tuple[str, bool]]:
    """(name, whether it is a folder) of everything below a directory, a folder before what it holds."""
    waiting = [root]
    while waiting:
        try:
            found = sorted(waiting.pop().iterdir())
        except FileNotFoundError:
            # Somebody may be removing it.
            continue
        for path in found:
            is_folder = path.is_dir() and not path.is_symlink()
            yield path.relative_to(root).as_posix(), is_folder
            if is_folder:
                waiting.append(path)


def exists(path: Path) -> bool:
    """Whether there is anything, be it a link to nothing."""
    return os.path.lexists(path)


def has_mounts(root: Path) -> bool:
    """Whether a disk, or a folder or file from elsewhere, is mounted at a directory or below it."""
    real = os.fsencode(os.path.realpath(root))
    try:
        table = MOUNTS.read_bytes()
    except OSError:
        # Not Linux.
        return os.path.ismount(root) or any(
            is_folder and os.path.ismount(root / name) for name, is_folder in entries(root)
        )
    # The fifth field, with blanks and backslashes as octal numbers.
    points = (line.split(b" ", 5)[4] for line in table.splitlines() if line.count(b" ") > 4)
    plain = (re.sub(rb"\\([0-7]{3})", lambda found: bytes([int(found[1], 8)]), point) for point in points)
    return any(point == real or point.startswith(real.rstrip(b"/") + b"/") for point in plain)


def remove(path: Path) -> None:
    """Remove a file, a link or a folder with all that it holds; nothing happens if there is none.

    `UsageError` if anything is mounted there: what is on another disk is not removed with a folder.
    """
    if path.is_dir() and not path.is_symlink():
        if has_mounts(path):
            raise UsageError(
                f"can't remove {path}: a disk is mounted there or below it",
                hint="Unmount it (`mount` lists what is mounted), and remove the directory.",
            )
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def link(source: Path, target: Path, *, move: bool = False) -> None:
    """Give what isn't a folder a second name, or a copy of it where the file system has no second names.

    move: the new name instead of a copy.
    """
    try:
        os.link(source, target, follow_symlinks=False)
    except (OSError, NotImplementedError):
        if move:
            source.replace(target)
            return
        if not (source.is_symlink() or source.is_file()):
            raise
        shutil.copy2(source, target, follow_symlinks=False)


def take_mode(fresh: Path, old: Path) -> None:
    """Give a file or folder the mode, and as far as this user may, the owner of what it is to replace."""
    try:
        facts = old.stat()
    except OSError:
        return
    if hasattr(os, "chown"):
        with suppress(OSError):
            os.chown(fresh, facts.st_uid, facts.st_gid)
    fresh.chmod(stat.S_IMODE(facts.st_mode))


def flush_tree(root: Path, *, files: bool = True) -> None:
    """Flush all files and folders below a directory, and itself. files: False flushes the folders alone."""
    for folder, _, names in os.walk(root, topdown=False):
        for name in names if files else ():
            path = Path(folder, name)
            if stat.S_ISREG(path.lstat().st_mode):
                flush(path)
        flush(Path(folder))


def flush(path: Path) -> None:
    """Flush a file or folder to disk."""
    # Windows can't open a directory for flushing.
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
