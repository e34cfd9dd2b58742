"""How commands write files: whole or not at all, and nothing is replaced that somebody would miss."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kernel.errors import KernelError


def write_text(path: Path, text: str) -> None:
    """Write a file, whole or not at all."""
    from kernel.files.atomic import atomic_file

    try:
        with atomic_file(path) as fresh:
            fresh.write_text(text, encoding="utf8")
    except OSError as error:
        raise unwritable(path, error) from error


def write_new(path: Path, data: bytes, *, force: bool, ours: Callable[[bytes], bool] | None = None) -> None:
    """Write a file that nobody will miss the old content of. `UsageError` if another content is there already.

    force: replace it whatever it is. ours: says of a content whether it is one that this command is there to renew.
    """
    from kernel.files.atomic import atomic_file

    try:
        if is_new(path, data, force=force, ours=ours):
            with atomic_file(path) as fresh:
                fresh.write_bytes(data)
    except OSError as error:
        raise unwritable(path, error) from error


def check_equal(path: Path, fresh: Path, *, force: bool) -> None:
    """`UsageError` if the new file would replace another content; see `write_new`."""
    from filecmp import cmp

    from kernel.files.atomic import is_special

    if force or not path.is_file() or is_special(path) or not path.stat().st_size:
        return
    if not cmp(path, fresh, shallow=False):
        raise _something_else(path)


def _something_else(path: Path) -> KernelError:
    from kernel.errors import UsageError

    return UsageError(
        f"{path} exists, and what it holds is something else",
        hint="Use --force to replace it, or choose another name.",
    )


def is_new(path: Path, data: bytes, *, force: bool, ours: Callable[[bytes], bool] | None = None) -> bool:
    """Whether a file has to be written to have this content. `UsageError` if that would replace another; see `write_new`."""
    from kernel.files.atomic import is_special

    if force or not path.is_file() or is_special(path):
        return True
    old = path.read_bytes()
    if old and old != data and not (ours is not None and ours(old)):
        raise _something_else(path)
    return old != data


def check_free(path: Path, *, force: bool) -> None:
    """`UsageError` if a file or folder is there, and is not to be replaced. A device or a pipe is only written to."""
    from kernel.errors import UsageError
    from kernel.files.atomic import is_special

    if not force and path.exists() and not is_special(path):
        raise UsageError(f"{path} exists", hint="Use --force to replace it.")


def check_vacant(folder: Path, *, force: bool) -> None:
    """`UsageError` if a directory that is to be written holds anything, also if a crash kept that from taking its name."""
    from kernel.errors import UsageError
    from kernel.files.atomic import whole

    place = whole(folder)
    if not force and (place.is_file() or (place.is_dir() and any(place.iterdir()))):
        raise UsageError(f"{folder} exists already", hint="Use --force to replace it.")


def unwritable(path: Path | str, error: OSError) -> KernelError:
    """The error for a file that can't be written: the disk is at fault, or whoever named the place."""
    from kernel.errors import KernelError, UsageError

    kind = KernelError if is_full(error) else UsageError
    is_file = isinstance(error, FileExistsError | NotADirectoryError)
    reason = "a file is where there should be a directory" if is_file else error.strerror or error
    return kind(f"can't write {path}: {reason}")


def is_full(error: OSError) -> bool:
    """Whether there is no room, or what is to hold it is broken: nobody's mistake."""
    from errno import EDQUOT, EFBIG, EIO, ENOSPC

    return error.errno in (EDQUOT, EFBIG, EIO, ENOSPC)
