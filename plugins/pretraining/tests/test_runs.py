"""Runs of `kernel pretrain`, from the command line to the files: what they leave, and that they go on where they were."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kernel as package
from kernel.numeric.bytes import model_to_bytes
from kernel.testing import Box
from kernel.training.prepare import fill_config, pipeline_class

pytestmark = pytest.mark.needs(
    "kernel-nlp-architectures",
    "kernel-nlp-batchers",
    "kernel-nlp-callbacks",
    "kernel-nlp-components",
    "kernel-nlp-languages",
    "kernel-nlp-readers",
)
EVERY_STEP = ("--pretraining.checkpoint.every_steps", "1")


def run(box: Box, output: str, *more: str) -> str:
    """What the command says."""
    result = box.run("pretrain", "config.cfg", output, *more)
    assert result.exit_code == 0, result.stderr
    return str(result.stdout)


def weights(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("model*.bin")}


def log(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def test_files_of_a_run(texts: Box) -> None:
    run(texts, "out", "--pretraining.n_save_every", "2")
    out = texts.path / "out"
    assert set(weights(out)) == {
        *(f"model{epoch}.bin" for epoch in range(3)),
        *(f"model{epoch}.temp.bin" for epoch in range(3)),
        "model-last.bin",
        "model-best.bin",
    }
    assert {"config.cfg", "run.json", "history.jsonl", "log.jsonl", "checkpoints"} <= {
        path.name for path in out.iterdir()
    }
    rows = log(out)
    ends = [
        row
        for number, row in enumerate(rows)
        if number + 1 == len(rows) or rows[number + 1]["epoch"] > row["epoch"]
    ]
    assert [row["epoch"] for row in ends] == [0, 1, 2]
    words = [row["nr_word"] for row in ends]
    assert words == [words[0], 2 * words[0], 3 * words[0]]
    assert ends[-1]["epoch_loss"] < ends[0]["epoch_loss"]
    # The log says the mean loss of the steps so far.
    history = [json.loads(line) for line in (out / "history.jsonl").read_text().splitlines()]
    losses = [row["losses"]["tok2vec"] for row in history if "step" in row]
    assert rows[-1]["loss"] == pytest.approx(sum(losses) / len(losses))


def test_only_some_epochs_are_kept(texts: Box) -> None:
    run(texts, "out", "--pretraining.n_save_epoch", "2", "--pretraining.max_epochs", "4")
    assert set(weights(texts.path / "out")) == {
        "model0.bin", "model2.bin", "model3.bin", "model-last.bin", "model-best.bin"
    }  # fmt: skip


def test_the_last_weights_can_be_left_out(texts: Box) -> None:
    run(texts, "out", "--skip-last")
    assert "model-last.bin" not in weights(texts.path / "out") and "model2.bin" in weights(texts.path / "out")


STOP = """
import kernel

@kernel.registry.callbacks("test.stop.v1")
def stop(at: int):
    class Stop:
        @kernel.hookimpl
        def step_end(self, run):
            if run.step == at:
                raise KeyboardInterrupt

    return Stop()
"""


@pytest.mark.parametrize("more", [(), ("--pretraining.max_epochs", "-1", "--pretraining.max_steps", "17")])
@pytest.mark.parametrize("at", [2, 6, 11])
def test_a_run_that_was_interrupted_goes_on_to_equal_bytes(
    texts: Box, at: int, more: tuple[str, ...]
) -> None:
    """In memory and streamed, in the first, second and third epoch, with averages, weights of epochs and the log."""
    texts.code(STOP)
    config = (texts.path / "config.cfg").read_text()
    stop = '\n[pretraining.callbacks.stop]\n@callbacks = "test.stop.v1"\nat = AT\n'
    options = (
        *EVERY_STEP,
        "--pretraining.n_save_every",
        "3",
        "--pretraining.shards",
        "2",
        "--code",
        "functions.py",
        *more,
    )
    texts.config(config + stop.replace("AT", "0"))
    run(texts, "whole", *options)
    texts.config(config + stop.replace("AT", str(at)))
    result = texts.run("pretrain", "config.cfg", "cut", *options)
    assert result.exit_code == 130 and "go on with: kernel pretrain config.cfg cut" in result.stderr
    texts.config(config + stop.replace("AT", "0"))
    run(texts, "cut", *options, "--resume", "--allow-drift", "pretraining.callbacks.stop.at")
    whole, cut = texts.path / "whole", texts.path / "cut"
    assert weights(cut) == weights(whole)
    assert log(cut) == log(whole)


KILL = """
import os
import signal

import kernel

@kernel.registry.callbacks("test.stop.v1")
def stop(at: int):
    class Stop:
        @kernel.hookimpl
        def step_end(self, run):
            if run.step == at:
                os.kill(os.getpid(), signal.SIGKILL)

    return Stop()
"""


@pytest.mark.slow
def test_a_run_that_was_killed_goes_on_to_equal_bytes(texts: Box) -> None:
    """Killed twice, in the first and in the last epoch."""
    texts.code(KILL)
    config = (texts.path / "config.cfg").read_text()
    options = (
        *EVERY_STEP,
        "--code",
        "functions.py",
        "--resume",
        "--allow-drift",
        "pretraining.callbacks.stop.at",
    )
    codes = []
    for output, steps in (("whole", (0,)), ("cut", (3, 12, 0))):
        for at in steps:
            texts.config(f'{config}\n[pretraining.callbacks.stop]\n@callbacks = "test.stop.v1"\nat = {at}\n')
            codes.append(texts.run("pretrain", "config.cfg", output, *options, subprocess=True).exit_code)
    assert codes == [0, -9, -9, 0]
    whole, cut = texts.path / "whole", texts.path / "cut"
    assert weights(cut) == weights(whole) and log(cut) == log(whole)


def test_a_run_that_has_ended_is_not_repeated(texts: Box) -> None:
    run(texts, "out")
    before = weights(texts.path / "out")
    result = texts.run("pretrain", "config.cfg", "out", "--resume")
    assert result.exit_code == 0 and "has ended already" in result.stdout
    assert weights(texts.path / "out") == before


def test_another_config_moves_what_is_there_aside(texts: Box) -> None:
    run(texts, "out")
    before = weights(texts.path / "out")
    result = texts.run("pretrain", "config.cfg", "out", "--pretraining.max_epochs", "1")
    assert result.exit_code == 0 and "they are now in out.1" in result.stderr
    assert weights(texts.path / "out.1") == before and len(log(texts.path / "out.1")) == 3
    assert "model2.bin" not in weights(texts.path / "out") and len(log(texts.path / "out")) == 1


def test_shards_of_equal_number_give_equal_weights(texts: Box) -> None:
    run(texts, "shards", "--pretraining.shards", "3")
    run(texts, "parts", "--pretraining.accumulate_gradient", "3")
    run(texts, "one")
    found = {name: weights(texts.path / name)["model-last.bin"] for name in ("shards", "parts", "one")}
    assert found["shards"] == found["parts"] != found["one"]


def test_the_loss_of_a_step_is_a_mean_over_all_its_shards(texts: Box) -> None:
    run(
        texts,
        "out",
        "--pretraining.shards",
        "3",
        "--pretraining.eval_frequency",
        "1",
        "--pretraining.max_steps",
        "4",
    )
    lines = (texts.path / "out" / "history.jsonl").read_text().splitlines()
    rows = [row for row in map(json.loads, lines) if row.get("scores")]
    assert len(rows) == 4
    for row in rows:
        assert row["losses"]["tok2vec"] == pytest.approx(row["scores"]["loss"])


def test_a_run_does_not_begin_with_what_it_moves_aside(texts: Box) -> None:
    """It could not be resumed: its first weights would be gone."""
    run(texts, "out")
    before = weights(texts.path / "out")
    result = texts.run(
        "pretrain", "config.cfg", "out", "--resume-path", "out/model2.bin", "--pretraining.max_epochs", "4"
    )
    assert result.exit_code == 2 and "lies in the output of this run" in result.stderr
    assert weights(texts.path / "out") == before and not (texts.path / "out.1").exists()


def test_weights_of_an_earlier_run_are_gone_on_with(texts: Box) -> None:
    run(texts, "first")
    said = run(
        texts,
        "second",
        "--resume-path",
        "first/model1.bin",
        "--pretraining.max_epochs",
        "4",
        "--pretraining.optimizer.learn_rate",
        "0.0",
        "--pretraining.optimizer.use_averages",
        "false",
    )
    found = weights(texts.path / "second")
    assert {"model2.bin", "model3.bin"} <= set(found) and "model0.bin" not in found
    # Nothing is learnt without a learn rate: what was begun with is what comes out.
    assert found["model3.bin"] == weights(texts.path / "first")["model1.bin"]
    assert [row["epoch"] for row in log(texts.path / "second")] == [2, 3]
    # What is shown counts on too.
    assert "max_epochs = 4 reached" in said
    rows = [line.split() for line in said.splitlines()]
    assert [row[0] for row in rows if row[:1] and row[0].isdigit()][-1] == "4"
    run(texts, "third", "--resume-path", "first/model-last.bin", "--epoch-resume", "2")
    assert "model2.bin" in weights(texts.path / "third") and "model1.bin" not in weights(texts.path / "third")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--resume-path", "first/model-last.bin"), "the name of first/model-last.bin does not tell its epoch"),
        (("--epoch-resume", "3"), "--epoch-resume says which epoch the weights of --resume-path have had"),
        (("--resume-path", "nowhere/model1.bin"), "the weights to begin with can't be read"),
        (("--resume-path", "text.jsonl", "--epoch-resume", "1"), "text.jsonl: not the weights of a model"),
        (
            ("--resume-path", "text.jsonl", "--epoch-resume", "3"),
            "pretraining.first_epoch = 3 leaves nothing to do: pretraining.max_epochs = 3",
        ),
        (("--pretraining.component", "parser"), "pretraining.component: the pipeline has no component 'parser'"),
        (("--pretraining.component", "null"), "pretraining.component: it names none: it is the component whose model makes"),
        (("--pretraining.layer", "embed2"), "pretraining.layer: the model of 'tok2vec' has no layer called 'embed2'"),
        (("--pretraining.component", "tagger"), "pretraining.component: 'tagger' can't be initialised on documents alone: it needs a size that only labels tell"),
        (("--pretraining.corpus", "corpora.raw"), "'corpora.raw' is not in the config"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_before_anything_is_written(
    texts: Box, more: tuple[str, ...], message: str
) -> None:
    result = texts.run("pretrain", "config.cfg", "out", *more)
    assert result.exit_code in (1, 2) and message in result.stderr, result.stderr
    assert "Traceback" not in result.stderr
    assert not weights(texts.path / "out")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('component = "parser"', "the pipeline has no component 'parser'"),
        ('layer = "embed2"', "the model of 'tok2vec' has no layer called 'embed2'"),
        ('component = "tagger"', "'tagger' can't be initialised on documents alone"),
    ],
)
def test_a_setting_that_does_not_fit_is_pointed_at(texts: Box, line: str, message: str) -> None:
    text = (texts.path / "config.cfg").read_text().replace("[pretraining]\n", f"[pretraining]\n{line}\n")
    texts.config(text)
    key, number = line.split()[0], text.splitlines().index(line) + 1
    result = texts.run("pretrain", "config.cfg", "out")
    assert result.exit_code == 2
    assert f"config.cfg:{number}:{len(key) + 4}: pretraining.{key}: {message}" in result.stderr, result.stderr


@pytest.mark.parametrize("more", [(), ("--paths.raw_text", "text.jsonl")])
def test_a_config_without_the_section(texts: Box, more: tuple[str, ...]) -> None:
    text = (texts.path / "config.cfg").read_text()
    texts.config(text[text.index("[nlp]") : text.index("[corpora.pretrain]")])
    result = texts.run("pretrain", "config.cfg", "out", *more)
    assert result.exit_code == 2
    assert "the config has no section [pretraining], which kernel pretrain goes by" in result.stderr
    assert "kernel init fill-config CONFIG OUT --pretraining writes a config that has it" in result.stderr
    assert "nothing uses this" not in result.stderr


def test_a_section_that_only_says_where_weights_go_needs_no_corpus(texts: Box) -> None:
    run(texts, "first", "--pretraining.max_epochs", "1")
    examples = [json.dumps({"text": "a b", "words": ["a", "b"], "tags": ["X", "Y"]}) for _ in range(4)]
    (texts.path / "train.jsonl").write_text("\n".join(examples))
    text = (texts.path / "config.cfg").read_text()
    corpora = "".join(
        f'[corpora.{name}]\n@readers = "kernel.Corpus.v1"\npath = "train.jsonl"\n\n'
        for name in ("train", "dev")
    )
    section = '[pretraining]\ncomponent = "tok2vec"\n\n[training]\nmax_steps = 1\n'
    texts.config(text[text.index("[nlp]") : text.index("[corpora.pretrain]")] + corpora + section)
    result = texts.run("train", "config.cfg", "--initialize.init_tok2vec", "first/model-last.bin")
    assert result.exit_code == 0, result.stderr
    result = texts.run("pretrain", "config.cfg", "out")
    assert result.exit_code == 2 and "'corpora.pretrain' is not in the config" in result.stderr


def test_a_listener_stands_for_its_source(texts: Box) -> None:
    run(texts, "own")
    run(texts, "listener", "--pretraining.component", "tagger", "--pretraining.layer", "tok2vec")
    assert weights(texts.path / "listener")["model-last.bin"] == weights(texts.path / "own")["model-last.bin"]


def test_a_copied_component_goes_on_from_its_weights(texts: Box) -> None:
    config = package.Config().from_disk(texts.path / "config.cfg")
    config.pop("pretraining")
    config["corpora"].pop("pretrain")
    config["nlp"]["pipeline"] = ["tok2vec"]
    config["components"].pop("tagger")
    cls = pipeline_class(config)
    made: Any = cls.from_config(fill_config(cls, config))
    made.initialize()
    model = made.get_pipe("tok2vec").model
    made.to_disk(texts.path / "trained")
    text = (texts.path / "config.cfg").read_text()
    start, end = text.index("[components.tok2vec]"), text.index("[components.tagger]")
    texts.config(text[:start] + '[components.tok2vec]\nsource = "trained"\n\n' + text[end:])
    before = model_to_bytes(model)
    run(
        texts,
        "out",
        "--pretraining.optimizer.learn_rate",
        "0.0",
        "--pretraining.optimizer.use_averages",
        "false",
    )
    assert weights(texts.path / "out")["model-last.bin"] == before


def test_held_out_text_is_the_score_and_ends_the_run(texts: Box) -> None:
    """The same words are masked at every evaluation: without a learn rate, all give the same loss."""
    dev = '\n[corpora.held]\n@readers = "kernel.JsonlCorpus.v1"\npath = "text.jsonl"\nlimit = 20\n'
    texts.config((texts.path / "config.cfg").read_text() + dev)
    options = ("--pretraining.dev_corpus", "corpora.held", "--pretraining.eval_frequency", "2")
    run(texts, "still", *options, "--pretraining.optimizer.learn_rate", "0.0", "--pretraining.patience", "4")
    history = [json.loads(line) for line in (texts.path / "still" / "history.jsonl").read_text().splitlines()]
    found = [row for row in history if "evaluation" in row]
    assert len({row["score"] for row in found}) == 1 and found[-1]["evaluation"] == 6
    assert all(row["score"] == -row["scores"]["loss"] for row in found)
    run(
        texts,
        "learning",
        *options,
        "--pretraining.max_epochs",
        "20",
        "--pretraining.optimizer.learn_rate",
        "0.01",
    )
    history = [
        json.loads(line) for line in (texts.path / "learning" / "history.jsonl").read_text().splitlines()
    ]
    scores = [row["score"] for row in history if "evaluation" in row]
    assert scores[-1] > scores[0]


@pytest.mark.needs("kernel-nlp-runs")
def test_a_loss_that_is_no_number_is_repeated(texts: Box) -> None:
    options = ("--pretraining.optimizer.learn_rate", "1e30", "--pretraining.optimizer.grad_clip", "0.0")
    result = texts.run("pretrain", "config.cfg", "out", *options)
    assert result.exit_code == 1 and "kernel replay out" in result.stderr, result.stderr
    again = texts.run("replay", "out")
    assert again.exit_code == 0 and "tok2vec" in again.stdout, again.stderr


def test_a_table_without_any_word_of_the_text_is_told(texts: Box) -> None:
    nlp = package.blank("en")
    nlp.vocab.set_vector("elsewhere", np.ones(3))
    nlp.to_disk(texts.path / "vectors")
    result = texts.run(
        *(
            "pretrain",
            "config.cfg",
            "out",
            "--initialize.vectors",
            "vectors",
            "--pretraining.max_epochs",
            "1",
        ),
        *("--pretraining.objective", '{"@architectures": "kernel.PretrainVectors.v1", "hidden_size": 4}'),
    )
    assert result.exit_code == 0
    assert "have a loss of exactly 0, so that nothing is learnt" in result.stderr
