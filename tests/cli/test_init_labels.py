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


WORDS = """
[nlp]
lang = "xx"
pipeline = ["tagger", "morphologizer", "trainable_lemmatizer", "parser"]
[components.tagger]
factory = "tagger"
[components.morphologizer]
factory = "morphologizer"
[components.trainable_lemmatizer]
factory = "trainable_lemmatizer"
min_tree_freq = 1
[components.parser]
factory = "parser"
min_action_freq = 1
[corpora.train]
@readers = "kernel.Corpus.v1"
path = "train.conllu"
[corpora.dev]
@readers = "kernel.Corpus.v1"
path = "train.conllu"
[training]
max_steps = 1
"""
CONLLU = """\
1\tdogs\tdog\tNOUN\tNNS\tNumber=Plur\t2\tnsubj\t_\t_
2\tchased\tchase\tVERB\tVBD\tTense=Past\t0\troot\t_\t_
3\tcats\tcat\tNOUN\tNNS\tNumber=Plur\t2\tobj\t_\t_

"""


def test_labels_are_counted_and_not_the_parts_that_they_are_written_in(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("words.cfg").write_text(WORDS)
    Path("train.conllu").write_text(CONLLU)
    assert run(["init", "labels", "words.cfg", "labels"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.partition(", written")[0] for line in said[:4]] == [
        "tagger: 2 labels",
        "morphologizer: 2 labels",
        "trainable_lemmatizer: 2 labels",
        "parser: 4 labels",
    ]
    assert len(json.loads(Path("labels/parser.json").read_text())) > 4
    # What is said works as it stands.
    assert said[4] == "to use the files, write in the config:"
    names = ["tagger", "morphologizer", "trainable_lemmatizer", "parser"]
    assert [line.strip() for line in said[5:] if "[" in line] == [
        f"[initialize.components.{name}.labels]" for name in names
    ]
    Path("words.cfg").write_text(WORDS + "\n".join(line.strip() for line in said[5:]) + "\n")
    assert run(["init", "labels", "words.cfg", "again"]) == 0
    for name in names:
        assert Path(f"again/{name}.json").read_text() == Path(f"labels/{name}.json").read_text()


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
