"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from kernel.config import Config
    from kernel.errors import KernelError


def _code(*names: str) -> Callable[[Any], Any]:
    return click.option(
        *names,
        "code",
        multiple=True,
        type=click.Path(path_type=Path),
        help="Python file, folder or module with registered functions, imported first. May be repeated.",
    )


code = _code("--code", "-c")
code_without_letter = _code("--code")
gpu_id = click.option(
    "--gpu-id", "-g", type=int, default=-1, show_default=True, help="Number of the GPU, -1 for the CPU."
)


def load_codes(paths: tuple[Path, ...]) -> None:
    """Import the files, folders and modules of `--code` in their order."""
    from kernel.registries.code import load_code

    for path in paths:
        load_code(path)


def load_pipeline(model: str, gpu_id: int) -> tuple[Any, Config]:
    """A saved pipeline of any class, by directory or name of an installed package, on a device; and its config."""
    from kernel.errors import UsageError
    from kernel.saving import directories
    from kernel.training.prepare import to_device

    try:
        pipeline, config = directories.load_pipeline(directories.find_pipeline(model))
    except OSError as error:
        raise UsageError(
            f"can't read the pipeline {error.filename or model}: {error.strerror or error}"
        ) from error
    to_device(pipeline, gpu_id)
    return pipeline, config


force = click.option("--force", "-F", is_flag=True, help="Replace what is there already.")


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
    from kernel.errors import UsageError
    from kernel.files.atomic import atomic_file, is_special

    try:
        if not force and path.is_file() and not is_special(path):
            old = path.read_bytes()
            if old == data:
                return
            if old and not (ours is not None and ours(old)):
                raise UsageError(
                    f"{path} exists, and what it holds is something else",
                    hint="Use --force to replace it, or choose another name.",
                )
        with atomic_file(path) as fresh:
            fresh.write_bytes(data)
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: Path | str, error: OSError) -> KernelError:
    """The error for a file that can't be written: the disk is at fault, or whoever named the place."""
    from kernel.errors import KernelError, UsageError

    kind = KernelError if is_full(error) else UsageError
    return kind(f"can't write {path}: {error.strerror or error}")


def is_full(error: OSError) -> bool:
    """Whether there is no room, or what is to hold it is broken: nobody's mistake."""
    from errno import EDQUOT, EFBIG, EIO, ENOSPC

    return error.errno in (EDQUOT, EFBIG, EIO, ENOSPC)
