"""A name with an underscore belongs to the file that defines it: nobody imports it, nobody reaches through it.

That holds for attributes of other objects too: `x._y` needs a class in the same file that has `_y`. Extension attributes (`doc._`) and names of the language (`__name__`) are public.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import ROOT

EXCEPTIONS = {
    "kernel/numeric/adapter.py": "the adapter to private members of thinc",
    "kernel/processes/workers.py": "ends a process without what stands above it on the stack: os._exit",
    "plugins-transformers/src/kernel_transformers/attention.py": "asks transformers which attention a network runs; softmax backwards",
    "plugins-transformers/src/kernel_transformers/linear.py": "torch's operators of oneDNN have names with an underscore",
    "kernel/registries/registry.py": "asks the interpreter for the caller's frame",
}
"""Files that the rule doesn't hold for, and why. A file that keeps the rule must not be listed."""

FILES = sorted(
    path
    for place in ("kernel", "plugins", "plugins-transformers")
    for path in (ROOT / place).rglob("*.py")
    if place == "kernel" or "src" in path.relative_to(ROOT).parts
)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_private_names_stay_in_their_file(path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    found = [f"{name}:{line}: {what}" for line, what in foreign(path.read_text(encoding="utf-8"))]
    if name in EXCEPTIONS:
        assert found, f"{name} keeps the rule: strike it off EXCEPTIONS"
    else:
        assert not found, "give these a public name, or a function where they are defined:\n" + "\n".join(
            found
        )


def test_exceptions_are_files() -> None:
    assert sorted(name for name in EXCEPTIONS if not (ROOT / name).is_file()) == []


@pytest.mark.parametrize(
    "code",
    [
        "from kernel.a import _b",
        "from kernel._a import b",
        "import kernel._a",
        "x._y",
        "x._y = 1",
        "a.b()._c.d",
        "getattr(x, '_y')",
        "def _y(): ...\nx._y",
        "class A(B):\n    def f(self, other): return other._y",
    ],
)
def test_what_the_rule_refuses(code: str) -> None:
    assert len(list(foreign(code))) == 1


@pytest.mark.parametrize(
    "code",
    [
        "doc._.name = doc._",
        "x.__class__",
        "from __future__ import annotations",
        "class A:\n    def __init__(self): self._y = 1\ndef f(a): return a._y",
        "class A:\n    __slots__ = ('_y',)\n    def f(self, other): return self._y == other._y",
        "class A:\n    _y: int = 0\n    def _f(self): return super().f()\n    def g(self): return self._f() + A._y",
        "def _y(): ...\n_y()",
        "class A(B):\n    def f(self): return self._y + super()._z",
    ],
)
def test_what_the_rule_allows(code: str) -> None:
    assert list(foreign(code)) == []


def foreign(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of each use of a private name that isn't defined in the same file."""
    tree = ast.parse(source)
    own = members(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
            private = any(map(is_private, names))
        elif isinstance(node, ast.Import):
            private = any(is_private(part) for alias in node.names for part in alias.name.split("."))
        elif isinstance(node, ast.Attribute):
            private = is_private(node.attr) and node.attr not in own and not is_itself(node.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr":
            name = node.args[1]
            private = isinstance(name, ast.Constant) and is_private(str(name.value)) and name.value not in own
        else:
            continue
        if private:
            yield node.lineno, ast.unparse(node)


def is_itself(node: ast.expr) -> bool:
    """Whether an expression is the object that a method belongs to, or its class."""
    return ast.unparse(node) in ("self", "cls", "super()")


def members(tree: ast.Module) -> set[str]:
    """The attributes that the classes of a file define: in their bodies, in their slots, on self or cls."""
    found: set[str] = set()
    for owner in (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
        for part in owner.body:
            if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
                found.add(part.name)
            elif isinstance(part, ast.Assign | ast.AnnAssign):
                targets = part.targets if isinstance(part, ast.Assign) else [part.target]
                found.update(each.id for each in targets if isinstance(each, ast.Name))
                if part.value is not None and ast.unparse(targets[0]) == "__slots__":
                    found.update(
                        str(each.value) for each in ast.walk(part.value) if isinstance(each, ast.Constant)
                    )
        for node in ast.walk(owner):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.ctx, ast.Store)
                and ast.unparse(node.value) in ("self", "cls")
            ):
                found.add(node.attr)
    return found


def is_private(name: str) -> bool:
    return name.startswith("_") and name != "_" and not (name.startswith("__") and name.endswith("__"))
