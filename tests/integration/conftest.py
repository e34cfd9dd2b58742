"""A small entity recogniser, its data, and the commands to run on them."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kernel import registry
from kernel.cli.run import run

from ..small import json_lines

CONFIG = """
[paths]
train = "train.jsonl"
dev = "dev.jsonl"

[nlp]
lang = "en"
pipeline = ["ner"]

[components]

[components.ner]
factory = "ner"

[components.ner.model]
@architectures = "kernel.TransitionBasedParser.v2"
state_type = "ner"
extra_state_tokens = false
hidden_width = 16
maxout_pieces = 2
use_upper = true
nO = null

[components.ner.model.tok2vec]
@architectures = "kernel.HashEmbedCNN.v2"
pretrained_vectors = null
width = 16
depth = 1
embed_size = 100
window_size = 1
maxout_pieces = 2
subword_features = true

[training]
max_steps = 4
eval_frequency = 2

[training.logger]
@loggers = "kernel.ConsoleLogger.v1"
"""
RECORDS = [
    {"text": "Ada Lovelace lives in Paris.", "spans": [[0, 12, "PERSON"], [22, 27, "CITY"]]},
    {"text": "Nobody went to Berlin with Bob.", "spans": [[15, 21, "CITY"], [27, 30, "PERSON"]]},
    {"text": "It rained all day.", "spans": []},
]


@dataclass
class Result:
    """What a command line gave."""

    code: int
    out: str
    err: str

    @property
    def warnings(self) -> list[str]:
        return [line for line in self.err.splitlines() if line.startswith("warning: ")]

    def is_refused(self, code: int, *parts: str) -> None:
        """One error, with all the parts in its message, and no traceback."""
        assert self.code == code, self.err
        assert "Traceback" not in self.err
        assert self.err.count("error: ") == 1, self.err
        missing = [part for part in parts if part not in self.err]
        assert not missing, f"{missing} not in: {self.err}"


def write_project(folder: Path) -> None:
    (folder / "config.cfg").write_text(CONFIG)
    for name in ("train.jsonl", "dev.jsonl"):
        (folder / name).write_text(json_lines(RECORDS))
    (folder / "texts.txt").write_text("Ada went to Berlin.\n")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The working directory, with config.cfg, train.jsonl, dev.jsonl and texts.txt."""
    write_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    with registry.restored():
        yield tmp_path


@pytest.fixture
def kernel(project: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """`kernel("train", "config.cfg", ...)` in the project."""

    def call(*args: str) -> Result:
        capsys.readouterr()
        code = run(args)
        return Result(code, *capsys.readouterr())

    return call


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved pipeline of the project; not to be changed."""
    folder = tmp_path_factory.mktemp("trained")
    write_project(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert run(["train", "config.cfg", "-o", "out"]) == 0
    return folder / "out" / "model-last"


@pytest.fixture
def model(project: Path, trained: Path) -> Path:
    """A copy of the trained pipeline in the project, to be changed."""
    shutil.copytree(trained, project / "model")
    return Path("model")
