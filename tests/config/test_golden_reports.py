"""Reports on broken configs, compared with recorded ones: golden/NAME.cfg, NAME.txt and NAME.json.

A comment `; !! 5 14` in a config says that the next line has a mistake at column 5 and one at column 14. These places are
written by hand, so that the test does not believe what the reports say of themselves. After a change of wording

    KERNEL_REWRITE_GOLDEN=1 python -m pytest tests/config/test_golden_reports.py

writes the reports anew, and the difference is there to read.
"""

import ast
import json
import os
import re
from pathlib import Path

import pytest

from kernel.cli.run import run
from kernel.testing import fake_distribution

FOLDER = Path(__file__).parent / "golden"
NAMES = sorted(file.stem for file in FOLDER.glob("*.cfg"))
MARK = "; !!"


def entry_points(source: str) -> dict[str, dict[str, str]]:
    """The entry points that the module states, without importing it."""
    tree = ast.parse(source)
    value = next(
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and node.targets[0].id == "ENTRY_POINTS"
    )
    return ast.literal_eval(value)


@pytest.fixture(scope="module", autouse=True)
def acme():
    source = (FOLDER / "acme_nlp.py").read_text()
    points = entry_points(source)
    with fake_distribution("acme-nlp", "1.2.0", entry_points=points, modules={"acme_nlp": source}):
        yield


@pytest.fixture(autouse=True)
def folder(monkeypatch):
    monkeypatch.chdir(FOLDER)
    monkeypatch.delenv("KERNEL_CONFIG_OVERRIDES", raising=False)


def report(capsys, name: str, form: str) -> tuple[int, str]:
    code = run(["debug", "config", f"{name}.cfg", "--format", form])
    return code, capsys.readouterr().out


def marked(lines: list[str]) -> list[tuple[int, int]]:
    """(line, column) of every mistake that the config's comments announce."""
    places = []
    for number, line in enumerate(lines, start=1):
        if line.strip().startswith(MARK):
            columns = line.strip().removeprefix(MARK).split()
            places += [(number + 1, int(column)) for column in columns]
    return places


def compare(file: Path, found: str) -> None:
    if os.environ.get("KERNEL_REWRITE_GOLDEN"):
        file.write_text(found, encoding="utf-8")
    assert found == file.read_text(encoding="utf-8")


def test_there_are_enough():
    assert len(NAMES) >= 60


@pytest.mark.parametrize("name", NAMES)
def test_every_mistake_has_its_line_and_column(capsys, name):
    lines = (FOLDER / f"{name}.cfg").read_text(encoding="utf-8").split("\n")
    places = marked(lines)
    assert places

    code, text = report(capsys, name, "json")
    found = json.loads(text)
    # What a package declares and doesn't have is its own fault.
    expected = 3 if name == "function_gone" else 2
    assert code == expected
    assert [(one["line"], one["column"]) for one in found] == sorted(places)
    assert {one["file"] for one in found} == {f"{name}.cfg"}
    compare(FOLDER / f"{name}.json", text)

    code, text = report(capsys, name, "text")
    assert code == expected
    heads = re.findall(rf"^{name}\.cfg:(\d+):(\d+): ", text, re.MULTILINE)
    assert [(int(line), int(column)) for line, column in heads] == sorted(places)
    compare(FOLDER / f"{name}.txt", text)
    shown = {line.strip() for line in text.split("\n")}
    wrong = {lines[line - 1].strip() for line, _ in places}
    others = {line.strip() for line in lines if line.strip()} - wrong
    assert not shown & others
