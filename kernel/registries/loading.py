"""Importing what an entry point names: the one place where the code of other packages is started."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import import_module
from typing import Any

from kernel import __version__
from kernel.discovery import metadata
from kernel.discovery.scan import EntryPoint
from kernel.errors import IncompatiblePlugin, PluginLoadError
from kernel.processes.gate import GATE
from kernel.registries import alive
from kernel.registries.alive import kept_alive
from kernel.visible import visible_line

# Seconds after which an import is announced.
SLOW = 2.0

_current: ContextVar[EntryPoint | None] = ContextVar("importing", default=None)


def current() -> EntryPoint | None:
    """The entry point that is being imported right now."""
    return _current.get()


def load_entry_point(point: EntryPoint, kind: str) -> Any:
    """Import what an entry point names.

    Raises IncompatiblePlugin, before anything is imported, if its package was made for another version of kernel, and
    PluginLoadError with the whole address if the import fails in any way.
    """
    about = {
        "kind": kind,
        "name": point.name,
        "distribution": point.distribution,
        "version": point.version,
        "target": point.target,
    }
    wanted = metadata.incompatibility(point.distribution)
    if wanted:
        raise IncompatiblePlugin(
            f"{kind}: {point.name!r} of {point.claim} needs {wanted}, but this is {metadata.KERNEL} {__version__}",
            hint=f"Install a version of {point.distribution} that was made for {metadata.KERNEL} {__version__}.",
            **about,
        )
    token = _current.set(point)
    try:
        # Inside: a module that another process gets half imported can't be imported there.
        with GATE, _announced(point), kept_alive():
            value: Any = import_module(point.module)
            for attribute in filter(None, point.attribute.split(".")):
                value = getattr(value, attribute)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise PluginLoadError(
            f"{kind}: {point.name!r} of {point.claim} can't be imported: "
            f"{alive.cause(error)}{_failed_at(error)}",
            hint=_hint(point, error),
            **about,
        ) from error
    finally:
        _current.reset(token)
    return value


@contextmanager
def _announced(point: EntryPoint) -> Iterator[None]:
    """Say what is being imported if it takes long, so that a hang has a name."""
    if point.module in sys.modules:
        yield
        return
    from threading import Timer

    text = visible_line(f"importing {point.module} from {point.distribution} {point.version}")
    timer = Timer(SLOW, lambda: print(text, file=sys.stderr, flush=True))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _hint(point: EntryPoint, error: BaseException) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name:
        if error.name.partition(".")[0] == point.module.partition(".")[0]:
            return (
                f"The package {point.distribution} declares a module that it doesn't contain; reinstall it."
            )
        found = metadata.remedy(point.distribution, error.name)
        if found:
            return found
    return f"The fault is in the package {point.distribution} or in what it needs."


def _failed_at(error: BaseException) -> str:
    """The innermost line of the failing import, unless it is the import system's or ours."""
    place, traceback = "", error.__traceback__
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        if (
            file not in (__file__, alive.__file__)
            and not file.startswith("<frozen")
            and "importlib" not in file
        ):
            place = f" ({file}:{traceback.tb_lineno})"
        traceback = traceback.tb_next
    return place
