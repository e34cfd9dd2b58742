"""A file or pipeline that can't be read is said with the setting that names it, and the setting's place."""

from pathlib import Path

import pytest

from kernel.cli.run import run
from kernel.tokens import Doc, DocBin
from kernel.vocab import Vocab

CONFIG = """[paths]
train = "train.spacy"
dev = null
vectors = null

[nlp]
lang = "en"
pipeline = ["tagger"]

[components.tagger]
factory = "tagger"

[corpora.train]
@readers = "kernel.Corpus.v1"
path = ${paths.train}

[corpora.dev]
@readers = "kernel.Corpus.v1"
path = ${paths.dev}

[initialize]
vectors = ${paths.vectors}
"""


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("my.cfg").write_text(CONFIG)
    DocBin(docs=[Doc(Vocab(), words=["a", "b"], tags=["X", "Y"])]).to_disk("train.spacy")


@pytest.mark.parametrize(
    ("args", "parts"),
    [
        (
            ["--paths.dev", "train.spacy", "--paths.train", "nope.jsonl"],
            [
                "nope.jsonl: no such file",
                'corpora.train.path (my.cfg:15:8, ${paths.train}, override --paths.train "nope',
            ],
        ),
        (
            ["--corpora.dev.path", "nope.jsonl"],
            ["nope.jsonl: no such file", 'corpora.dev.path (override --corpora.dev.path "nope.jsonl")'],
        ),
        ([], ["my.cfg:17:1: corpora.dev: ", "the corpus has no path"]),
        (
            ["--paths.dev", "train.spacy", "--paths.vectors", "en_core_web_lg"],
            [
                "my.cfg:22:11: initialize.vectors: can't find the pipeline 'en_core_web_lg'",
                "--paths.vectors PATH",
                "--paths.vectors null",
            ],
        ),
    ],
)
def test_training(capsys: pytest.CaptureFixture[str], args: list[str], parts: list[str]) -> None:
    assert run(["train", "my.cfg", *args]) == 2
    error = " ".join(capsys.readouterr().err.split())
    assert [part for part in parts if part not in error] == []


def test_a_value_of_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    Path("my.cfg").write_text(CONFIG.replace("dev = null", 'dev = "nope.iob"'))
    assert run(["debug", "data", "my.cfg"]) == 2
    assert "corpora.dev.path (my.cfg:19:8, ${paths.dev}, set at my.cfg:3:7)" in capsys.readouterr().err


def test_a_fault_inside_a_file_has_its_line_and_no_more(capsys: pytest.CaptureFixture[str]) -> None:
    Path("dev.jsonl").write_text("{\n")
    assert run(["train", "my.cfg", "--paths.dev", "dev.jsonl"]) == 2
    err = capsys.readouterr().err
    assert "dev.jsonl:1" in err and "corpora.dev" not in err
