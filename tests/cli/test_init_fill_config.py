"""`kernel init fill-config`: defaults are added, comments stay, and a filled config is left as it is."""

import pytest

from kernel.cli.run import run
from kernel.config import Config
from kernel.registries.family import registry

CODE = """
from kernel import registry
from kernel.language import Language

@registry.languages("tst")
class Test(Language):
    lang = "tst"

@registry.misc("nothing.v1")
def nothing(size: int = 3):
    return lambda *args: None

@Language.factory("part", default_config={"tool": {"@misc": "nothing.v1"}})
def part(nlp, name: str, tool, times: int = 2):
    return lambda doc: doc
"""

BASE = """\
# What this is.
[paths]
data = "somewhere"

[nlp]
lang = "tst"
# One part.
pipeline = ["part"]

[components.part]
factory = "part"

# No corpora.
[corpora.train]
@misc = "nothing.v1"
size = ${training.patience}

[corpora.dev]
@misc = "nothing.v1"

[training]
; Soon.
patience = 7

[training.logger]
@misc = "nothing.v1"

[training.batcher]
@misc = "nothing.v1"
"""


@pytest.fixture(autouse=True)
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base.cfg").write_text(BASE)
    (tmp_path / "functions.py").write_text(CODE)
    with registry.restored():
        yield


def fill(*args):
    return run(["init", "fill-config", *args, "--code", "functions.py"])


def test_defaults_are_added_and_everything_written_stays(tmp_path):
    assert fill("base.cfg", "out.cfg") == 0
    text = (tmp_path / "out.cfg").read_text()
    config = Config.from_disk("out.cfg")
    assert config["components"]["part"] == {
        "factory": "part",
        "tool": {"@misc": "nothing.v1", "size": 3},
        "times": 2,
    }
    assert config["training"]["patience"] == 7
    assert config["training"]["max_steps"] == 20000
    assert config["corpora"]["train"]["size"] == "${training.patience}"
    for line in ("# What this is.", "# One part.", "# No corpora.", "; Soon."):
        assert line in text


def test_filling_again_changes_nothing(tmp_path, capsys):
    assert fill("base.cfg", "out.cfg") == 0
    assert fill("out.cfg", "again.cfg") == 0
    assert (tmp_path / "again.cfg").read_text() == (tmp_path / "out.cfg").read_text()
    capsys.readouterr()
    assert fill("out.cfg", "--diff") == 0
    assert capsys.readouterr().out == ""


def test_result_goes_to_standard_output(tmp_path, capsys):
    assert fill("base.cfg") == 0
    shown = capsys.readouterr().out
    assert fill("base.cfg", "out.cfg") == 0
    assert shown == (tmp_path / "out.cfg").read_text()


def test_difference(capsys):
    assert fill("base.cfg", "--diff") == 0
    lines = capsys.readouterr().out.splitlines()
    assert "+max_steps = 20000" in lines
    assert not [line for line in lines if line.startswith("-") and not line.startswith("---")]


def test_environment_is_not_written_into_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("KERNEL_CONFIG_OVERRIDES", "--training.patience 1")
    assert fill("base.cfg", "out.cfg") == 0
    assert Config.from_disk("out.cfg")["training"]["patience"] == 7


def test_every_problem_is_said_and_nothing_is_written(tmp_path, capsys):
    (tmp_path / "base.cfg").write_text(
        BASE + 'sizes = 1\n[components.two]\nfactory = "prat"\n[trainin]\nx = 1\n'
    )
    assert fill("base.cfg", "out.cfg") == 2
    error = capsys.readouterr().err
    for part in (
        "3 problems",
        "base.cfg:30:1: training.batcher.sizes",
        "base.cfg:32:11: components.two.factory",
    ):
        assert part in error
    assert "Did you mean [training]?" in error
    assert not (tmp_path / "out.cfg").exists()
