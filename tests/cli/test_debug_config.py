"""`kernel debug config`: what it says of right configs, of wrong ones and of what a config names."""

import json
from pathlib import Path

import pytest

from kernel.cli.run import run
from kernel.language import Language
from kernel.registries.family import registry

CONFIG = """\
[paths]
data = "somewhere"

[nlp]
lang = "tst"
pipeline = ["part"]

[components.part]
factory = "part"

[corpora.train]
@misc = "nothing.v1"
size = ${training.patience}

[corpora.dev]
@misc = "nothing.v1"

[training]
patience = 7

[training.logger]
@misc = "nothing.v1"

[training.batcher]
@misc = "nothing.v1"
"""


@pytest.fixture(autouse=True)
def functions(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.cfg").write_text(CONFIG)
    with registry.restored():

        class Test(Language):
            lang = "tst"

        def nothing(size: int = 3):
            return lambda *args: None

        def part(nlp, name: str, times: int = 2, size: int = 1):
            return lambda doc: doc

        registry.languages("tst", func=Test)
        registry.misc("nothing.v1", func=nothing)
        Language.factory("part", default_config={"size": "big"}, func=part)
        yield


def test_a_default_that_is_wrong_is_its_functions_fault(capsys):
    assert run(["debug", "config", "a.cfg", "--format", "json"]) == 2
    (problem,) = json.loads(capsys.readouterr().out)
    assert problem["path"] == "components.part.size"
    assert problem["origin"].startswith("default of part (")
    assert (problem["line"], problem["column"]) == (8, 1)


def valid(*args):
    return run(["debug", "config", "a.cfg", "--components.part.size", "1", *args])


def test_a_right_config(capsys):
    assert valid() == 0
    assert capsys.readouterr().out == "config is valid\n"
    assert valid("--format", "json") == 0
    assert json.loads(capsys.readouterr().out) == []


def test_functions_and_variables_are_listed(capsys):
    assert valid("--show-functions", "--show-variables") == 0
    out = capsys.readouterr().out
    assert "components.part: factories part: " in out
    assert f"corpora.train: misc nothing.v1: {__name__}:functions.<locals>.nothing" in out
    assert f"{Path(__file__).name}:" in out
    assert "${training.patience} = 7 (a.cfg:19:12)" in out


def test_overrides_are_checked_and_named(capsys):
    assert valid("--training.patience", "soon", "--training.patienc=3", "--format", "json") == 2
    problems = json.loads(capsys.readouterr().out)
    assert [problem["origin"] for problem in problems] == [
        'override --training.patience "soon"',
        "override --training.patienc 3",
    ]
    assert problems[1]["suggestion"] == "Did you mean 'patience'?"


def test_a_config_of_an_unknown_class_is_checked_all_the_same(capsys):
    text = CONFIG.replace('lang = "tst"', 'lang = "tts"').replace("patience = 7", 'patience = "long"')
    Path("a.cfg").write_text(text)
    assert run(["debug", "config", "a.cfg", "--format", "json"]) == 2
    problems = json.loads(capsys.readouterr().out)
    paths = [problem["path"] for problem in problems]
    assert "nlp.lang" in paths and "training.patience" in paths
    assert "components.part.size" in paths


def test_the_environment_is_named(capsys, monkeypatch):
    monkeypatch.setenv("KERNEL_CONFIG_OVERRIDES", "--training.dropout 3")
    assert valid() == 2
    assert (
        "set by: environment variable KERNEL_CONFIG_OVERRIDES (--training.dropout 3)"
        in capsys.readouterr().out
    )


def test_broken_overrides_are_json_too(capsys):
    assert valid("--training.dropout", "[1", "--format", "json") == 2
    (problem,) = json.loads(capsys.readouterr().out)
    assert (problem["path"], problem["message"]) == ("training.dropout", "[ is never closed")


def test_form_and_content_are_in_one_report_of_every_command(capsys):
    Path("a.cfg").write_text(CONFIG.replace("patience = 7", "patience = [7\ndropout = 2") + "[nonsense\n")
    assert run(["train", "a.cfg"]) == 2
    err = capsys.readouterr().err
    for place in ("a.cfg:19:12", "a.cfg:20:11", "a.cfg:27:1"):
        assert place in err
