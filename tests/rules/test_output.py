"""Who prints: commands through `kernel.cli.say` only, and nobody else but the places listed here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import ROOT

SAY = ROOT / "kernel" / "cli" / "say.py"
# What prints lines of its own, and makes the text of others in them visible itself.
OTHERS = {
    "kernel/language/components.py",
    "kernel/processes/workers.py",
    "kernel/registries/loading.py",
    "plugins/callbacks/src/kernel_callbacks/console.py",
}
REFUSED = {"click": {"echo", "secho", "style", "confirm", "prompt", "echo_via_pager"}}
REFUSED["traceback"] = {"print_exc", "print_exception", "print_last", "print_tb"}
SOURCES = sorted([*(ROOT / "kernel").rglob("*.py"), *ROOT.glob("plugins*/**/src/**/*.py")])


def printing(tree: ast.AST) -> Iterator[str]:
    """The calls that print."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        text = ast.unparse(node.func)
        owner, _, name = text.rpartition(".")
        if text == "print" or name in REFUSED.get(owner, ()):
            yield f"{node.lineno}: {text}"
        if owner in ("sys.stdout", "sys.stderr") and name in ("write", "writelines"):
            yield f"{node.lineno}: {text}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_text_is_printed_in_one_place(path: Path) -> None:
    found = list(printing(ast.parse(path.read_text(encoding="utf-8"))))
    if path == SAY:
        return
    if path.relative_to(ROOT).as_posix() in OTHERS:
        assert "kernel.visible" in path.read_text(encoding="utf-8")
        return
    assert not found, f"{path.relative_to(ROOT)}:{found[0]}: kernel.cli.say prints"


def test_what_is_refused() -> None:
    code = "print(1)\nclick.echo(1)\nsys.stderr.write('x')\nerror.show(file)\nself.echo(1)"
    assert list(printing(ast.parse(code))) == ["1: print", "2: click.echo", "3: sys.stderr.write"]
