"""What docs/design.md says of the code is there: its files, its functions, its rows of layers. So is what folders say of theirs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from .conftest import ROOT
from .test_layers import ROWS

PAGE = ROOT / "docs" / "design.md"
CODE = re.compile(r"`([^`]+)`")
FILE = re.compile(r"[\w./-]+\.py|(?:kernel|plugins|tests|docs)/[\w./-]*")
NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
DOTTED = re.compile(r"kernel(\.[A-Za-z_]\w*)+")
QUESTIONS = (
    "a batch is made",
    "the optimizer steps",
    "a name becomes a function",
    "a listener gets",
    "a component is added",
)


def section(title: str) -> str:
    return PAGE.read_text(encoding="utf8").split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """The cells of a table, without its head."""
    found = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]
    return found[2:]


def places() -> Iterator[tuple[str, str]]:
    """(file, function) of everything in the table; "" for a file without a function."""
    for what, *where in rows(section("Where things happen")):
        if not where:
            assert what.startswith("**"), f"no place: {what}"
            continue
        file = ""
        spans = CODE.findall(where[0])
        for position, span in enumerate(spans):
            if FILE.fullmatch(span):
                file = span
                if position + 1 == len(spans) or FILE.fullmatch(spans[position + 1]):
                    yield file, ""
            else:
                assert file, f"{span} stands before its file"
                yield file, span


def defines(tree: ast.Module, name: str) -> bool:
    """Whether a file has a function, a class, or a method `Class.name`."""
    nodes: list[ast.stmt] = tree.body
    for part in name.split("."):
        kinds = (ast.FunctionDef, ast.ClassDef)
        found = [node for node in nodes if isinstance(node, kinds) and node.name == part]
        if not found:
            return False
        nodes = found[0].body
    return True


@pytest.mark.parametrize(("file", "name"), list(places()))
def test_what_the_page_names_is_there(file: str, name: str) -> None:
    path = ROOT / file
    assert path.is_file(), f"docs/design.md names {file}, which does not exist"
    if name:
        assert NAME.fullmatch(name)
        assert defines(ast.parse(path.read_text(encoding="utf8")), name), f"{file} has no {name}"


def test_the_map_answers_what_people_ask_first() -> None:
    table = rows(section("Where things happen"))
    for question in QUESTIONS:
        assert [where for where in table if where[0].startswith(question) and len(where) == 2], question


def test_every_file_and_every_path_on_the_page_is_there() -> None:
    spans = CODE.findall(PAGE.read_text(encoding="utf8"))
    for span in filter(FILE.fullmatch, spans):
        assert (ROOT / span).exists() or (ROOT / "kernel" / span).exists(), span
    dotted = list(filter(DOTTED.fullmatch, spans))
    assert dotted
    for span in dotted:
        assert exists(span), span


def exists(dotted: str) -> bool:
    """Whether there is a module, or an object in one, of a dotted name."""
    found = import_module(dotted.partition(".")[0])
    path = found.__name__
    for part in dotted.split(".")[1:]:
        path = f"{path}.{part}"
        if hasattr(found, part):
            found = getattr(found, part)
            continue
        try:
            found = import_module(path)
        except ModuleNotFoundError:
            return False
    return True


def test_the_rows_of_layers_are_those_that_are_checked() -> None:
    found: list[set[str]] = [set() for _ in ROWS]
    for number, paths, _ in rows(section("Layers")):
        found[int(number) - 1] |= {Path(path).stem for path in CODE.findall(paths)}
    assert found == [set(row) for row in ROWS]


def modules(folder: Path) -> set[str]:
    """The files and folders of a package, and not its `__init__`."""
    found = {path.stem for path in folder.glob("*.py")} | {path.parent.name for path in folder.glob("*/*.py")}
    return found - {"__init__"}


@pytest.mark.parametrize("page", sorted(ROOT.glob("kernel/*/README.md")), ids=lambda page: page.parent.name)
def test_the_page_of_a_folder_tells_its_files(page: Path) -> None:
    spans = set(CODE.findall(page.read_text(encoding="utf8")))
    assert not modules(page.parent) - spans, "files that the page leaves out"


@pytest.mark.parametrize("page", sorted(ROOT.glob("kernel/*/__init__.py")), ids=lambda page: page.parent.name)
def test_a_folder_that_lists_its_files_lists_them_as_they_are(page: Path) -> None:
    text = ast.get_docstring(ast.parse(page.read_text(encoding="utf8"))) or ""
    told = set(filter(str.islower, filter(str.isidentifier, CODE.findall(text)))) - {"kernel"}
    here = modules(page.parent)
    if len(told & here) > 1:
        assert told == here


def test_a_name_that_is_not_there_is_noticed() -> None:
    tree = ast.parse("class A:\n    def b(self): ...\ndef c(): ...")
    assert [defines(tree, name) for name in ("A", "A.b", "c", "b", "A.c", "d")] == [True] * 3 + [False] * 3
    assert exists("kernel.training.run.Run.advance")
    assert not exists("kernel.training.run.Run.retreat")
    assert not exists("kernel.nothing")
