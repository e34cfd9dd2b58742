"""Torch modules in runs of `kernel train`: the same at every repetition, resumed, averaged, in processes, rehearsed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import kernel
from kernel.cli.run import run as command
from kernel.registries.code import load_code
from kernel.training.checkpoint import folder_of, read

pytestmark = pytest.mark.needs(
    "kernel-nlp-architectures", "kernel-nlp-batchers", "kernel-nlp-components", "kernel-nlp-readers"
)

CODE = """
import os
import signal

from thinc.api import with_array

from kernel import hookimpl
from kernel.registry import registry


@registry.misc("tests.network.v1")
def network(width: int):
    from torch import nn

    return nn.Sequential(nn.Linear(width, width), nn.Tanh(), nn.Dropout(0.2), nn.LayerNorm(width))


@registry.architectures("tests.TorchEncoder.v1")
def encoder(width: int, network, precision: str = "float32", spoilt: int = 0):
    if spoilt:
        network = spoiling(network, spoilt)
    layer = registry.get("layers", "kernel.PyTorchWrapper.v1")(network, precision=precision)
    layer.set_dim("nI", width)
    layer.set_dim("nO", width)
    return with_array(layer)


# The gradient of a weight is nan in one of the passes.
def spoiling(network, steps):
    import torch
    from torch import nn

    class Spoil(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(()))
            self.register_buffer("left", torch.tensor(steps))

        def forward(self, X):
            if self.training:
                self.left -= 1
            return X + (torch.sqrt(torch.relu(self.weight) * 0) * 0 if self.left == 0 else 0)

    return nn.Sequential(network, Spoil())


class Killer:
    @hookimpl
    def step_end(self, run):
        if run.step == 13 and "KILL" in os.environ:
            os.kill(os.getpid(), signal.SIGKILL)


@registry.callbacks("tests.killer.v1")
def killer():
    return Killer()
"""
CONFIG = """
[nlp]
lang = "en"
pipeline = ["tagger"]
[components.tagger]
factory = "tagger"
[components.tagger.model]
@architectures = "kernel.Tagger.v2"
[components.tagger.model.tok2vec]
@architectures = "kernel.Tok2Vec.v2"
[components.tagger.model.tok2vec.embed]
@architectures = "kernel.MultiHashEmbed.v2"
width = 16
attrs = ["NORM", "SUFFIX"]
rows = [200, 100]
include_static_vectors = false
[components.tagger.model.tok2vec.encode]
@architectures = "tests.TorchEncoder.v1"
width = 16
[components.tagger.model.tok2vec.encode.network]
@misc = "tests.network.v1"
width = 16
[corpora.train]
@readers = "kernel.Corpus.v1"
path = "train.jsonl"
[corpora.dev]
@readers = "kernel.Corpus.v1"
path = "train.jsonl"
[training]
seed = 1
max_steps = 20
eval_frequency = 5
patience = 0
logger = null
[training.checkpoint]
every_steps = 5
[training.callbacks.killer]
@callbacks = "tests.killer.v1"
[training.batcher]
@batchers = "kernel.batch_by_words.v1"
size = 20
[training.optimizer]
@optimizers = "Adam.v1"
use_averages = true
learn_rate = 0.01
"""
WORDS = {"N": ["Ada", "Ben", "Eva", "Tom"], "V": ["sleeps", "eats", "reads"], "O": ["late", "soup", "books"]}

Train = Callable[..., Path]


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file of code, the same for all runs of this process."""
    file = tmp_path_factory.mktemp("code") / "code.py"
    file.write_text(CODE)
    return str(file)


@pytest.fixture
def train(tmp_path: Path, code: str, monkeypatch: pytest.MonkeyPatch) -> Train:
    monkeypatch.chdir(tmp_path)
    Path("config.cfg").write_text(CONFIG)
    generator = np.random.default_rng(0)
    with Path("train.jsonl").open("w") as file:
        for _ in range(60):
            words = [str(generator.choice(choices)) for choices in WORDS.values()]
            file.write(json.dumps({"text": " ".join(words), "words": words, "tags": list(WORDS)}) + "\n")

    def run(name: str, *options: str) -> Path:
        words = [
            "train",
            "config.cfg",
            "--code",
            code,
            "-o",
            name,
            *options,
        ]
        assert command(words) == 0
        return tmp_path / name

    return run


def weights(output: Path, model: str = "last") -> bytes:
    return (output / f"model-{model}" / "tagger" / "model").read_bytes()


def test_equal_runs_are_equal_and_a_killed_one_comes_to_the_same_end(train: Train, code: str) -> None:
    whole = train("whole")
    assert weights(train("again")) == weights(whole)
    assert weights(train("other", "--training.seed", "2")) != weights(whole)
    program = "import sys; from kernel.cli import main; main()"
    words = [sys.executable, "-c", program, "train", "config.cfg", "--code", code, "-o", "killed"]
    killed = subprocess.run(words, env={**os.environ, "KILL": "1"}, capture_output=True, check=False)
    assert killed.returncode == -9, killed.stderr.decode()
    # In a process of its own as well: this one may have imported more, which counts as drift.
    resumed = subprocess.run([*words, "--resume"], capture_output=True, check=False)
    assert resumed.returncode == 0, resumed.stderr.decode()
    assert [weights(Path("killed"), each) for each in ("last", "best")] == [
        weights(whole, each) for each in ("last", "best")
    ]
    manifest = json.loads((whole / "run.json").read_text())
    assert manifest["threads"]["torch"] == 1 and "torch" in manifest["packages"]


@pytest.mark.parametrize("precision", ["float32", "float16"])
def test_averages_are_what_is_saved(train: Train, code: str, precision: str) -> None:
    output = train("output", "--components.tagger.model.tok2vec.encode.precision", precision)
    snapshot = read(folder_of(output, 20))
    averages = dict(snapshot.part("optimizer")["averages"])
    ((path, state),) = snapshot.part("models")["shims"].items()
    load_code(code)
    nlp = kernel.load(output / "model-last")
    (shim,) = [shim for node in nlp.get_pipe("tagger").model.walk() for shim in node.shims]
    assert shim.precision == precision
    for name, value in shim.weights().items():
        assert np.array_equal(value, averages["shim", path, name])
        assert not np.array_equal(value, state["weights"][name]), "the checkpoint has the weights themselves"
    assert (state["scale"]["value"] > 1) == (precision == "float16")


def test_shards_and_accumulation_give_equal_bytes(train: Train) -> None:
    accumulated = train("accumulated", "--training.accumulate_gradient", "4", "--training.max_steps", "6")
    assert weights(train("shards", "--training.shards", "4", "--training.max_steps", "6")) == weights(
        accumulated
    )


@pytest.mark.needs("kernel-nlp-callbacks")
def test_averages_of_the_callback_are_used_and_resumed(train: Train) -> None:
    callback = [
        "--training.optimizer.use_averages",
        "false",
        "--training.callbacks.averages",
        '{"@callbacks":"kernel.Averages.v1","decay":0.9}',
    ]
    plain = train("plain", *callback[:2])
    whole = train("whole", *callback)
    assert weights(whole) != weights(plain)
    shorter = [*callback, "--training.max_steps", "10"]
    part = train("part", *shorter)
    resumed = train("part", *callback, "--resume", "--allow-drift", "training.max_steps")
    assert part == resumed and weights(resumed) == weights(whole)


def test_what_was_trained_is_used_in_processes_and_rehearsed(train: Train, code: str) -> None:
    output = train("output", "--training.max_steps", "10")
    load_code(code)
    nlp = kernel.load(output / "model-last")
    texts = ["Ada eats soup", "Ben sleeps late"] * 8
    here = [[token.tag_ for token in doc] for doc in nlp.pipe(texts)]
    there = [[token.tag_ for token in doc] for doc in nlp.pipe(texts, n_process=2, batch_size=4)]
    assert here == there and here[0] == ["N", "V", "O"]
    nlp.resume_training()
    tagger: Any = nlp.get_pipe("tagger")
    docs = [nlp.make_doc(text) for text in texts[:2]]
    one, two = tagger.taught(docs), tagger.taught(docs)
    assert all((a == b).all() for a, b in zip(one, two, strict=True)), "a teacher has no dropout"
    scores, _ = tagger.model.begin_update(docs)
    assert any((a != b).any() for a, b in zip(one, scores, strict=True)), "the pupil has"


def test_debug_model_counts_its_weights(train: Train, code: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["debug", "model", "config.cfg", "tagger", "--code", code]
    assert command([*words, "--parameters"]) == 0
    shown = capsys.readouterr().out
    assert "parameter 0.weight: 16 x 16, mean" in shown
    (line,) = [line for line in shown.splitlines() if " torch " in line][-1:]
    assert "304" in line


def test_numbers_that_are_not_finite_are_found(
    train: Train, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", "config.cfg", "--code", code, "-o", "out"]
    assert (
        command([*words, "--training.optimizer.learn_rate", "1e30", "--training.optimizer.grad_clip", "0"])
        == 1
    )
    said = capsys.readouterr().err
    assert "nan or infinite" in said or "the loss of 'tagger' is" in said


@pytest.mark.needs("kernel-nlp-runs")
def test_a_step_whose_numbers_are_not_finite_is_made_again(
    train: Train, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of the steps after a checkpoint the first is told that spoils weights, and the layer of torch in which it began."""
    words = ["train", "config.cfg", "--code", code, "-o", "out", "--training.checkpoint.every_steps", "1"]
    assert command([*words, "--components.tagger.model.tok2vec.encode.spoilt", "4"]) == 1
    assert "weights of 'tagger' are nan" in capsys.readouterr().err
    assert command(["replay", "out", "--code", code]) == 0
    said = capsys.readouterr().out
    _, _, from_where = said.partition("going on from the checkpoint of step ")
    _, step, first, blamed, *_ = from_where.splitlines()
    assert step.startswith("step 3, ") and blamed.startswith("made so"), said
    assert first.startswith("first: the gradient of the weights 1.weight of tagger/") and "(torch" in first, (
        said
    )
