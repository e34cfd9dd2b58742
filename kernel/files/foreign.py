"""What a directory that kernel has written holds besides: files, folders and links of others, which are to stay as they are."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from kernel.errors import UsageError
from kernel.files.lock import INSIDE
from kernel.files.trees import entries, exists, has_mounts, link, remove, take_mode


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
            raise _lost(root, lost[0])


def _lost(root: Path, name: str) -> UsageError:
    return UsageError(
        f"can't replace {root}: {name} was not saved by kernel, and would be lost",
        hint="Give it another name or place, or choose another directory.",
    )


def keep(root: Path, fresh: Path, names: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Give what others put below a directory its place in a new one, where nothing else may be.

    Returns what `keep_up` needs to tell what has changed since: the state of each, from before.
    """
    kept = _states(root, names)
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
            if is_lock(name) and not exists(root / name):
                # Moved, or given back; either way there is nothing to do about it.
                kept.pop(name, None)
    for name in reversed(folders):
        # Last: what a folder gets changes its time, and it may be closed to writing. Somebody may be removing it.
        with suppress(FileNotFoundError):
            take_mode(fresh / name, root / name)
            shutil.copystat(root / name, fresh / name)
    return kept


def _states(root: Path, names: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """What tells each file, folder or link below a directory from another one of its name, and from itself once changed."""
    found = {}
    for name in names:
        # Somebody may be removing it.
        with suppress(FileNotFoundError):
            facts = (root / name).lstat()
            is_folder = stat.S_ISDIR(facts.st_mode)
            told = () if is_folder else (facts.st_dev, facts.st_ino, facts.st_mtime_ns, facts.st_size)
            found[name] = (facts.st_mode, *told)
    return found


def keep_up(
    root: Path, fresh: Path, own: Collection[str], kept: Mapping[str, tuple[int, ...]], *, shown: Path
) -> bool:
    """Do in a new directory what others have done in the old one since what was there was kept; whether that was anything.

    own: as for `foreign`. kept: what `keep` returned. shown: the directory's name. `UsageError` if
    something new of others stands where the new directory has something else, or a disk has been mounted.
    """
    if has_mounts(root):
        raise UsageError(
            f"can't replace {shown}: a disk was mounted below it meanwhile",
            hint="Save again. What is mounted stays.",
        )
    now = _states(root, foreign(root, own))
    gone = [name for name in kept if name not in now]
    for name in reversed(gone):
        with suppress(OSError):
            (fresh / name).rmdir() if _is_folder(fresh / name) else (fresh / name).unlink()
    changed = [name for name, facts in now.items() if facts != kept.get(name)]
    for name in changed:
        if _is_folder(root / name) and _is_folder(fresh / name):
            continue
        if name not in kept and exists(fresh / name):
            raise _lost(shown, name)
        remove(fresh / name)
    keep(root, fresh, changed)
    return bool(gone or changed)


def is_lock(name: str) -> bool:
    """Whether a file is the lock inside of a directory."""
    return PurePosixPath(name).name == INSIDE


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path) and not os.path.islink(path)
