"""Whoever leaves the loop early ends the run: what was learnt is saved, everybody hears of it, errors are passed on."""

import gc
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kernel import hookimpl, registry
from kernel.errors import CallbackError, KernelWarning
from kernel.training.loop import train
from kernel.training.output import Unsavable
from kernel.training.run import Run

MakeRun = Callable[..., Run]
LOGGER = {"@loggers": "test.Logger.v1"}


class Watch:
    """Writes down what becomes of the run. fail: an event to fail in."""

    def __init__(self, fail: str = "") -> None:
        self.fail = fail
        self.seen: list[Any] = []

    def _note(self, event: str, *more: Any) -> None:
        self.seen.append((event, *more))
        if event == self.fail:
            raise ConnectionError("no network")

    @hookimpl
    def evaluated(self, run: Run) -> None:
        self._note("evaluated", run.step)

    @hookimpl
    def saved(self, run: Run, path: Path) -> None:
        self._note("saved", run.step, path.name)

    @hookimpl
    def train_error(self, error: BaseException) -> None:
        self._note("train_error", type(error))

    @hookimpl
    def train_end(self, run: Run, reason: str) -> None:
        self._note("train_end", run.step, reason)


@pytest.fixture
def finalized(numbers: Any) -> list[str]:
    """A word for every time that the logger is closed."""
    closed: list[str] = []
    registry.loggers(
        "test.Logger.v1", lambda: lambda nlp, out, err: (lambda info: None, lambda: closed.append("closed"))
    )
    return closed


def leave(run: Run, step: int) -> None:
    steps = train(run)
    for info in steps:
        if info.step == step:
            break
    steps.close()


def saved_weights(numbers: Any, path: Path) -> bytes:
    return bytes(numbers.Numbers.from_disk(path / "model-last").model.get_param("W").tobytes())


@pytest.mark.parametrize(("step", "saves"), [(1, [1]), (4, [4, 4]), (6, [4, 4, 6])])
def test_leaving_saves_what_was_learnt_and_ends_the_run(
    make_run: MakeRun, tmp_path: Path, numbers: Any, finalized: list[str], step: int, saves: list[int]
) -> None:
    watch = Watch()
    run = make_run(watch, logger=LOGGER, output=True)
    leave(run, step)
    assert run.reason == f"the caller left the loop at step {step}"
    assert watch.seen[-1] == ("train_end", step, run.reason) and run.saved_step == step
    assert [seen[1] for seen in watch.seen if seen[0] == "saved"] == saves
    assert [seen[1] for seen in watch.seen if seen[0] == "evaluated"] == [4] * (step >= 4)
    assert finalized == ["closed"]
    assert saved_weights(numbers, tmp_path / "out") == run.pipeline.model.get_param("W").tobytes()


def test_a_loop_that_is_only_forgotten_ends_too(
    make_run: MakeRun, tmp_path: Path, numbers: Any, finalized: list[str]
) -> None:
    run = make_run(logger=LOGGER, output=True)
    for info in train(run):
        if info.step == 2:
            break
    gc.collect()
    assert finalized == ["closed"] and run.saved_step == 2


def test_leaving_saves_the_averages_by_way_of_before_to_disk(
    make_run: MakeRun, tmp_path: Path, numbers: Any
) -> None:
    class Zeros:
        @hookimpl
        def step_end(self, run: Run) -> None:
            model = run.pipeline.model
            run.averages = {(model.id, "W"): np.zeros_like(model.get_param("W"))}

    registry.callbacks("test.same.v1", lambda: lambda pipeline: pipeline)
    run = make_run(Zeros(), output=True, before_to_disk={"@callbacks": "test.same.v1"})
    leave(run, 3)
    assert not any(saved_weights(numbers, tmp_path / "out"))
    assert run.pipeline.model.get_param("W").any()


def test_a_loop_that_never_began_leaves_everything_alone(make_run: MakeRun, tmp_path: Path) -> None:
    watch = Watch()
    run = make_run(watch, output=True)
    train(run).close()
    assert watch.seen == [] and not list((tmp_path / "out").iterdir())


def test_spoilt_weights_are_not_saved_on_leaving(
    make_run: MakeRun, tmp_path: Path, finalized: list[str]
) -> None:
    watch = Watch()
    run = make_run(watch, logger=LOGGER, output=True)
    steps = train(run)
    next(steps)
    run.parameters.weights[:] = float("nan")
    with pytest.raises(Unsavable, match="'line' are nan or infinite at step 1"):
        steps.close()
    assert watch.seen == [("train_error", Unsavable)] and finalized == ["closed"]
    assert not list((tmp_path / "out").glob("model-*")) and not list((tmp_path / "out").glob("checkpoints/*"))


@pytest.mark.parametrize("fail", ["saved", "train_end"])
def test_an_error_while_leaving_is_passed_on_and_everybody_is_told(
    make_run: MakeRun, finalized: list[str], fail: str
) -> None:
    watch = Watch(fail)
    run = make_run(watch, logger=LOGGER, output=True)
    with pytest.raises(CallbackError, match=f"failed in {fail} at step 2: ConnectionError: no network"):
        leave(run, 2)
    event, kind = watch.seen[-1]
    assert event == "train_error" and issubclass(kind, CallbackError) and issubclass(kind, ConnectionError)
    assert [seen[0] for seen in watch.seen].count("saved") == 1, "it is saved already"
    assert finalized == ["closed"]


def test_a_logger_is_closed_once_even_if_the_end_fails_after_it(
    make_run: MakeRun, finalized: list[str]
) -> None:
    run = make_run(logger=LOGGER)
    run.hooks.add([("'late'", Watch("train_end"))])
    with pytest.raises(CallbackError, match="failed in train_end"):
        list(train(run))
    assert finalized == ["closed"]


def test_a_logger_is_closed_even_if_others_fail_on_the_error(make_run: MakeRun, finalized: list[str]) -> None:
    class Broken(Watch):
        @hookimpl
        def step_end(self) -> None:
            raise RuntimeError("first")

    with pytest.warns(KernelWarning, match="no network"), pytest.raises(CallbackError, match="first"):
        list(train(make_run(Broken("train_error"), logger=LOGGER)))
    assert finalized == ["closed"]


def test_sys_exit_saves_what_was_learnt_and_closes_everything(
    make_run: MakeRun, tmp_path: Path, numbers: Any, finalized: list[str]
) -> None:
    """As from a handler of SIGTERM."""

    class Exit:
        @hookimpl
        def step_end(self, run: Run) -> None:
            if run.step == 6:
                raise SystemExit(143)

    watch = Watch()
    run = make_run(watch, Exit(), logger=LOGGER, output=True)
    with pytest.raises(SystemExit, match="143"):
        list(train(run))
    assert watch.seen[-2:] == [("saved", 6, "model-last"), ("train_error", SystemExit)]
    assert finalized == ["closed"]
    assert saved_weights(numbers, tmp_path / "out") == run.pipeline.model.get_param("W").tobytes()
    assert not list((tmp_path / "out").glob(".*")), "the output is no longer locked"


@pytest.mark.filterwarnings("ignore:.*had a run that was interrupted")
def test_the_scores_beside_a_model_are_of_its_weights(make_run: MakeRun, tmp_path: Path) -> None:
    def performance() -> Any:
        return json.loads((tmp_path / "out" / "model-last" / "meta.json").read_text()).get("performance")

    run = make_run(output=True)
    leave(run, 4)
    assert performance()["r2"] == run.score
    run = make_run(output=True)
    leave(run, 6)
    assert run.score is not None and performance() is None
    run = make_run(output=True)
    run.pipeline.meta["performance"] = {"r2": 0.99}
    leave(run, 1)
    assert performance() is None
    run = make_run(output=True)
    list(train(run))
    assert performance()["r2"] == run.score
