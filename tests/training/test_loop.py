"""When training ends, what is kept, and that equal runs are equal."""

import json
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kernel import hookimpl, registry
from kernel.errors import DataError, KernelWarning
from kernel.training.loop import train
from kernel.training.output import Unsavable
from kernel.training.run import Run

MakeRun = Callable[..., Run]


class Scores:
    """Evaluates to the given scores, one after the other."""

    def __init__(self, *scores: float) -> None:
        self.scores = iter(scores)

    @hookimpl
    def evaluate(self) -> dict[str, float]:
        return {"r2": next(self.scores)}


@pytest.mark.parametrize("steps", [1, 4, 7])
def test_max_steps_is_the_number_of_updates(make_run: MakeRun, steps: int) -> None:
    run = make_run(max_steps=steps)
    assert [info.step for info in train(run)] == list(range(1, steps + 1))
    assert run.reason == f"max_steps = {steps} reached"


def test_evaluates_at_the_frequency_and_at_the_end(make_run: MakeRun) -> None:
    run = make_run(max_steps=10)
    scored = [info.step for info in train(run) if info.score is not None]
    assert scored == [4, 8]
    assert [step for _, step in run.history] == [4, 8, 10]


def test_no_second_evaluation_of_the_last_step(make_run: MakeRun) -> None:
    run = make_run(max_steps=8)
    list(train(run))
    assert [step for _, step in run.history] == [4, 8]


def test_max_epochs(make_run: MakeRun) -> None:
    run = make_run(max_steps=0, max_epochs=3)
    assert len(list(train(run))) == 3 * 4
    assert (run.reason, run.epoch) == ("max_epochs = 3 reached", 3)


def test_patience_counts_from_the_earliest_best(make_run: MakeRun) -> None:
    run = make_run(Scores(0.1, 0.5, 0.5, 0.4, 0.5, 0.3), max_steps=0, patience=12)
    list(train(run))
    assert (run.step, run.best_step) == (20, 8)
    assert run.reason == "no better score for 12 steps (patience = 12)"


def test_the_latest_of_equal_scores_is_best(make_run: MakeRun) -> None:
    seen = []

    class Watch(Scores):
        @hookimpl
        def evaluated(self, is_best: bool) -> None:
            seen.append(is_best)

    run = make_run(Watch(0.5, 0.4, 0.5))
    list(train(run))
    assert seen == [True, False, True]
    assert (run.best_step, run.kept_step) == (4, 12)


def test_a_weighted_score_that_nobody_delivers_is_said_once(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(Scores(0.1, 0.2, 0.3), score_weights={"r2": 0.5, "r3": 0.5, "r4": None})
    with pytest.warns(
        KernelWarning,
        match="'r3' has the weight 0.5 .* no component says that it has such a score. There are: r2",
    ) as all:
        list(train(run))
    assert len(all) == 1
    run = make_run(Scores(0.1, 0.2, 0.3), score_weights={"r2": 0.5, "r3": 0.5})
    monkeypatch.setattr(type(run.pipeline), "score_sources", {"r3": "cube"})
    with pytest.warns(KernelWarning, match="should come from the scorer of component 'cube'"):
        list(train(run))


def test_every_epoch_shuffles_anew(make_run: MakeRun) -> None:
    batches: list[list[float]] = []

    class Watch:
        @hookimpl(wrapper=True)
        def update(self, batch: Any) -> Any:
            batches.append([row.target for row in batch])
            return (yield)

    run = make_run(Watch(), max_steps=0, max_epochs=2)
    list(train(run))
    first, second = list(chain(*batches[:4])), list(chain(*batches[4:]))
    assert first != second
    assert sorted(first) == sorted(second) == sorted(row.target for row in run.examples or ())


def test_streaming_reads_the_corpus_anew_and_in_order(make_run: MakeRun, numbers: Any) -> None:
    calls = []

    def corpus(pipeline: Any) -> Any:
        calls.append(len(calls))
        return (numbers.Row([float(number), 1.0], 0.5) for number in range(150))

    registry.readers("test.Stream.v1", lambda: corpus)
    batches: list[list[float]] = []
    sampled: list[int] = []

    class Watch:
        @hookimpl
        def pipeline_initialized(self, pipeline: Any) -> None:
            sampled.append(pipeline.seen)

        @hookimpl
        def update(self, batch: Any) -> dict[str, float]:
            batches.append([row.inputs[0] for row in batch])
            return {}

    batcher = {"@batchers": "numbers.Batches.v1", "size": 100}
    run = make_run(Watch(), reader="test.Stream.v1", max_epochs=-1, max_steps=4, batcher=batcher)
    assert sampled == [100]
    list(train(run))
    assert [len(batch) for batch in batches] == [100, 50, 100, 50]
    assert batches[0] + batches[1] == batches[2] + batches[3] == [float(number) for number in range(150)]
    assert len(calls) == 3


def test_corpus_without_examples(make_run: MakeRun, tmp_path: Path, numbers: Any) -> None:
    (tmp_path / "train.txt").write_text("")
    with pytest.raises(DataError, match=r"corpora.train has no examples"):
        make_run()


def test_development_corpus_is_read_before_training_unless_streaming(make_run: MakeRun, numbers: Any) -> None:
    for max_epochs, expected in ((0, 0), (-1, 3)):
        run = make_run(max_epochs=max_epochs)
        read, calls = run.dev_corpus, []
        run.dev_corpus = lambda pipeline, read=read, calls=calls: calls.append(1) or read(pipeline)
        list(train(run))
        assert len(calls) == expected


def test_development_corpus_without_examples(make_run: MakeRun, tmp_path: Path, numbers: Any) -> None:
    (tmp_path / "dev.txt").write_text("")
    with pytest.raises(DataError, match=r"corpora.dev has no examples"):
        make_run()


@pytest.mark.needs("kernel-nlp-batchers")
def test_epoch_without_batches_ends(make_run: MakeRun) -> None:
    run = make_run(
        batcher={
            "@batchers": "kernel.batch_by_words.v1",
            "size": 1,
            "tolerance": 0.0,
            "discard_oversize": True,
        }
    )
    with pytest.raises(DataError, match=r"epoch 0 of corpora.train gave no batch\n.*discard_oversize"):
        list(train(run))


def model_bytes(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in sorted(directory.glob("model-*/**/*"))
        if path.is_file()
    }


def test_same_config_same_files(make_run: MakeRun, tmp_path: Path) -> None:
    found = []
    for _ in range(2):
        list(train(make_run(output=True)))
        found.append(model_bytes(tmp_path / "out"))
    assert found[0] == found[1]
    assert "model-best/line" in found[0]


def test_other_seed_other_weights(make_run: MakeRun) -> None:
    runs = [make_run(seed=seed) for seed in (1, 2)]
    for run in runs:
        list(train(run))
    assert (runs[0].parameters.weights != runs[1].parameters.weights).any()


@pytest.mark.parametrize("number", [2, 3, 8])
def test_as_many_parts_same_weights(make_run: MakeRun, number: int) -> None:
    shards, accumulated = make_run(shards=number), make_run(accumulate_gradient=number)
    list(train(shards))
    list(train(accumulated))
    assert shards.parameters.weights.tobytes() == accumulated.parameters.weights.tobytes()


def test_parts_add_up_to_the_whole(make_run: MakeRun) -> None:
    whole, parts = make_run(), make_run(shards=4)
    list(train(whole))
    list(train(parts))
    assert whole.parameters.weights == pytest.approx(parts.parameters.weights, rel=1e-4)


def test_before_update_gets_step_and_epoch(make_run: MakeRun) -> None:
    seen = []
    registry.callbacks("test.before.v1", lambda: lambda pipeline, info: seen.append((pipeline, info)))
    run = make_run(before_update={"@callbacks": "test.before.v1"}, max_steps=5)
    list(train(run))
    assert seen[0] == (run.pipeline, {"step": 0, "epoch": 0})
    assert seen[-1] == (run.pipeline, {"step": 4, "epoch": 1})


def test_dropout_may_be_a_schedule(make_run: MakeRun) -> None:
    seen = []

    class Watch:
        @hookimpl
        def step_end(self, run: Run) -> None:
            seen.append(run.dropout)

    dropout = {"@schedules": "decaying.v1", "base_rate": 0.5, "decay": 1.0}
    list(train(make_run(Watch(), dropout=dropout, max_steps=3)))
    assert seen == [0.5, 0.25, pytest.approx(0.5 / 3)]


def test_learn_rate_follows_its_schedule(make_run: MakeRun) -> None:
    rate = {"@schedules": "compounding.v1", "start": 1.0, "stop": 9.0, "compound": 2.0}
    run = make_run(optimizer={"@optimizers": "SGD.v1", "learn_rate": rate}, max_steps=2)
    list(train(run))
    assert run.optimizer.learn_rate == 4.0


class Spoil:
    """Makes the weights not a number before a step."""

    def __init__(self, step: int) -> None:
        self.step = step

    @hookimpl(wrapper=True)
    def update(self, run: Run) -> Any:
        if run.step == self.step:
            run.parameters.weights[:] = np.nan
        return (yield)


def test_spoilt_loss_names_component_and_step_and_keeps_the_model(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run(Spoil(5), output=True)
    with pytest.raises(Unsavable, match=r"the loss of 'line' is nan at step 5"):
        list(train(run))
    performance = json.loads((tmp_path / "out" / "model-last" / "meta.json").read_text())["performance"]
    assert performance["r2"] == run.history[0][0]
    assert [step for _, step in run.history] == [4]


def test_spoilt_weights_are_never_saved(make_run: MakeRun, tmp_path: Path) -> None:
    class SpoilAfter:
        @hookimpl
        def step_end(self, run: Run) -> None:
            if run.step == 8:
                run.parameters.weights[0] = np.inf

    run = make_run(SpoilAfter(), Scores(0.1, 0.2), output=True)
    with pytest.raises(Unsavable, match="weights .* at step 8"):
        list(train(run))
    assert json.loads((tmp_path / "out" / "model-best" / "meta.json").read_text())["performance"]["r2"] == 0.1


def test_interruption_saves_what_was_learnt(make_run: MakeRun, tmp_path: Path) -> None:
    class Interrupt:
        @hookimpl
        def step_end(self, run: Run) -> None:
            if run.step == 2:
                raise KeyboardInterrupt

    run = make_run(Interrupt(), output=True)
    with pytest.raises(KeyboardInterrupt):
        list(train(run))
    assert (tmp_path / "out" / "model-last" / "line").exists()
    assert not (tmp_path / "out" / "model-best").exists()


def test_error_before_the_first_step_leaves_the_old_model(make_run: MakeRun, tmp_path: Path) -> None:
    list(train(make_run(output=True)))
    before = model_bytes(tmp_path / "out")

    class Broken:
        @hookimpl
        def train_start(self) -> None:
            raise RuntimeError("broken")

    with pytest.raises(Exception, match="failed in train_start at step 0"):
        list(train(make_run(Broken(), output=True)))
    assert model_bytes(tmp_path / "out") == before


def test_error_in_an_error_handler_does_not_hide_the_first(make_run: MakeRun) -> None:
    class Broken:
        @hookimpl
        def step_end(self) -> None:
            raise RuntimeError("first")

        @hookimpl
        def train_error(self) -> None:
            raise RuntimeError("second")

    with pytest.warns(KernelWarning, match="second"), pytest.raises(Exception, match="first"):
        list(train(make_run(Broken())))


def test_averages_are_evaluated_and_saved_but_not_trained(make_run: MakeRun) -> None:
    seen = {}

    class Watch:
        @hookimpl(wrapper=True)
        def evaluate(self, run: Run) -> Any:
            with run.averaged():
                seen["averaged"] = run.pipeline.model.get_param("W").copy()
            seen["trained"] = run.pipeline.model.get_param("W").copy()
            return (yield)

    optimizer = {"@optimizers": "Adam.v1", "learn_rate": 0.05, "use_averages": True}
    run = make_run(Watch(), max_steps=4, optimizer=optimizer)
    list(train(run))
    assert (seen["averaged"] != seen["trained"]).any()
    assert (run.pipeline.model.get_param("W") == seen["trained"]).all()
