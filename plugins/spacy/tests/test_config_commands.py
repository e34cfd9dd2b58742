"""`kernel spacy check` and `kernel spacy convert-config`."""

import json
from pathlib import Path

import pytest

from kernel import Config

WHOLE = Path(__file__).with_name("whole.cfg").read_text(encoding="utf8")

pytest_plugins = ["kernel.testing"]
pytestmark = pytest.mark.needs(
    "kernel-nlp-languages", "kernel-nlp-readers", "kernel-nlp-components", "kernel-nlp-batchers",
    "kernel-nlp-callbacks", "kernel-nlp-architectures",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _file(box):
    box.file("a.cfg", WHOLE)


def test_each_line_is_told(box):
    result = box.run("spacy", "check", "a.cfg")
    assert result.exit_code == 0, result
    lines = result.stdout.splitlines()
    assert lines[0] == " 7  same     nlp.lang: en"
    assert "18  same     components.tagger.model.@architectures: spacy.Tagger.v1 -> kernel.Tagger.v1" in lines
    assert lines[-1].strip().endswith("same, 0 changed, 0 refused")


def test_what_cannot_carry_over_ends_with_1(box):
    text = WHOLE + '\n[training.logger]\n@loggers = "spacy.WandbLogger.v3"\nproject_name = "x"\n'
    box.file("a.cfg", text)
    result = box.run("spacy", "check", "a.cfg", "--json")
    assert result.exit_code == 1, result
    found = [note for note in json.loads(result.stdout) if note["outcome"] == "refused"]
    assert [note["before"] for note in found] == ["spacy.WandbLogger.v3"]
    result = box.run("spacy", "convert-config", "a.cfg", "b.cfg")
    assert result.exit_code == 1
    assert (
        "a.cfg:52: training.logger.@loggers: spacy.WandbLogger.v3 -> kernel.ConsoleLogger.v3" in result.stderr
    )
    assert Config.from_disk(box.path / "b.cfg")["training"]["logger"]["@loggers"] == "kernel.ConsoleLogger.v3"


def test_a_file_is_not_written_over(box):
    assert box.run("spacy", "convert-config", "a.cfg", "b.cfg").exit_code == 0
    box.file("b.cfg", "mine")
    assert box.run("spacy", "convert-config", "a.cfg", "b.cfg").exit_code == 2
    assert (box.path / "b.cfg").read_text() == "mine"
    assert box.run("spacy", "convert-config", "a.cfg", "b.cfg", "--force").exit_code == 0


def test_values_may_be_set_and_it_goes_to_standard_output(box):
    result = box.run("spacy", "convert-config", "a.cfg", "--paths.train", "other.spacy")
    assert result.exit_code == 0
    assert Config.from_str(result.stdout)["paths"]["train"] == "other.spacy"
    assert "# of a key" in result.stdout


def test_a_config_that_is_none_is_refused(box):
    box.file("a.cfg", "[nlp\n")
    assert box.run("spacy", "check", "a.cfg").exit_code == 2
