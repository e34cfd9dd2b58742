"""`kernel init labels`: label files that later runs read."""

import json
from pathlib import Path

import pytest

from kernel.cli.run import run

from ..small import textcat_config

pytestmark = pytest.mark.needs(
    "kernel-nlp-languages",
    "kernel-nlp-components",
    "kernel-nlp-architectures",
    "kernel-nlp-readers",
    "kernel-nlp-batchers",
    "kernel-nlp-callbacks",
)

CONFIG = (
    textcat_config(
        "textcat_multilabel", lang="xx", before=["sentencizer"], train="data.jsonl", dev="data.jsonl"
    )
    + "[training]\nmax_steps = 1\n"
)
USE = """
[initialize.components.textcat_multilabel.labels]
@readers = "kernel.read_labels.v1"
path = "labels/textcat_multilabel.json"
require = true
"""


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("config.cfg").write_text(CONFIG)
    Path("data.jsonl").write_text('{"text": "süß", "cats": {"süß": 1, "sauer": 0}}\n', "utf8")


def test_a_file_for_each_component_with_labels(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", "labels", "config.cfg", "labels"]) == 0
    assert [path.name for path in Path("labels").iterdir()] == ["textcat_multilabel.json"]
    text = Path("labels/textcat_multilabel.json").read_text("utf8")
    assert json.loads(text) == ["süß", "sauer"]
    assert "süß" in text
    out = capsys.readouterr().out
    assert "sentencizer: no labels" in out
    assert "[initialize.components.textcat_multilabel.labels]" in out


def test_a_run_takes_the_labels_from_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    Path("labels").mkdir()
    Path("labels/textcat_multilabel.json").write_text('["sauer", "bitter", "süß"]', "utf8")
    Path("config.cfg").write_text(CONFIG + USE)
    assert run(["init", "labels", "config.cfg", "again"]) == 0
    assert json.loads(Path("again/textcat_multilabel.json").read_text("utf8")) == ["sauer", "bitter", "süß"]


def test_values_of_the_config_can_be_set(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", "labels", "config.cfg", "labels", "--paths.train", "absent.jsonl"]) == 2
    assert "absent.jsonl" in capsys.readouterr().err
    assert not Path("labels").exists()


def test_the_development_corpus_is_not_looked_at(capsys: pytest.CaptureFixture[str]) -> None:
    Path("config.cfg").write_text(CONFIG.replace('dev = "data.jsonl"', "dev = null"))
    assert run(["init", "labels", "config.cfg", "labels"]) == 0
    assert json.loads(Path("labels/textcat_multilabel.json").read_text("utf8")) == ["süß", "sauer"]
    assert run(["init", "labels", "config.cfg", "again", "--paths.train", "null"]) == 2
    assert "corpora.train" in capsys.readouterr().err


def test_labels_that_a_copied_component_does_not_take_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["train", "config.cfg", "--output", "old"]) == 0
    Path("more.jsonl").write_text('{"text": "herb", "cats": {"süß": 1, "herb": 0}}\n', "utf8")
    Path("on.cfg").write_text(
        CONFIG.split("[components.textcat_multilabel]")[0]
        + '[components.textcat_multilabel]\nsource = "old"\n[paths]\ntrain = "more.jsonl"\ndev = "more.jsonl"\n'
        '[initialize.components.textcat_multilabel]\nlabels = ["süß", "sauer", "herb"]\n'
    )
    capsys.readouterr()
    assert run(["init", "labels", "on.cfg", "labels"]) == 0
    assert json.loads(Path("labels/textcat_multilabel.json").read_text("utf8")) == ["süß", "sauer"]
    error = capsys.readouterr().err
    assert "corpora.train has labels that 'textcat_multilabel' did not take: herb" in error
    assert "[initialize.components.textcat_multilabel] is not used (labels)" in error
    assert run(["train", "on.cfg"]) == 2
    assert "(source) keeps the labels it has" in capsys.readouterr().err
