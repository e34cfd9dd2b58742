"""The kernel's layers: a module imports only from rows above its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import ROOT, imported_modules

ROWS = [
    ["errors", "files", "processes", "state", "visible"],
    ["discovery"],
    ["registries", "numeric", "vocab", "tokens"],
    ["config"],
    ["tokenizer", "listeners", "rehearsal", "scores", "component", "saving"],
    ["training"],
    ["language"],
    ["cli", "testing", "packaging"],
]
ROW = {name: row for row, names in enumerate(ROWS) for name in names}
MODULES = sorted((ROOT / "kernel").rglob("*.py"))
PLUGINS = sorted(
    p for p in [*ROOT.glob("plugins/*/src/*"), *ROOT.glob("plugins-transformers/src/*")] if p.is_dir()
)


def part(path: Path) -> str:
    return path.relative_to(ROOT / "kernel").parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_kernel_imports_only_from_rows_above(path: Path) -> None:
    own = part(path)
    if own in ("__init__", "__main__"):
        return
    assert own in ROW, f"kernel/{own} has no row; add it to the layers here and in docs/design.md"
    for module in imported_modules(path):
        names = module.split(".")
        if names[0] != "kernel" or len(names) < 2 or names[1] not in ROW or names[1] == own:
            continue
        assert ROW[names[1]] <= ROW[own], f"{path.relative_to(ROOT)} imports {module}, which is a row below"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_kernel_imports_no_plugin(path: Path) -> None:
    plugins = {p.name for p in PLUGINS}
    assert not {m.split(".")[0] for m in imported_modules(path)} & plugins


@pytest.mark.parametrize("package", PLUGINS, ids=lambda p: p.name)
def test_plugins_import_public_kernel_names_and_never_each_other(package: Path) -> None:
    others = {p.name for p in PLUGINS} - {package.name}
    for path in package.rglob("*.py"):
        for module in imported_modules(path):
            names = module.split(".")
            assert names[0] not in others, f"{path.relative_to(ROOT)} imports {module}"
            if names[0] == "kernel":
                private = [n for n in names if n.startswith("_") and not n.startswith("__")]
                assert not private, f"{path.relative_to(ROOT)} imports the private name {module}"


@pytest.mark.parametrize(
    "name", ["registries", "training/hooks.py", "training/events.py", "training/loop.py", "config"]
)
def test_the_microkernel_never_mentions_documents(name: str) -> None:
    place = ROOT / "kernel" / name
    for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
        text = path.read_text(encoding="utf-8")
        for word in ("Doc", "Language", "kernel.tokens", "kernel.language"):
            hits = [
                line
                for line in text.splitlines()
                if word in line.replace("Document", "").replace("document", "")
            ]
            assert not hits, f"{path.relative_to(ROOT)} mentions {word}: {hits[0].strip()}"


def loaded_after(code: str) -> set[str]:
    program = f"import sys\n{code}\nprint(' '.join(sys.modules))"
    return set(
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        ).stdout.split()
    )


HEAVY = {"numpy", "thinc", "pydantic", "confection", "catalogue", "importlib_metadata"}


@pytest.mark.parametrize("module", ["kernel", "kernel.discovery.scan", "kernel.registry", "kernel.cli"])
def test_light_modules_import_nothing_heavy(module: str) -> None:
    assert not loaded_after(f"import {module}") & HEAVY


def test_help_imports_neither_plugins_nor_anything_heavy() -> None:
    code = (
        "from kernel.cli import main\nsys.argv = ['kernel', '--help']\n"
        "import io, contextlib\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n    main()"
    )
    loaded = loaded_after(code)
    assert not loaded & (HEAVY | {"pluggy"} | {p.name for p in PLUGINS})
