"""Keeping other libraries from importing packages that no config names.

Some libraries of ours look for entry points themselves, and import what they find whether it is asked for or not: pydantic with
its first model, torch when it is imported, thinc with its first model, srsly whenever it reads or writes. catalogue, which others register functions with,
doesn't even get so far if any package has a file that is not UTF-8.
"""

from __future__ import annotations

import os
import sys

# As in `kernel`: this is imported with it.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from importlib.machinery import ModuleSpec
    from importlib.metadata import EntryPoint
    from types import ModuleType
    from typing import Any

# Environment variable -> the value with which a library leaves entry points alone.
SWITCHES = {"PYDANTIC_DISABLE_PLUGINS": "__all__", "TORCH_DEVICE_BACKEND_AUTOLOAD": "0"}
# Groups that are imported as a whole: as soon as anything is read or written, and with the first model.
_GROUPS = frozenset({"srsly_msgpack_encoders", "srsly_msgpack_decoders", "thinc_ops"})
_CATALOGUE = "catalogue"


def switch_off() -> None:
    """Set the switches, for a process that is ours with its children; those that somebody set already stay."""
    for name, value in SWITCHES.items():
        os.environ.setdefault(name, value)


def install() -> None:
    """Let catalogue see the entry points that can be read, without those groups; once is enough, before it is imported."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder:
    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name != _CATALOGUE:
            return None
        from importlib.machinery import PathFinder

        spec = PathFinder.find_spec(name, path)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)  # type: ignore[assignment]
        return spec


class _Loader:
    """A loader that shows a module other entry points while it is executed, and is that of Python in everything else."""

    def __init__(self, loader: Any) -> None:
        self.loader = loader

    def __getattr__(self, name: str) -> Any:
        return getattr(self.loader, name)

    def exec_module(self, module: ModuleType) -> None:
        from importlib import metadata

        everything = metadata.entry_points
        metadata.entry_points = lambda: _Asked(lambda: _readable(everything))  # type: ignore[assignment]
        try:
            self.loader.exec_module(module)
        finally:
            metadata.entry_points = everything


class _Asked:
    """Entry points of which those groups are empty. read: gives them all, and is called when others are asked for."""

    def __init__(self, read: Callable[[], Any]) -> None:
        self._read = read
        self._points: Any = None

    def _all(self) -> Any:
        # The files of every package that is installed: most programs never ask.
        if self._points is None:
            self._points = self._read()
        return self._points

    def __getattr__(self, name: str) -> Any:
        return getattr(self._all(), name)

    def select(self, **chosen: Any) -> Any:
        return () if chosen.get("group") in _GROUPS else self._all().select(**chosen)


def _readable(everything: Callable[[], Any]) -> Any:
    """All entry points; where a file can't be read, those of the other packages."""
    try:
        return everything()
    except Exception:  # noqa: BLE001 (`kernel.discovery.scan` names the file)
        from importlib.metadata import EntryPoints

        return EntryPoints(_points())


def _points() -> Iterator[EntryPoint]:
    from importlib.metadata import distributions

    known = set()
    for distribution in distributions():
        try:
            # The first package of a name on the path hides the later ones.
            name, points = distribution.name, list(distribution.entry_points)
        except Exception:  # noqa: BLE001, S112
            continue
        if name not in known:
            known.add(name)
            yield from points
