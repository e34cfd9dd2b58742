"""The state of a run, taken between two steps."""

from collections.abc import Callable
from typing import Any

import pytest

from kernel.errors import DataError
from kernel.training import snapshot
from kernel.training.run import Run

MakeRun = Callable[..., Run]


def test_what_is_taken_does_not_change_with_the_run(make_run: MakeRun) -> None:
    run = make_run()
    run.averages = {(run.pipeline.model.id, "W"): run.pipeline.model.get_param("W").copy()}
    taken = snapshot.take(run, {"epoch": 0}, [])
    before = run.parameters.weights.copy()
    run.parameters.weights += 1
    run.history.append((0.5, 1))
    run.losses["line"] = 2.0
    other = make_run(seed=5)
    positions: list[Any] = []
    snapshot.restore(other, taken, positions.append)
    other.parameters.sync()
    assert (other.parameters.weights == before).all()
    assert other.history == [] and other.losses == {} and other.seed == 0 and positions == [{"epoch": 0}]
    assert list(other.averages or {}) == ["line:W"]


def test_scores_that_are_no_plain_data_are_left_out(make_run: MakeRun) -> None:
    run = make_run()
    run.scores = {"r2": 0.5, "plot": object()}
    assert snapshot.take(run, None, []).run["scores"] == {"r2": 0.5}


def test_a_state_that_is_no_plain_data_is_an_error(make_run: MakeRun) -> None:
    with pytest.raises(
        DataError, match=r"the state of the run can't be kept: callbacks 0.1.seen holds an object of type"
    ):
        snapshot.take(make_run(), None, [("'a'", {"seen": object()})])


def test_a_pipeline_may_have_a_state(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    run, other, given = make_run(), make_run(), []
    monkeypatch.setattr(run.pipeline, "state", lambda: {"seen": 3}, raising=False)
    taken = snapshot.take(run, None, [])
    monkeypatch.setattr(other.pipeline, "restore", given.append, raising=False)
    snapshot.restore(other, taken, lambda position: None)
    assert given == [{"seen": 3}]
