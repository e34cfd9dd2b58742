"""What a distribution imports is what its pyproject.toml declares."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from kernel.discovery.scan import normalize

from .conftest import ROOT, imported_modules

# Modules whose distribution has another name.
DISTRIBUTIONS = {
    "importlib_metadata": "importlib-metadata",
    "pydantic_core": "pydantic-core",
    "kernel": "kernel-nlp",
    "quickjs": "quickjs-ng",
    "cupy": "cupy-cuda12x",
}
# They make a process start several times slower, and are in no environment that doesn't ask for them.
FRAMEWORKS = {
    "jax",
    "onnx",
    "onnxruntime",
    "peft",
    "safetensors",
    "sentencepiece",
    "tokenizers",
    "torch",
    "transformers",
}
# What only the tests, or only the Makefile, use.
TOOLS = {"hatchling", "mypy", "pytest-cov", "ruff"}
# The kernel's help for tests of packages: pytest is there where tests are.
FOR_TESTS = {"kernel": {"pytest"}}
# Runs for a person who has installed it.
BY_HAND = {"atheris", "selenium"}

FOLDERS = [ROOT, *sorted(p.parent for p in ROOT.glob("plugins*/**/pyproject.toml") if ".venv" not in p.parts)]


def project(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def dev(own: dict[str, Any]) -> list[str]:
    return list(own.get("optional-dependencies", {}).get("dev", []))


def extras() -> set[str]:
    """What packages take if it is there; their tests are skipped without it."""
    return {
        name
        for folder in FOLDERS[1:]
        for lines in project(folder).get("optional-dependencies", {}).values()
        for name in named(lines)
    }


def sources(folder: Path) -> Path:
    return folder / "kernel" if folder == ROOT else folder / "src"


def named(requirements: Iterable[str]) -> set[str]:
    return {normalize(re.match(r"[\w.-]+", line)[0]) for line in requirements}  # type: ignore[index]


def imported(files: Iterable[Path]) -> dict[str, set[str]]:
    """Distribution -> files that import it; Python's own modules left out."""
    found: dict[str, set[str]] = {}
    for file in files:
        for module in {name.partition(".")[0] for name in imported_modules(file)}:
            if module not in sys.stdlib_module_names:
                distribution = DISTRIBUTIONS.get(module, normalize(module))
                found.setdefault(distribution, set()).add(str(file.relative_to(ROOT)))
    return found


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_what_is_imported_is_declared_and_what_is_declared_imported(folder: Path) -> None:
    own = project(folder)
    extras = named(line for lines in own.get("optional-dependencies", {}).values() for line in lines)
    packages = [path.name for path in (sources(folder).iterdir() if folder != ROOT else [sources(folder)])]
    used = imported(sources(folder).rglob("*.py"))
    mine = {DISTRIBUTIONS.get(name, normalize(name)) for name in packages}
    foreign = {name: files for name, files in used.items() if name not in mine}
    declared = named(own["dependencies"])
    optional = extras - declared - named(dev(own))
    allowed = declared | optional | FOR_TESTS.get(sources(folder).name, set())
    assert not {name: files for name, files in foreign.items() if name not in allowed}, "not declared"
    # A package whose functions aren't there yet still depends on the kernel that it is for.
    needless = declared - set(foreign) - {"kernel-nlp"}
    assert not needless, f"{own['name']} declares what nothing imports: {sorted(needless)}"


def test_what_tests_import_is_in_the_extra_dev(tracked: list[Path]) -> None:
    own = project(ROOT)
    tests = [path for path in tracked if path.suffix == ".py" and "tests" in path.relative_to(ROOT).parts]
    used = imported([*tests, ROOT / "conftest.py"])
    first = {normalize(path.name) for folder in FOLDERS[1:] for path in sources(folder).iterdir()}
    fake = {name for name in used if name.startswith("acme-")}
    known = named(own["dependencies"]) | named(dev(own)) | first | {"kernel-nlp"} | fake | BY_HAND | extras()
    assert not {name: files for name, files in used.items() if name not in known}, "in no extra"
    needless = named(dev(own)) - set(used) - TOOLS
    assert not needless, f"the extra dev has what no test imports: {sorted(needless)}"
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(re.search(rf"\b{tool}\b", makefile) for tool in TOOLS)


def test_other_frameworks_are_imported_inside_functions(folder_files: list[Path]) -> None:
    for path in folder_files:
        early = {name.partition(".")[0] for name in imported_modules(path, top_level_only=True)} & FRAMEWORKS
        assert not early, f"{path.relative_to(ROOT)} imports {', '.join(sorted(early))} before it is used"


@pytest.fixture
def folder_files() -> list[Path]:
    return [path for folder in FOLDERS for path in sources(folder).rglob("*.py")]


def test_the_metadata_of_packages_is_read_by_one_library() -> None:
    for path in sources(ROOT).rglob("*.py"):
        if path.name == "unasked.py":
            continue  # What others are shown is what they would ask Python's own for.
        wrong = {name for name in imported_modules(path) if name.startswith("importlib.metadata")}
        assert not wrong, f"{path.relative_to(ROOT)}: importlib_metadata is the same for every Python"
