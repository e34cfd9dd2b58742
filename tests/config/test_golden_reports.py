"""Reports on broken configs, compared with recorded ones: golden/THEME/NAME.cfg and NAME.txt.

A comment `; !! 5 14` in a config says that the next line has a mistake at column 5 and one at column 14. These places are
written by hand, so that the test does not believe what the reports say of themselves. A report as JSON has the same fields
as the text, and the offending values, which the text leaves to the line that it shows: golden/values.json has them.
After a change of wording

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
from kernel.errors import ConfigError, Problem
from kernel.testing import fake_distribution

FOLDER = Path(__file__).parent / "golden"
NAMES = sorted(file.relative_to(FOLDER).with_suffix("").as_posix() for file in FOLDER.glob("*/*.cfg"))
VALUES = FOLDER / "values.json"
MARK = "; !!"
FIELDS = {"file", "line", "column", "path", "value", "expected", "message", "suggestion", "origin"}
# What a package declares and doesn't have is its own fault.
EXIT_CODES = {"functions/gone": 3}


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


@pytest.fixture
def report(monkeypatch, capsys):
    """`report(name, form)`: what `kernel debug config` says of a config, called where it lies."""
    monkeypatch.delenv("KERNEL_CONFIG_OVERRIDES", raising=False)

    def look(name: str, form: str) -> str:
        monkeypatch.chdir((FOLDER / name).parent)
        code = run(["debug", "config", f"{Path(name).name}.cfg", "--format", form])
        assert code == EXIT_CODES.get(name, 2)
        return capsys.readouterr().out

    return look


def lines_of(name: str) -> list[str]:
    return (FOLDER / f"{name}.cfg").read_text(encoding="utf-8").split("\n")


def marked(lines: list[str]) -> list[tuple[int, int]]:
    """(line, column) of every mistake that the config's comments announce."""
    places = []
    for number, line in enumerate(lines, start=1):
        if line.strip().startswith(MARK):
            columns = line.strip().removeprefix(MARK).split()
            places += [(number + 1, int(column)) for column in columns]
    return sorted(places)


def is_rewriting() -> bool:
    return bool(os.environ.get("KERNEL_REWRITE_GOLDEN"))


def without_carets(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip(" \t^") or not line]


def test_there_are_enough():
    assert len(NAMES) >= 88
    assert {file.with_suffix("").as_posix() for file in FOLDER.glob("*/*.txt")} == {
        (FOLDER / name).as_posix() for name in NAMES
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_mistake_has_its_line_and_column(report, name):
    lines, text = lines_of(name), report(name, "text")
    places = marked(lines)
    heads = re.findall(rf"^{Path(name).name}\.cfg:(\d+):(\d+): ", text, re.MULTILINE)
    assert places and [(int(line), int(column)) for line, column in heads] == places
    shown = {line.strip() for line in text.split("\n")}
    wrong = {lines[line - 1].strip() for line, _ in places}
    others = {line.strip() for line in lines if line.strip()} - wrong
    assert not shown & others
    record = FOLDER / f"{name}.txt"
    if is_rewriting():
        record.write_text(text, encoding="utf-8")
    assert text == record.read_text(encoding="utf-8")


def test_json_says_what_the_text_says(report):
    """Problems made of the JSON and of the config's lines read as the recorded reports, but for the carets."""
    values = {}
    for name in NAMES:
        lines, found = lines_of(name), json.loads(report(name, "json"))
        assert all(one.keys() == FIELDS for one in found)
        assert [(one["line"], one["column"]) for one in found] == marked(lines)
        problems = [Problem(**one, text=lines[one["line"] - 1]) for one in found]
        recorded = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
        assert without_carets(f"{ConfigError(problems)}\n") == without_carets(recorded), name
        values[name] = [one["value"] for one in found]
    if is_rewriting():
        VALUES.write_text(json.dumps(values, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert values == json.loads(VALUES.read_text(encoding="utf-8"))
