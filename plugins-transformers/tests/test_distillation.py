"""The objective that says a transformer's vectors, its store, its teacher, and a run with it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from kernel_transformers.distillation.objective import make_transformer_objective
from kernel_transformers.distillation.store import Store
from kernel_transformers.distillation.teacher import Teacher
from thinc.api import get_current_ops

from kernel.errors import ConfigError
from kernel.numeric.random import scope
from kernel.testing import Box, ObjectiveSuite
from kernel.testing.samples import sample_docs
from kernel.tokens import Doc
from kernel.vocab import Vocab


def test_a_store_gives_what_was_added():
    store = Store(3, 1000)
    rows = {bytes([number]): np.full((number, 3), number, dtype="float16") for number in (1, 2, 0, 4)}
    for key, each in rows.items():
        store.add(key, each)
    for key, each in reversed(rows.items()):
        assert np.array_equal(store.get(key), each)
    assert store.get(b"other") is None


def test_a_store_has_an_end():
    store = Store(3, 30)
    first, second = np.ones((4, 3), dtype="float16"), np.zeros((2, 3), dtype="float16")
    store.add(b"first", first)
    store.add(b"second", second)
    assert store.size == 24
    assert np.array_equal(store.get(b"first"), first)
    assert store.get(b"second") is None


def small_teacher(limit, layers=(0, -1), precision="float32", settings=None):
    """A small BERT."""
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from .small import shared

    made = Teacher(str(shared("bert")), layers, limit, precision, settings or {})
    with scope(seed=0):
        made.initialize(get_current_ops())
    return made


@pytest.fixture(scope="module")
def teacher():
    return small_teacher(1_000_000)


def test_vectors_of_a_text_are_always_the_same(teacher):
    """Whatever it comes with, and whether they were kept."""
    docs = sample_docs(Vocab())
    together = teacher(docs)
    assert together.shape == (sum(map(len, docs)), teacher.width)
    apart = np.concatenate([teacher([doc]) for doc in reversed(docs)][::-1])
    assert together.tobytes() == apart.tobytes()
    assert small_teacher(0)(docs).tobytes() == together.tobytes()


def test_tokens_of_a_text_count(teacher):
    vocab = Vocab()
    one = Doc(vocab, words=["unhappy"], spaces=[False])
    two = Doc(vocab, words=["un", "happy"], spaces=[False, False])
    assert [len(teacher([doc])) for doc in (one, two, one)] == [1, 2, 1]


def test_vectors_are_those_of_the_layers():
    """The mean over layers; layers above those that are named can be left out of the network; bfloat16 is nearly the same."""
    docs = sample_docs(Vocab())
    first, second, both = (small_teacher(0, layers)(docs) for layers in ([1], [2], [1, 2]))
    np.testing.assert_allclose(both, (first + second) / 2, atol=2e-3)
    short = small_teacher(0, [-1], settings={"num_hidden_layers": 1})(docs)
    np.testing.assert_allclose(short, first, atol=2e-3)
    half = small_teacher(0, [1], precision="bfloat16")(docs)
    assert 0 < abs(half - first).max() < 0.1


def test_layers_that_are_not_there():
    with pytest.raises(ConfigError, match=r"layers: .* has the layers 0 to \d+, not all of \[9\]"):
        small_teacher(0, [9])(sample_docs(Vocab()))


@pytest.mark.needs("torch", "transformers")
def test_what_is_predicted_has_mean_0_and_variance_1():
    """Over the texts that it was initialised on: nothing is known at first, so that the loss is half of the variance."""
    pytest.importorskip("torch")
    from .small import shared

    docs = sample_docs(Vocab())
    encoder = ObjectiveSuite().encoder()
    model = make_transformer_objective(str(shared("bert")), [1])(docs[0].vocab, encoder)
    with scope(seed=0):
        model.initialize(X=docs)
        losses = model.predict(docs)
    assert losses.mean() == pytest.approx(0.5, abs=1e-3)
    vectors = (model.attrs["teacher"](docs) - model.attrs["mean"]) * model.attrs["scale"]
    np.testing.assert_allclose(vectors.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(vectors.var(axis=0), 1, atol=1e-3)
    np.testing.assert_allclose(losses, 0.5 * (vectors**2).mean(axis=1), rtol=1e-4)


CONFIG = """
[nlp]
lang = "en"
pipeline = ["tok2vec"]

[components.tok2vec]
factory = "tok2vec"

[components.tok2vec.model]
@architectures = "kernel.HashEmbedCNN.v2"
pretrained_vectors = null
width = 8
depth = 1
embed_size = 60
window_size = 1
maxout_pieces = 2
subword_features = true

[corpora.pretrain]
@readers = "kernel.JsonlCorpus.v1"
path = "texts.jsonl"

[pretraining]
max_epochs = 3

[pretraining.checkpoint]
every_steps = 1

[pretraining.objective]
@architectures = "kernel.PretrainTransformer.v1"
name = "bert"
layers = [1]

[pretraining.optimizer]
@optimizers = "Adam.v1"
learn_rate = 0.01

[pretraining.batcher]
@batchers = "kernel.batch_by_words.v1"
size = 60

[pretraining.callbacks.killer]
@callbacks = "test.killer.v1"
"""
# Kills its process after a step of the second epoch.
CODE = """
import os, signal
from kernel import hookimpl, registry

class Killer:
    @hookimpl
    def step_end(self, run):
        if run.epoch == 1 and os.environ.get("TEST_KILLED"):
            os.kill(os.getpid(), signal.SIGKILL)

@registry.callbacks("test.killer.v1")
def killer():
    return Killer()
"""
NEEDED = (
    "kernel-nlp-architectures",
    "kernel-nlp-batchers",
    "kernel-nlp-components",
    "kernel-nlp-languages",
    "kernel-nlp-pretraining",
    "kernel-nlp-readers",
)


def texts(box: Box) -> None:
    """Write texts, the config, and its callback."""
    from .small import TEXTS

    lines = [f"{one} {other}" for one in TEXTS for other in TEXTS[:3]]
    box.file("texts.jsonl", "".join(json.dumps({"text": line}) + "\n" for line in lines))
    box.config(CONFIG)
    box.code(CODE)


def pretrain(place: Path, *more: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own, which can be killed."""
    return subprocess.run(
        [sys.executable, "-m", "kernel", "pretrain", "config.cfg", *more, "--code", "functions.py"],
        cwd=place,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.needs(*NEEDED)
def test_a_run_learns_and_one_that_was_killed_ends_in_the_same_bytes(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from . import small

    texts(Box(tmp_path))
    small.network(tmp_path / "bert", "bert")
    whole = pretrain(tmp_path, "whole")
    assert whole.returncode == 0, whole.stderr
    log = [json.loads(line) for line in (tmp_path / "whole" / "log.jsonl").read_text().splitlines()]
    assert log[-1]["epoch_loss"] < 0.97 * log[0]["epoch_loss"]
    assert pretrain(tmp_path, "killed", TEST_KILLED="1").returncode == -signal.SIGKILL
    resumed = pretrain(tmp_path, "killed", "--resume")
    assert resumed.returncode == 0, resumed.stderr
    ends = [(tmp_path / name / "model-last.bin").read_bytes() for name in ("killed", "whole")]
    assert ends[0] == ends[1]


@pytest.mark.needs(*NEEDED)
def test_shards_are_the_same_as_accumulation(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from . import small

    box = Box(tmp_path)
    texts(box)
    small.network(tmp_path / "bert", "bert")
    for shards, parts in ((3, 1), (1, 3)):
        settings = ["--pretraining.shards", str(shards), "--pretraining.accumulate_gradient", str(parts)]
        done = box.run("pretrain", "config.cfg", f"out-{shards}", *settings, "--code", "functions.py")
        assert done.exit_code == 0, done.stderr
    ends = [(tmp_path / f"out-{shards}" / "model-last.bin").read_bytes() for shards in (3, 1)]
    assert ends[0] == ends[1]


@pytest.mark.needs(*NEEDED)
def test_without_torch_a_run_ends_with_one_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    box = Box(tmp_path)
    texts(box)
    result = box.run("pretrain", "config.cfg", "out", "--code", "functions.py")
    errors = [line for line in result.stderr.splitlines() if line.startswith("error:")]
    assert (result.exit_code, len(errors)) == (2, 1), result.stderr
    assert "torch, which isn't installed" in errors[0]
    assert result.stderr.count('pip install "kernel-nlp[transformers]"') == 1
    assert "Traceback" not in result.stderr
