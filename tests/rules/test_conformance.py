"""Every name that our packages register goes through the conformance suite of its kind."""

from __future__ import annotations

import importlib.util
import tomllib
from pathlib import Path

import pytest

from kernel.testing import exercised

from .conftest import ROOT

# Groups of what no config names: what `kernel info` shows, whose names are a package's, what it says and makes of others.
NAMELESS = {"kernel_fallbacks", "kernel_formats", "kernel_info", "kernel_owner", "kernel_refusals"}
FOLDERS = [
    ROOT,
    *sorted(path.parent for path in ROOT.glob("plugins*/**/pyproject.toml") if ".venv" not in path.parts),
]


def registered(folder: Path) -> set[tuple[str, str]]:
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = project.get("entry-points", {})
    groups = {group: names for group, names in groups.items() if group not in NAMELESS}
    return {(group.removeprefix("kernel_"), name) for group, names in groups.items() for name in names}


def covered(folder: Path) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for path in sorted((folder / "tests").glob("test_conformance*.py")):
        spec = importlib.util.spec_from_file_location(f"conformance_of_{folder.name.replace('-', '_')}", path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found |= exercised(module)
    return found


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_every_registered_name_goes_through_its_suite(folder: Path) -> None:
    missing = registered(folder) - covered(folder)
    assert not missing, f"no suite in {folder.name}/tests/test_conformance.py has: {sorted(missing)}"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_every_name_has_a_recorded_output(folder: Path) -> None:
    """A published version never changes its behaviour: the suites compare with what was recorded."""
    import json

    file = folder / "tests" / "goldens.json"
    recorded = set(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else set()
    # Modules and sections have no versions: they may grow.
    versioned = [(kind, name) for kind, name in registered(folder) if kind not in ("modules", "sections")]
    assert recorded >= {f"{kind}: {name}" for kind, name in versioned}, (
        "record the missing outputs: KERNEL_UPDATE_GOLDENS=1 python -m pytest "
        + f"{folder.name}/tests/test_conformance.py"
    )
