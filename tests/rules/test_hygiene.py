"""What must never be in the repository."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from .conftest import ROOT, imported_modules

CONSTRAINTS = ("constraints.txt", "constraints-torch.txt")
LOCKS = {"uv.lock", "poetry.lock", "pylock.toml", "Pipfile.lock", "pdm.lock"}
ABSOLUTE = re.compile(r"(?<![\w.:/])/(?:home|root|work|Users|opt|mnt)/\w+")


def test_no_lock_files_and_no_index_addresses(tracked: list[Path]) -> None:
    assert not [p for p in tracked if p.name in LOCKS]
    for path in tracked:
        if path.name in (*CONSTRAINTS, "Makefile", "run") or path.suffix in (".toml", ".cfg"):
            text = path.read_text(encoding="utf-8")
            assert "index-url" not in text.replace("extra-index-url", "index-url"), path
            if path.name in CONSTRAINTS:
                assert "://" not in text and " @ " not in text


def test_no_absolute_paths_of_a_machine(tracked: list[Path]) -> None:
    for path in tracked:
        if path.suffix in (".py", ".md", ".toml", ".cfg", ".txt", ".sh") and path.name != Path(__file__).name:
            found = ABSOLUTE.search(path.read_text(encoding="utf-8"))
            assert not found, f"{path.relative_to(ROOT)}: {found.group() if found else ''}"


# Bytes that one process hands to another of the same run through a pipe, and that nobody stores.
BETWEEN_PROCESSES = {f"kernel/language/{name}.py" for name in ("processes", "worker", "parcels", "replica")}


def test_no_pickle_files_are_read_or_written() -> None:
    for path in [*(ROOT / "kernel").rglob("*.py"), *ROOT.glob("plugins*/**/src/**/*.py")]:
        imports = imported_modules(path)
        if path.relative_to(ROOT).as_posix() in BETWEEN_PROCESSES:
            continue
        assert not imports & {"pickle", "cloudpickle", "dill", "shelve", "marshal"}, path.relative_to(ROOT)


def test_public_functions_of_the_kernel_have_docstrings() -> None:
    missing = []
    for path in (ROOT / "kernel").rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if public and not ast.get_docstring(node):
                missing.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert not missing, "\n".join(missing)


def test_every_kernel_module_says_what_it_is_for() -> None:
    for path in [*(ROOT / "kernel").rglob("*.py"), *ROOT.glob("plugins*/**/src/**/*.py")]:
        source = path.read_text(encoding="utf-8")
        if source.strip() and path.name not in ("__main__.py",):
            assert ast.get_docstring(ast.parse(source)), path.relative_to(ROOT)
