"""Fake packages, which exist for the length of a test."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from kernel.discovery import scan
from kernel.registries.family import registry


def write_distribution(
    folder: Path,
    name: str,
    version: str = "1.0",
    *,
    requires: Sequence[str] = (),
    entry_points: Mapping[str, Mapping[str, str]] | None = None,
    modules: Mapping[str, str] | None = None,
) -> None:
    """Write the metadata and the modules of a package, as an installer would.

    requires: its `Requires-Dist`, such as "kernel-nlp<0.3" or 'torch; extra == "torch"'. entry_points: group -> name ->
    target. modules: module name -> source code.
    """
    info = folder / f"{scan.normalize(name).replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    fields = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    fields += [f"Requires-Dist: {requirement}" for requirement in requires]
    (info / "METADATA").write_text("\n".join(fields) + "\n\n")
    lines = []
    for group, points in (entry_points or {}).items():
        lines += [f"[{group}]", *(f"{key} = {target}" for key, target in points.items()), ""]
    (info / "entry_points.txt").write_text("\n".join(lines))
    for module, source in (modules or {}).items():
        file = folder.joinpath(*module.split(".")).with_suffix(".py")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source, encoding="utf-8")


@contextmanager
def installed(folder: Path) -> Iterator[None]:
    """Put a folder on the path, with its packages visible; modules and names vanish afterwards."""
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    scan.refresh()
    try:
        with registry.restored():
            yield
    finally:
        sys.path.remove(str(folder))
        scan.refresh()
        # Looked up before any is gone: the path of a folder without `__init__` is asked of the package around it.
        fresh = {name: _places(sys.modules[name]) for name in set(sys.modules) - before}
        for name, places in fresh.items():
            # What stands above lent modules has no place of its own.
            lent = name.startswith("kernel.") and not any(places)
            if lent or any(place.startswith(str(folder)) for place in places):
                del sys.modules[name]
                above, _, last = name.rpartition(".")
                vars(sys.modules.get(above, sys)).pop(last, None)


def _places(module: object) -> list[str]:
    """The file of a module, and the folders of a package."""
    return [getattr(module, "__file__", None) or "", *map(str, getattr(module, "__path__", ()))]


@contextmanager
def fake_distribution(
    name: str,
    version: str = "1.0",
    *,
    requires: Sequence[str] = (),
    entry_points: Mapping[str, Mapping[str, str]] | None = None,
    modules: Mapping[str, str] | None = None,
) -> Iterator[Path]:
    """An installed package for the length of a `with` block, which gets its folder; see `write_distribution`."""
    with TemporaryDirectory() as folder:
        # As Python will spell the files of its modules.
        place = Path(folder).resolve()
        write_distribution(
            place, name, version, requires=requires, entry_points=entry_points, modules=modules
        )
        with installed(place):
            yield place
