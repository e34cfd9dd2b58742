"""What a run writes beside its models: when, how much of it stays, and what happens when it can't be written."""

import json
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kernel import hookimpl
from kernel.errors import DataError, KernelWarning
from kernel.training import checkpoint, record
from kernel.training.checkpoint import checkpoints, latest, step_of
from kernel.training.history import rows
from kernel.training.loop import train
from kernel.training.resume import check, find
from kernel.training.run import Run

MakeRun = Callable[..., Run]


def settings(**given: Any) -> dict[str, Any]:
    return {"every_steps": 0, "every_minutes": 0, "at_evaluation": False, **given}


def steps_in(output: Path) -> list[int]:
    return sorted(step_of(path) for path in checkpoints(output))


class Scores:
    """Gives scores in their order."""

    def __init__(self, *scores: float) -> None:
        self._scores = iter(scores)

    @hookimpl
    def evaluate(self) -> dict[str, float]:
        return {"r2": next(self._scores)}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"every_steps": 1}, [8, 12]),
        ({"every_steps": 1, "keep": 3}, [8, 10, 11, 12]),
        ({"every_steps": 3, "keep": 2, "keep_best": False}, [9, 12]),
        ({"at_evaluation": True}, [8, 12]),
        ({"at_evaluation": True, "keep_best": False}, [12]),
        ({"at_evaluation": True, "keep": 5}, [4, 8, 12]),
        ({}, []),
    ],
)
def test_the_latest_and_the_best_are_kept(
    make_run: MakeRun, tmp_path: Path, given: dict[str, Any], kept: list[int]
) -> None:
    run = make_run(Scores(0.1, 0.9, 0.3), output=True, checkpoint=settings(**given))
    # Each is written before the next step, as if the disk were quick.
    for _ in train(run):
        for thread in threading.enumerate():
            if thread.name == "kernel-checkpoint":
                thread.join()
    assert steps_in(tmp_path / "out") == kept


def test_minutes_count(make_run: MakeRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(record, "monotonic", lambda: now[0])
    run = make_run(output=True, checkpoint=settings(every_minutes=10, keep=9))
    for info in train(run):
        now[0] += 250.0
        # One that is due while another is still being written waits.
        until = time.monotonic() + 30.0
        while info.step in (5, 8, 11) and info.step - 2 not in steps_in(tmp_path / "out"):
            assert time.monotonic() < until
            time.sleep(0.01)
    assert steps_in(tmp_path / "out") == [3, 6, 9, 12]


def test_training_does_not_wait_for_the_disk(
    make_run: MakeRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, write, written = threading.Event(), checkpoint.write, []

    def slow(folder: Path, snapshot: Any) -> None:
        go.wait(30)
        written.append(step_of(folder))
        write(folder, snapshot)

    monkeypatch.setattr(checkpoint, "write", slow)
    run = make_run(output=True, max_steps=7, checkpoint=settings(every_steps=2))
    with closing(train(run)) as steps:
        for info in steps:
            if info.step == 6:
                break
        assert written == []
        go.set()
        list(steps)
    assert written[0] == 2 and written[-1] == 7
    assert latest(tmp_path / "out")[1].run["step"] == 7  # type: ignore[index]


def test_a_checkpoint_that_cannot_be_written_is_a_warning_and_the_one_before_stays(
    make_run: MakeRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = checkpoint.write

    def full(folder: Path, snapshot: Any) -> None:
        if step_of(folder) > 4:
            raise OSError(28, "No space left on device")
        write(folder, snapshot)

    monkeypatch.setattr(checkpoint, "write", full)
    run = make_run(output=True, checkpoint=settings(every_steps=4))
    with pytest.warns(
        KernelWarning, match="can't be written, that of step 4 is kept: .*No space left on device"
    ):
        list(train(run))
    assert run.reason == "max_steps = 12 reached" and steps_in(tmp_path / "out") == [4]


def test_a_damaged_checkpoint_gives_way_to_the_one_before(make_run: MakeRun, tmp_path: Path) -> None:
    list(train(make_run(output=True, checkpoint=settings(every_steps=4, keep=3))))
    last, middle, first = checkpoints(tmp_path / "out")
    (last / "arrays.npz").write_bytes((last / "arrays.npz").read_bytes()[:-1])
    with pytest.warns(
        KernelWarning,
        match="step-00000012 can't be resumed from, and step-00000008 is instead: damaged directory: arrays.npz has",
    ):
        found = latest(tmp_path / "out")
    assert found is not None and found[0] == middle
    for folder in (middle, first):
        (folder / "state.json").write_text("{}")
    with pytest.raises(DataError, match="(?s)no checkpoint of .*out can be resumed from:.*12: .*8: .*4: "):
        latest(tmp_path / "out")


def test_half_a_checkpoint_is_none_and_is_removed(make_run: MakeRun, tmp_path: Path) -> None:
    folder = tmp_path / "out" / "checkpoints"
    (folder / ".step-00000003.0123abcd.partial").mkdir(parents=True)
    (folder / "step-00000007").mkdir()
    assert latest(tmp_path / "out") is None
    list(train(make_run(output=True)))
    assert sorted(path.name for path in folder.iterdir()) == ["step-00000012"]


def test_equal_runs_have_equal_checkpoints(make_run: MakeRun, tmp_path: Path) -> None:
    found = []
    for _ in range(2):
        list(train(make_run(output=True)))
        folder = tmp_path / "out" / "checkpoints" / "step-00000012"
        state = json.loads((folder / "state.json").read_text())
        state["run"]["dict"] = [pair for pair in state["run"]["dict"] if pair[0] != "seconds"]
        state.pop("history")
        found.append(((folder / "arrays.npz").read_bytes(), state))
    assert found[0] == found[1]


def test_every_step_and_every_evaluation_has_a_row(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run(output=True)
    infos = list(train(run))
    found = list(rows(tmp_path / "out"))
    assert [row["step"] for row in found if "step" in row] == list(range(1, 13))
    assert [row["evaluation"] for row in found if "evaluation" in row] == [4, 8, 12]
    assert found[4]["evaluation"] == 4, "after the step that it belongs to"
    first = found[0]
    assert first["losses"] == infos[0].losses and first["learn_rate"] == 0.05 and first["dropout"] == 0.1
    assert (first["epoch"], first["words"]) == (0, 16) and first["memory_mb"] > 1
    assert found[-1]["scores"] == run.scores and found[-1]["score"] == run.score


@pytest.mark.parametrize("is_on", [True, False])
def test_a_run_that_fails_before_its_first_evaluation_leaves_its_steps_in_the_place_of_an_earlier_one(
    make_run: MakeRun, tmp_path: Path, is_on: bool
) -> None:
    last = 99

    class Fails:
        @hookimpl
        def step_end(self, info: Any) -> None:
            if info.step == last:
                raise KeyboardInterrupt

    given = settings(at_evaluation=is_on)
    list(train(make_run(Fails(), output=True, checkpoint=given)))
    last = 3
    with pytest.raises(KeyboardInterrupt):
        list(train(make_run(Fails(), output=True, checkpoint=given)))
    assert [row["step"] for row in rows(tmp_path / "out")] == [1, 2]


def test_without_an_output_nothing_is_written(make_run: MakeRun, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    list(train(make_run()))
    assert sorted(tmp_path.iterdir()) == before


def test_an_optimizer_without_a_state_is_named(
    make_run: MakeRun, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = make_run(output=True, max_steps=1)
    inner = run.optimizer

    class Other:
        def __call__(self, *args: Any, **keywords: Any) -> Any:
            return inner(*args, **keywords)

        def step_schedules(self) -> None:
            inner.step_schedules()

    run.optimizer = Other()
    with caplog.at_level("INFO", "kernel"):
        list(train(run))
    assert any("the optimizer, a " in text and "Other, has no state()" in text for text in caplog.messages)


def test_going_back_in_the_same_output_leaves_nothing_of_what_came_later(
    make_run: MakeRun, tmp_path: Path
) -> None:
    given = settings(every_steps=1, keep=9, keep_best=False)
    with closing(train(make_run(output=True, checkpoint=given))) as steps:
        for _ in range(4):
            next(steps)
            settled()
    output = tmp_path / "out"
    assert steps_in(output) == [1, 2, 3, 4]
    run = make_run(output=True, checkpoint=settings(every_steps=1, keep_best=False))
    left = find(output, resume=False, resume_from=checkpoint.folder_of(output, 1))
    assert left is not None
    check(run, left, ["training.checkpoint"])
    removed = pytest.warns(KernelWarning, match=r"from step 1: its checkpoints of later steps \(2, 3, 4\)")
    with removed, closing(train(run)) as steps:
        assert next(steps).step == 2
    assert steps_in(output) == [2]
    assert [row["step"] for row in rows(output)] == [1, 2]


def test_a_damaged_checkpoint_does_not_outlive_a_new_one_of_an_earlier_step(
    make_run: MakeRun, tmp_path: Path
) -> None:
    given = settings(every_steps=1, keep=2, keep_best=False)
    with closing(train(make_run(output=True, checkpoint=given))) as steps:
        for _ in range(6):
            next(steps)
            settled()
    output = tmp_path / "out"
    (checkpoint.folder_of(output, 6) / "arrays.npz").write_bytes(b"half")
    run = make_run(output=True, checkpoint=given)
    with pytest.warns(KernelWarning, match="step-00000006 can't be resumed from"):
        left = find(output, resume=True)
    assert left is not None and left.step == 5
    check(run, left)
    with closing(train(run)) as steps:
        with pytest.warns(KernelWarning, match="are removed"):
            next(steps)
        next(steps)
    assert steps_in(output) == [6, 7]
    found = latest(output)
    assert found is not None and found[1].run["step"] == 7


class Unkeepable:
    """Has a state that nothing can write."""

    @hookimpl
    def step_end(self) -> None:
        pass

    def state(self) -> object:
        return object()

    def restore(self, state: object) -> None:
        pass


def test_where_checkpoints_are_off_nobody_is_asked_for_a_state(make_run: MakeRun, tmp_path: Path) -> None:
    assert len(list(train(make_run(Unkeepable())))) == 12
    assert len(list(train(make_run(Unkeepable(), output=True, checkpoint=settings())))) == 12
    assert len(list(rows(tmp_path / "out"))) == 12 + 3


def settled() -> None:
    """Wait for what is being written."""
    for thread in threading.enumerate():
        if thread.name == "kernel-checkpoint":
            thread.join()


@pytest.mark.parametrize("given", [{}, {"every_steps": 1}])
def test_the_history_is_whole_when_the_run_ends(
    make_run: MakeRun, tmp_path: Path, given: dict[str, Any]
) -> None:
    class Reads:
        found: list[dict[str, Any]]

        @hookimpl
        def train_end(self) -> None:
            self.found = list(rows(tmp_path / "out"))

    reads = Reads()
    list(train(make_run(reads, output=True, checkpoint=settings(**given))))
    assert [row["step"] for row in reads.found if "step" in row] == list(range(1, 13))
    assert [row["evaluation"] for row in reads.found if "evaluation" in row] == [4, 8, 12]
