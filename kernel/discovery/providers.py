"""What Python files import, and which installed packages provide it; nothing is imported to find out."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from kernel.discovery import scan


def imported(file: Path) -> set[str]:
    """Top-level names that a Python file imports absolutely, those for type checkers only left out.

    A file that is no Python imports nothing.
    """
    try:
        tree = ast.parse(file.read_text(encoding="utf8"))
    except (SyntaxError, ValueError, OSError):
        return set()
    return set(_names(tree))


def third_party(files: Iterable[Path]) -> set[str]:
    """Top-level modules that Python files import and that don't belong to Python itself."""
    found = {name for file in files if file.suffix == ".py" for name in imported(file)}
    return found - sys.stdlib_module_names


def distributions_of(modules: Iterable[str]) -> dict[str, str]:
    """Name -> version of the installed packages that provide top-level modules."""
    wanted = set(modules)
    if not wanted:
        return {}
    table = _providers()
    names = sorted({name for module in wanted for name in table.get(module, ())})
    return {scan.normalize(name): scan.installed_version(name) or "" for name in names}


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
        for statement in node.orelse:
            yield from _names(statement)
        return
    if isinstance(node, ast.Import):
        yield from (alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module.partition(".")[0]
    for child in ast.iter_child_nodes(node):
        yield from _names(child)


@cache
def _providers() -> dict[str, set[str]]:
    """Top-level module -> packages."""
    from importlib_metadata import packages_distributions

    table = {module: set(names) for module, names in packages_distributions().items()}
    # Editable installations list no modules; their entry points name some.
    for group in scan.groups():
        for point in scan.entry_points(group):
            table.setdefault(point.module.partition(".")[0], {point.distribution})
    table.setdefault("kernel", {"kernel-nlp"})
    return table
