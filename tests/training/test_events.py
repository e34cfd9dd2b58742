"""One test for each event: when it comes and what it can do."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kernel import hookimpl
from kernel.errors import CallbackError
from kernel.training import events
from kernel.training.loop import train
from kernel.training.run import Info, Run

MakeRun = Callable[..., Run]


class Log:
    """Remembers every event that it is asked to."""

    def __init__(self) -> None:
        self.seen: list[Any] = []


def test_hook_config_ready(make_run: MakeRun) -> None:
    class Callback(Log):
        @hookimpl
        def config_ready(self, config: Any) -> None:
            self.seen.append(config["training"]["dropout"])

        @hookimpl
        def pipeline_created(self) -> None:
            self.seen.append("created")

    callback = Callback()
    make_run(callback)
    assert callback.seen == [0.1, "created"]


def test_hook_pipeline_created(make_run: MakeRun) -> None:
    class Callback(Log):
        @hookimpl
        def pipeline_created(self, pipeline: Any, config: Any) -> None:
            self.seen.append((pipeline.model.has_param("W"), config["nlp"]["lang"]))

    callback = Callback()
    make_run(callback)
    assert callback.seen == [(None, "numbers")]


def test_hook_pipeline_initialized(make_run: MakeRun) -> None:
    class Callback(Log):
        @hookimpl
        def pipeline_initialized(self, pipeline: Any) -> None:
            self.seen.append(pipeline.model.has_param("W"))

    callback = Callback()
    make_run(callback)
    assert callback.seen == [True]


def test_hook_train_start(make_run: MakeRun) -> None:
    class Callback(Log):
        @hookimpl
        def train_start(self, run: Run) -> None:
            self.seen.append(run.step)

    callback = Callback()
    run = make_run(callback)
    assert callback.seen == []
    list(train(run))
    assert callback.seen == [0]


def test_hook_epoch_start(make_run: MakeRun) -> None:
    class Callback(Log):
        @hookimpl
        def epoch_start(self, run: Run, epoch: int) -> None:
            self.seen.append((epoch, run.step))

    callback = Callback()
    list(train(make_run(callback, max_epochs=2)))
    assert callback.seen == [(0, 0), (1, 4)]


def test_hook_update(make_run: MakeRun) -> None:
    class Callback(Log):
        @hookimpl
        def update(self, run: Run, batch: Any) -> dict[str, float]:
            self.seen.append(len(batch))
            return {"line": 0.5}

    callback = Callback()
    run = make_run(callback, max_steps=2)
    before = run.parameters.weights.copy()
    infos = list(train(run))
    assert callback.seen == [8, 8]
    assert [info.losses for info in infos] == [{"line": 0.5}] * 2
    assert (run.parameters.weights == before).all()


def test_hook_step_end(make_run: MakeRun) -> None:
    class Callback(Log):
        @hookimpl
        def step_end(self, run: Run, info: Info) -> None:
            self.seen.append((info.step, info.epoch, info.words, list(info.losses)))

    callback = Callback()
    list(train(make_run(callback, max_steps=5)))
    assert callback.seen[0] == (1, 0, 16, ["line"])
    assert callback.seen[-1] == (5, 1, 80, ["line"])


def test_hook_evaluate(make_run: MakeRun) -> None:
    class Callback(Log):
        @hookimpl
        def evaluate(self, run: Run) -> dict[str, Any]:
            return {"r2": run.step / 100}

    run = make_run(Callback(), max_steps=8)
    list(train(run))
    assert run.history == [(0.04, 4), (0.08, 8)]


def test_hook_predicted(make_run: MakeRun) -> None:
    class Callback(Log):
        @hookimpl
        def predicted(self, run: Run, examples: Any) -> None:
            errors = [(row.guess - row.target) ** 2 for row in examples]
            self.seen.append((run.step, sum(errors) / len(errors)))

        @hookimpl
        def evaluated(self, scores: Any) -> None:
            step, error = self.seen[-1]
            self.seen[-1] = (step, scores["mse"] == pytest.approx(error))

    callback = Callback()
    run = make_run(callback)
    list(train(run))
    assert callback.seen == [(4, True), (8, True), (12, True)]


def test_a_pipeline_that_hands_nothing_over_has_no_such_event(make_run: MakeRun) -> None:
    class Callback(Log):
        @hookimpl
        def predicted(self, examples: Any) -> None:
            self.seen.append(examples)

    callback = Callback()
    run = make_run(callback)
    whole = run.pipeline.evaluate
    run.pipeline.evaluate = lambda examples: whole(examples)  # type: ignore[method-assign]
    list(train(run))
    assert callback.seen == []
    assert len(run.history) == 3


def test_hook_evaluated(make_run: MakeRun) -> None:
    class Callback(Log):
        @hookimpl
        def evaluate(self, run: Run) -> dict[str, Any]:
            return {"r2": {4: 0.5, 8: 0.25, 12: 0.5}[run.step]}

        @hookimpl
        def evaluated(self, run: Run, scores: Any, is_best: bool) -> None:
            self.seen.append((run.step, run.score, scores["r2"], is_best, list(run.losses)))

    callback = Callback()
    list(train(make_run(callback)))
    assert callback.seen == [
        (4, 0.5, 0.5, True, ["line"]),
        (8, 0.25, 0.25, False, ["line"]),
        (12, 0.5, 0.5, True, ["line"]),
    ]


def test_hook_should_stop(make_run: MakeRun) -> None:
    class Callback(Log):
        @hookimpl
        def should_stop(self, run: Run) -> str | None:
            self.seen.append(run.step)
            return "enough" if run.step == 3 else None

    callback = Callback()
    run = make_run(callback)
    list(train(run))
    assert callback.seen == [1, 2, 3]
    assert (run.reason, run.is_evaluated) == ("enough", True)


def test_hook_saved(make_run: MakeRun, tmp_path: Path) -> None:
    class Callback(Log):
        @hookimpl
        def saved(self, path: Path, is_best: bool) -> None:
            self.seen.append((path.name, is_best, (path / "config.cfg").exists()))

    callback = Callback()
    list(train(make_run(callback, output=True, max_steps=4)))
    assert callback.seen == [("model-last", False, True), ("model-best", True, True)]


def test_hook_train_error(make_run: MakeRun, tmp_path: Path) -> None:
    class Callback(Log):
        @hookimpl
        def step_end(self, run: Run) -> None:
            if run.step == 3:
                raise RuntimeError("broken")

        @hookimpl
        def train_error(self, run: Run, error: BaseException) -> None:
            self.seen.append((type(error), (tmp_path / "out" / "model-last").exists()))

    callback = Callback()
    with pytest.raises(
        CallbackError, match=r"'test.Callback0.v1' \(.*\) failed in step_end at step 3: RuntimeError: broken"
    ):
        list(train(make_run(callback, output=True)))
    [(kind, is_saved)] = callback.seen
    assert issubclass(kind, CallbackError) and issubclass(kind, RuntimeError) and is_saved


def test_hook_train_end(make_run: MakeRun) -> None:
    class Callback(Log):
        @hookimpl
        def train_end(self, run: Run, reason: str) -> None:
            self.seen.append((run.step, reason))

    callback = Callback()
    list(train(make_run(callback)))
    assert callback.seen == [(12, "max_steps = 12 reached")]


def test_every_event_is_tested() -> None:
    found = {name for name, spec in vars(events).items() if hasattr(spec, "kernel_spec")}
    assert {name.removeprefix("test_hook_") for name in globals() if name.startswith("test_hook_")} == found


def test_stopping_without_a_reason_names_the_callback(make_run: MakeRun) -> None:
    class Callback:
        @hookimpl
        def should_stop(self, run: Run) -> Any:
            return run.step == 3

    run = make_run(Callback())
    list(train(run))
    assert run.step == 3 and run.reason.startswith("callback 'test.Callback0.v1'")


def test_not_stopping_leaves_the_limits_alone(make_run: MakeRun) -> None:
    class Callback:
        @hookimpl
        def should_stop(self) -> Any:
            return False

    run = make_run(Callback(), max_steps=4)
    list(train(run))
    assert run.reason == "max_steps = 4 reached"
