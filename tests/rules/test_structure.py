"""The shape of the tree: which folders there are, and that imports run in one direction.

An import counts wherever it stands: in a function, or for type checkers only. Two things don't: a function that works on a
view, such as a Doc, may say so for type checkers, and what a package's `__init__` hands on counts as an import of the file
that has it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from .conftest import ROOT

# Files that may know each other: views of one thing, with the parts of Doc that make Docs of Docs.
VIEWS = [
    {f"kernel.tokens.{name}" for name in ("doc", "span", "token", "span_group", "storage", "combine")},
    {f"kernel.vocab.{name}" for name in ("vocab", "lexeme")},
]
# The only files of the kernel that lie in no folder.
LOOSE = {"__init__", "__main__", "component", "listeners", "rehearsal", "state", "visible"}
# A name becomes a function without knowing what configs are; these two look the layer above up when they are asked.
DELEGATES = {("kernel.registries.family", "kernel.config")}

Graph = Mapping[str, set[str]]


def packages() -> Iterator[tuple[str, Path]]:
    """(import name, folder) of the kernel and of each plugin."""
    yield "kernel", ROOT / "kernel"
    for folder in sorted([*ROOT.glob("plugins/*/src/*"), *ROOT.glob("plugins-transformers/src/*")]):
        if folder.is_dir():
            yield folder.name, folder


def modules(package: str, folder: Path) -> dict[str, ast.Module]:
    """Dotted name -> syntax tree of every file; a package's `__init__` has the name of the package."""
    found = {}
    for path in sorted(folder.rglob("*.py")):
        parts = [package, *path.relative_to(folder).with_suffix("").parts]
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """(module, name or "") of every absolute import, but for those of views for type checkers."""
    hidden = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.dump(block.test)
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            counts = id(node) not in hidden or not is_view(node.module)
            yield from ((node.module, alias.name) for alias in node.names if counts)


def is_view(module: str) -> bool:
    """Whether a file, or the folder that hands it on, has a view."""
    return any(name == module or name.startswith(f"{module}.") for views in VIEWS for name in views)


def graph(trees: Mapping[str, ast.Module], faces: set[str]) -> Graph:
    """File -> the files that it imports."""
    found: dict[str, set[str]] = {name: set() for name in trees if name not in faces}
    handed = {face: {name: module for module, name in imports(trees[face])} for face in faces}
    for source, targets in found.items():
        for module, name in imports(trees[source]):
            target = f"{module}.{name}" if f"{module}.{name}" in trees else module
            while target in faces and name in handed[target] and handed[target][name] != target:
                target = handed[target][name]
            if target in found and target != source and (source, target) not in DELEGATES:
                targets.add(target)
    return found


def circles(arrows: Graph) -> list[set[str]]:
    """Sets of nodes that reach each other (Tarjan 1972), written with two passes over the graph."""
    order: list[str] = []
    seen: set[str] = set()
    backwards: dict[str, set[str]] = {node: set() for node in arrows}
    for node, targets in arrows.items():
        for target in targets:
            backwards[target].add(node)

    def visit(node: str, edges: Graph, found: list[str]) -> None:
        stack = [(node, iter(sorted(edges[node])))]
        seen.add(node)
        while stack:
            here, rest = stack[-1]
            following = next((target for target in rest if target not in seen), None)
            if following is None:
                found.append(here)
                stack.pop()
            else:
                seen.add(following)
                stack.append((following, iter(sorted(edges[following]))))

    for node in arrows:
        if node not in seen:
            visit(node, arrows, order)
    seen.clear()
    groups = []
    for node in reversed(order):
        if node not in seen:
            group: list[str] = []
            visit(node, backwards, group)
            if len(group) > 1:
                groups.append(set(group))
    return groups


def faces(trees: Mapping[str, ast.Module]) -> set[str]:
    """Packages whose `__init__` defines nothing of its own but hands names on."""
    inner = {name for name in trees if any(other.startswith(f"{name}.") for other in trees)}
    return {
        name
        for name in inner
        if not any(isinstance(node, ast.ClassDef) for node in trees[name].body)
        and all(
            node.name in ("__getattr__", "__dir__")
            for node in trees[name].body
            if isinstance(node, ast.FunctionDef)
        )
    }


def folder_of(module: str) -> str:
    return ".".join(module.split(".")[:2])


def shown(groups: Iterable[set[str]], arrows: Graph) -> str:
    lines = []
    for group in groups:
        lines.append("a circle:")
        lines += [f"  {one} imports {', '.join(sorted(arrows[one] & group))}" for one in sorted(group)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("package", "folder"), list(packages()), ids=lambda value: str(value).rpartition("/")[2]
)
def test_no_files_import_each_other_in_a_circle(package: str, folder: Path) -> None:
    trees = modules(package, folder)
    arrows = graph(trees, faces(trees))
    found = [group for group in circles(arrows) if not any(group <= views for views in VIEWS)]
    assert not found, shown(found, arrows)


def test_no_folders_of_the_kernel_import_each_other_in_a_circle() -> None:
    trees = modules("kernel", ROOT / "kernel")
    arrows: dict[str, set[str]] = {}
    for source, targets in graph(trees, faces(trees)).items():
        here = arrows.setdefault(folder_of(source), set())
        here |= {folder_of(target) for target in targets} - {folder_of(source)}
    assert not circles(arrows), shown(circles(arrows), arrows)


def test_no_file_imports_from_the_face_of_its_own_folder() -> None:
    for package, folder in packages():
        trees = modules(package, folder)
        hands_on = faces(trees) - {package}
        for name, tree in trees.items():
            for module, part in imports(tree):
                own = module in hands_on and name.startswith(f"{module}.") and f"{module}.{part}" not in trees
                assert not own, f"{name} imports {part} from {module}: name the file that has it"


def test_no_file_of_the_kernel_lies_outside_of_the_folders() -> None:
    found = {path.stem for path in (ROOT / "kernel").glob("*.py")}
    assert found == LOOSE, f"a module belongs in a folder: {', '.join(sorted(found - LOOSE))}"


def test_circles_are_found() -> None:
    arrows = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}, "e": {"f"}, "f": {"e"}, "g": set()}
    assert sorted(map(sorted, circles(arrows))) == [["a", "b", "c"], ["e", "f"]]
    assert circles({"a": {"b"}, "b": {"c"}, "c": set()}) == []
