"""Files of `[initialize]` that are not there."""

from pathlib import Path

import pytest

from kernel import Config
from kernel.cli.run import run
from kernel.config import load_config
from kernel.training.missing_files import missing_files

CONFIG = """\
[paths]
tables = "tables.json"

[initialize]
init_tok2vec = "weights.bin"
vectors = "some_package"
vocab_data = null

[initialize.lookups]
@lookups = "acme.read.v1"
path = ${paths.tables}
other = "not a path"

[initialize.components.ner]
labels = {"@readers": "acme.labels.v1", "path": "labels/*.json", "more_path": ["a.txt", "b.txt"]}
path = "an argument that is a text"
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.chdir(tmp_path)
    Path("a.cfg").write_text(CONFIG)
    return load_config("a.cfg")


def test_what_is_not_there_is_told_with_its_place(config: Config) -> None:
    found = missing_files(config)
    assert [(problem.path, problem.value) for problem in found] == [
        ("initialize.init_tok2vec", "'weights.bin'"),
        ("initialize.lookups.path", "'tables.json'"),
        ("initialize.components.ner.labels.path", "'labels/*.json'"),
        ("initialize.components.ner.labels.more_path", "'a.txt'"),
        ("initialize.components.ner.labels.more_path", "'b.txt'"),
    ]
    assert str(found[0]).startswith("a.cfg:5:16: initialize.init_tok2vec: no such file or directory")
    assert found[1].line == 11


def test_what_is_there_is_fine(config: Config) -> None:
    Path("labels").mkdir()
    for name in ("weights.bin", "tables.json", "a.txt", "b.txt", "labels/x.json"):
        Path(name).write_text("{}")
    assert missing_files(config) == []
    config["initialize"]["vectors"] = "./vectors"
    assert [problem.path for problem in missing_files(config)] == ["initialize.vectors"]
    assert missing_files(Config({})) == []


@pytest.mark.needs("kernel-nlp-languages", "kernel-nlp-components", "kernel-nlp-readers")
def test_debug_config_finds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.cfg").write_text(
        '[nlp]\nlang = "en"\npipeline = ["ner"]\n[components.ner]\nfactory = "ner"\n'
        '[initialize.components.ner.labels]\n@readers = "kernel.read_labels.v1"\npath = "ner.json"\nrequire = true\n'
    )
    # By default labels that are not there are those of the data.
    assert run(["debug", "config", "a.cfg", "--initialize.components.ner.labels.require=false"]) == 0
    assert run(["debug", "config", "a.cfg"]) == 2
    assert "a.cfg:8:8: initialize.components.ner.labels.path: no such file" in capsys.readouterr().out
    Path("ner.json").write_text('["PERSON"]')
    assert run(["debug", "config", "a.cfg"]) == 0
