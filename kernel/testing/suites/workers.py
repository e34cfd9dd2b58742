"""The suite for backends of workers: who starts the processes that train together."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest

from kernel.errors import KernelError, TrainingError
from kernel.numeric.bytes import model_to_bytes
from kernel.processes.workers import leave
from kernel.registries.code import load_code
from kernel.registries.family import registry
from kernel.testing.suites.base import Suite
from kernel.testing.toy import toy_run
from kernel.training.hooks import hookimpl
from kernel.training.loop import train
from kernel.training.run import Run
from kernel.training.team import Lost

# What the other members run to know the names of the config.
_CODE = """
from kernel.testing import toy
from kernel.testing.suites import workers

toy.register()
workers.register()
"""
_SHARDS = 5
# Seconds of silence that a member is taken for lost after.
_SILENCE = 5.0


class WorkersSuite(Suite):
    """A function of the registry `workers`: starts processes and returns the member of rank 0, see `kernel.training.team`.

    settings: keys of `[training.workers]`, as a config would write them; `count` and `backend` are the suite's. schema: what else the section is
    made of is a package's, so the suite has a section of its own.
    """

    kind = "workers"
    patience: ClassVar[float] = 60.0
    """Seconds in which the end of a member is told."""
    _timeout: float | None = None

    @pytest.fixture(autouse=True)
    def _in_a_directory_of_its_own(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)

    @pytest.fixture(autouse=True)
    def _nobody_is_left(self) -> Iterator[None]:
        """However a run has ended."""
        before = children()
        yield
        end = time.monotonic() + self.patience
        while children() - before and time.monotonic() < end:
            time.sleep(0.05)
        assert not children() - before, "processes are left"

    @contextmanager
    def prepared(self, count: int, callback: str = "", **settings: Any) -> Iterator[Run]:
        """A run of six steps with so many members. callback: the name of one of `register`; settings: its arguments."""
        code = Path("suite_code.py")
        code.write_text(_CODE, encoding="utf8")
        callbacks = {"own": {"@callbacks": callback, **settings}} if callback else {}
        with registry.restored():
            load_code(code)
            with toy_run(config=self._config(count), callbacks=callbacks) as run:
                yield run

    def trained(self, count: int, callback: str = "", **settings: Any) -> tuple[bytes, Any]:
        """The weights at the end, and the scores of all evaluations with the losses."""
        with self.prepared(count, callback, **settings) as run:
            steps = [(info.losses, info.scores) for info in train(run)]
            return model_to_bytes(run.pipeline.models()["line"]), (steps, run.history, run.reason)

    def golden(self) -> Any:
        return self.trained(2)[1][1]

    def _config(self, count: int) -> str:
        keys: dict[str, Any] = {"max_restarts": 0, **self.settings, "count": count}
        if self._timeout is not None:
            keys["timeout"] = self._timeout
        lines = [f"[training]\nshards = {_SHARDS}\n[training.workers]", f'backend = "{self.name}"']
        return "\n".join([*lines, *(f"{key} = {_written(value)}" for key, value in keys.items())])

    @pytest.mark.parametrize("count", [2, 3])
    def test_several_members_come_to_the_weights_of_one(self, count: int) -> None:
        assert self.trained(count) == self.trained(1)

    def test_members_hear_and_add_in_order(self) -> None:
        self.trained(3, "toy.Asking.v1")

    def test_the_error_of_a_member_is_raised_by_the_first(self) -> None:
        with pytest.raises(KernelError, match="worker 1: .*it was asked to fail") as caught:
            self.trained(2, "toy.Failing.v1", rank=1, step=2)
        assert not isinstance(caught.value, Lost)

    @pytest.mark.parametrize("rank", [1, 2])
    def test_the_error_of_a_member_is_raised_where_the_others_add_up(self, rank: int) -> None:
        start = time.monotonic()
        with pytest.raises(KernelError, match=f"worker {rank}: .*it was asked to fail") as caught:
            self.trained(3, "toy.FailingInside.v1", rank=rank, step=2)
        assert not isinstance(caught.value, Lost)
        assert caught.value.hint == "Ask for something else."
        assert time.monotonic() - start < self.patience

    def test_the_error_of_the_first_member_ends_the_run(self) -> None:
        with pytest.raises(KernelError, match="it was asked to fail"):
            self.trained(2, "toy.Failing.v1", rank=0, step=2)

    def test_weights_that_differ_are_told(self) -> None:
        with pytest.raises(TrainingError, match="the weights of worker 1 differ"):
            self.trained(2, "toy.Changing.v1", rank=1)

    def test_the_end_of_a_member_is_told(self) -> None:
        start = time.monotonic()
        with pytest.raises(Lost) as caught:
            self.trained(3, "toy.Ending.v1", rank=2, step=2)
        assert caught.value.rank == 2, "Lost has the rank of the member that ended"
        assert time.monotonic() - start < self.patience

    def test_the_silence_of_a_member_is_told(self) -> None:
        start, self._timeout = time.monotonic(), _SILENCE
        with pytest.raises(Lost) as caught:
            self.trained(3, "toy.Silent.v1", rank=2, step=2)
        assert caught.value.rank == 2, "Lost has the rank of the member that is silent"
        assert time.monotonic() - start < _SILENCE + self.patience

    def test_a_run_that_is_left_ends_the_others(self) -> None:
        before = children()
        with self.prepared(2) as run:
            steps = train(run)
            next(steps)
            steps.close()
            end = time.monotonic() + self.patience
            while children() - before and time.monotonic() < end:
                time.sleep(0.05)
        assert not children() - before, "processes are left"

    def test_nothing_starts_before_the_task_is_there(self) -> None:
        before = children()
        settings = {"timeout": 600.0, "address": None, "max_restarts": 0, **self.settings, "count": 2}
        assert callable(registry.get("workers", self.name)(SimpleNamespace(**settings), -1))
        assert children() == before, "debug config starts processes"


def children() -> set[str]:
    """Numbers of the processes that this one has started and that are there; empty where the system doesn't say."""
    path = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    return set(path.read_text(encoding="ascii").split()) if path.exists() else set()


def register() -> None:
    """Let configs name the callbacks of the suite."""
    registry.callbacks("toy.Asking.v1", _asking)
    registry.callbacks("toy.Failing.v1", _failing)
    registry.callbacks("toy.FailingInside.v1", _failing_inside)
    registry.callbacks("toy.Changing.v1", _changing)
    registry.callbacks("toy.Ending.v1", _ending)
    registry.callbacks("toy.Silent.v1", _silent)


class _Asking:
    """Makes every call of a member, with data of many sizes."""

    @hookimpl
    def train_start(self, run: Run) -> None:
        team = run.team
        every = range(team.count)
        assert team.told({"rank": team.rank}) == [{"rank": rank} for rank in every]
        assert team.agreed([team.rank, "é", None, 0.1]) == [0, "é", None, 0.1]
        large = bytes([team.rank]) * (1 << 21)
        found = team.gather(large)
        assert [*found] == ([bytes([rank]) * (1 << 21) for rank in every] if team.is_first else [])
        for length in (0, 1, 1 << 21):
            assert team.spread(bytes([1 + team.rank]) * length) == bytes([1]) * length
        self._give_without_waiting(team)
        for size in (1, 2, 1001, 1 << 20):
            for dtype in ("<f4", "<f8"):
                self._add(team, size, dtype)
        for size in (3, 1 << 20):
            self._look_late(team, size)

    def _give_without_waiting(self, team: Any) -> None:
        for number in range(50):
            found = team.gather(bytes([team.rank, number]))
            wanted = [bytes([rank, number]) for rank in range(team.count)] if team.is_first else []
            assert [*found] == wanted, "what is given one after the other does not come in its order"

    def _look_late(self, team: Any, size: int) -> None:
        """Each member in turn, when the others have gone on as far as they can."""
        for late in range(team.count):
            array = np.full(size, 1 + late, dtype="<f4")
            found = team.total({team.rank: array}, range(team.count), size, "<f4")
            if team.rank == late:
                time.sleep(0.2)
            assert (found == team.count * (1 + late)).all(), "a sum does not hold until the next call"

    def _add(self, team: Any, size: int, dtype: str) -> None:
        for order in ([0], [2], [4, 1, 0, 3, 2], list(range(9))):
            rng = np.random.default_rng(size)
            arrays = [rng.normal(size=size).astype(dtype) * 10**number for number in range(9)]
            expected = arrays[order[0]].copy()
            for number in order[1:]:
                expected += arrays[number]
            # Also some that are not asked for.
            own = {number: arrays[number] for number in range(9) if team.owns(number)}
            found = team.total(own, order, size, dtype)
            assert np.array_equal(found, expected), f"{size} numbers are not added up in the order {order}"


class _At:
    def __init__(self, rank: int, step: int) -> None:
        self.rank, self.step = rank, step

    def is_now(self, run: Run) -> bool:
        return run.team.rank == self.rank and run.step == self.step


class _Failing(_At):
    @hookimpl
    def step_end(self, run: Run) -> None:
        if self.is_now(run):
            raise TrainingError("it was asked to fail")


class _FailingInside(_At):
    """Fails in a sum that the others have come to."""

    @hookimpl
    def step_end(self, run: Run) -> None:
        if self.is_now(run):
            run.team.total = self._fail  # type: ignore[assignment, method-assign]

    def _fail(self, *_: Any) -> Any:
        raise TrainingError("it was asked to fail", hint="Ask for something else.")


class _Changing(_At):
    @hookimpl
    def step_end(self, run: Run) -> None:
        if self.is_now(run):
            model = run.pipeline.models()["line"]
            model.set_param("W", model.get_param("W") + 1)


class _Ending(_At):
    @hookimpl
    def step_end(self, run: Run) -> None:
        if self.is_now(run):
            leave(9)


class _Silent(_At):
    @hookimpl
    def step_end(self, run: Run) -> None:
        if self.is_now(run):
            time.sleep(3600)


def _asking() -> _Asking:
    return _Asking()


def _failing(rank: int, step: int = 1) -> _Failing:
    return _Failing(rank, step)


def _failing_inside(rank: int, step: int = 1) -> _FailingInside:
    return _FailingInside(rank, step)


def _changing(rank: int, step: int = 1) -> _Changing:
    return _Changing(rank, step)


def _ending(rank: int, step: int = 1) -> _Ending:
    return _Ending(rank, step)


def _silent(rank: int, step: int = 1) -> _Silent:
    return _Silent(rank, step)


def _written(value: Any) -> str:
    import json

    return json.dumps(value)
