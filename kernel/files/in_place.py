"""Replacing what a directory holds, where the directory itself has to stay: somebody stands in it, or a disk is mounted there.

So it does where a disk is mounted in a folder below, which has no second name in a new directory.

The new directory, whole, lies beside it until everything has its place. Meanwhile the directory has no manifest but a
marker, with the list of the files that it is to lose. As long as that is there, who reads is sent to the new directory,
and the next writer completes the work.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path, PurePosixPath

from kernel.files.trees import entries, flush, has_mounts, link, remove

MARKER = ".manifest.old.json"


def has_to_stay(path: Path) -> bool:
    """Whether a directory can't be replaced by another one of its name."""
    if path.is_dir() and has_mounts(path):
        return True
    try:
        return path.is_dir() and Path.cwd().is_relative_to(path)
    except OSError:
        # The current directory is gone.
        return False


def is_half(path: Path, new: Path) -> bool:
    """Whether the content of a directory was not replaced to the end by that of a new one."""
    return (path / MARKER).exists() and new.is_dir()


def exchange(path: Path, new: Path, manifest: str) -> None:
    """Put what a new directory holds into one, in the place of what its manifest lists, and remove the new one.

    manifest: the name of the manifest. What is not listed stays. After a crash or an error, call it again.
    """
    if not (path / MARKER).exists():
        if (path / manifest).exists():
            (path / manifest).replace(path / MARKER)
        else:
            (path / MARKER).touch()
        flush(path)
    _drop(path, new)
    folders = [path]
    for name, is_folder in entries(new):
        if is_folder:
            (path / name).mkdir(exist_ok=True)
            folders.append(path / name)
        elif name != manifest:
            _put(new / name, path / name)
    # What else is there belongs to others: it may be closed, or going.
    for folder in reversed(folders):
        flush(folder)
    _put(new / manifest, path / manifest)
    flush(path)
    remove(path / MARKER)
    remove(new)


def _drop(path: Path, new: Path) -> None:
    """Remove the files that are listed and not in the new directory, with the folders that held nothing else."""
    content = (path / MARKER).read_text(encoding="utf8")
    old = json.loads(content) if content else {"files": {}}
    files = {name for name, is_folder in entries(new) if not is_folder}
    folders = {name for name, is_folder in entries(new) if is_folder} | {"."}
    for name in set(old["files"]) - files:
        # It may be a folder by now, that isn't ours.
        with suppress(OSError):
            (path / name).unlink()
    for name in {*old["files"], *old.get("empty", ())}:
        for folder in (PurePosixPath(name), *PurePosixPath(name).parents):
            if str(folder) not in folders:
                with suppress(OSError):
                    (path / folder).rmdir()
    for folder in {(path / name).parent for name in set(old["files"]) - files}:
        # It may be gone, or belong to others by now.
        with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            flush(folder)


def _put(source: Path, target: Path) -> None:
    remove(target)
    link(source, target)
    flush(target)
