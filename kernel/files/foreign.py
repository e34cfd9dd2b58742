"""What a directory that kernel has written holds besides: files, folders and links of others, which are to stay as they are."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from kernel.errors import UsageError
from kernel.files.lock import INSIDE
from kernel.files.trees import entries, exists, link, take_mode


def foreign(root: Path, own: Collection[str], within: str = "") -> list[str]:
    """Names of what others put below a directory, a folder before what it holds.

    own: names of what kernel wrote there. within: a folder below the directory, to look at that only.
    """
    if not root.is_dir():
        return []
    folders = {str(parent) for name in own for parent in PurePosixPath(name).parents}
    found = ((str(PurePosixPath(within, name)), is_folder) for name, is_folder in entries(root / within))
    return [name for name, is_folder in found if name not in own and not (is_folder and name in folders)]


def check_room(root: Path, fresh: Path, own: Collection[str]) -> None:
    """`UsageError` if something of others stands where a new directory has something else. own: as for `foreign`."""
    for name, is_folder in entries(fresh):
        lost = [name] if exists(root / name) and name not in own else []
        if _is_folder(root / name):
            lost = [] if is_folder else foreign(root, own, name)
        if lost:
            raise UsageError(
                f"can't replace {root}: {lost[0]} was not saved by kernel, and would be lost",
                hint="Give it another name or place, or choose another directory.",
            )


def keep(root: Path, fresh: Path, names: Sequence[str]) -> None:
    """Give what others put below a directory its place in a new one, where nothing else may be."""
    folders = [name for name in names if _is_folder(root / name)]
    for name in names:
        target = fresh / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if name in folders:
            target.mkdir(exist_ok=True)
        else:
            # Somebody may be removing it. Of a lock a copy would be none.
            with suppress(FileNotFoundError):
                link(root / name, target, move=is_lock(name))
    for name in reversed(folders):
        # Last: what a folder gets changes its time, and it may be closed to writing.
        take_mode(fresh / name, root / name)
        shutil.copystat(root / name, fresh / name)


def is_lock(name: str) -> bool:
    """Whether a file is the lock inside of a directory."""
    return PurePosixPath(name).name == INSIDE


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path) and not os.path.islink(path)
