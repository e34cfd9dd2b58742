"""Whose code an error comes from, so that a message can name it where a traceback would hide it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from kernel.discovery import scan
from kernel.errors import CallbackError, KernelError, keep
from kernel.registries.code import loaded

_OURS = "kernel-nlp"


@contextmanager
def naming(what: str) -> Iterator[None]:
    """Turn an error of somebody's function into a CallbackError that names the function. what: "nlp.before_creation"."""
    try:
        yield
    except KernelError:
        raise
    except Exception as error:
        raise keep(CallbackError(f"{what} failed: {describe_error(error)}"), error) from error


def describe_error(error: BaseException) -> str:
    """`Type: message`, and the place if it is in custom code or in a package that isn't ours."""
    text = str(error) or "no message"
    place = place_of(error)
    return f"{type(error).__name__}: {text}" + (f" ({place})" if place else "")


def place_of(error: BaseException) -> str | None:
    """`file:line` of the innermost frame in code of `--code`, or `distribution version, file:line` in a foreign package.

    None if the error has come about in the kernel, in its own packages or in what they call.
    """
    paths = [one.path for one in loaded()]
    packages = _foreign_packages()
    found, traceback = None, error.__traceback__
    while traceback is not None:
        owner = _owner(traceback.tb_frame, paths, packages)
        if owner is not None:
            found = f"{owner}{_shown(traceback.tb_frame)}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return found


def _owner(frame: FrameType, paths: list[Path], packages: dict[str, str]) -> str | None:
    file = Path(frame.f_code.co_filename)
    if any(file == path or path in file.parents for path in paths):
        return ""
    package = packages.get(str(frame.f_globals.get("__name__")).partition(".")[0])
    return f"{package}, " if package else None


def _foreign_packages() -> dict[str, str]:
    """Distribution and version by top-level module, of packages that aren't ours."""
    return {
        point.module.partition(".")[0]: f"{point.distribution} {point.version}"
        for group in scan.groups()
        for point in scan.entry_points(group)
        if group.startswith("kernel_") and not scan.normalize(point.distribution).startswith(_OURS)
    }


def _shown(frame: FrameType) -> str:
    file = Path(frame.f_code.co_filename)
    here = Path.cwd()
    return str(file.relative_to(here) if file.is_relative_to(here) else file)
