"""`kernel debug diff-config`: what a config has otherwise than the recommended one, or another."""

from pathlib import Path

import pytest

from kernel.cli.run import run
from kernel.language import Language
from kernel.registries.family import registry

CONFIG = """\
[nlp]
lang = "tst"
pipeline = ["mark"]

[components.mark]
factory = "mark"

[corpora.train]
@misc = "nothing.v1"

[corpora.dev]
@misc = "nothing.v1"

[training.logger]
@misc = "nothing.v1"

[training.batcher]
@misc = "nothing.v1"
"""


def nothing():
    return lambda *args: None


def mark(nlp, name: str, times: int = 2, kind: str = "a"):
    return lambda doc: doc


def recommend(lang, optimize, gpu):
    return {"times": 9 if optimize == "accuracy" else 2}


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.cfg").write_text(CONFIG)
    Path("b.cfg").write_text(CONFIG + "[training]\npatience = 3\n")
    with registry.restored():

        class Test(Language):
            lang = "tst"

        registry.languages("tst", func=Test)
        registry.misc("nothing.v1", func=nothing)
        Language.factory("mark", recommend=recommend, func=mark)
        yield


def difference(capsys, *args):
    assert run(["debug", "diff-config", *args]) == 0
    return capsys.readouterr().out


def test_two_configs(capsys):
    assert difference(capsys, "a.cfg", "--compare-to", "b.cfg").splitlines() == [
        "a.cfg (+) against b.cfg (-)",
        "[training]",
        "- patience = 3",
        "+ patience = 1600",
    ]


def test_the_same_config_written_otherwise(capsys):
    Path("c.cfg").write_text(CONFIG.replace('factory = "mark"', 'factory = "mark"\n# As ever.\ntimes = 2'))
    assert difference(capsys, "c.cfg", "--compare-to", "a.cfg") == "c.cfg is as a.cfg: no differences\n"


def test_overrides_and_markdown(capsys):
    text = difference(
        capsys, "a.cfg", "--compare-to=a.cfg", "--components.mark.kind", "b", "--markdown"
    ).splitlines()
    assert text == [
        "### a.cfg (+) against a.cfg (-)",
        "",
        "```diff",
        "[components.mark]",
        '- kind = "a"',
        '+ kind = "b"',
        "```",
    ]


def test_a_broken_config_is_reported(capsys):
    Path("a.cfg").write_text(CONFIG + "[training]\npatience = x\n")
    assert run(["debug", "diff-config", "a.cfg"]) == 2
    assert "a.cfg:20:12" in capsys.readouterr().err
