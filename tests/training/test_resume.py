"""A run that is resumed ends as if it had never been interrupted."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kernel.training.checkpoint import latest
from kernel.training.history import rows
from kernel.training.loop import train
from kernel.training.resume import check, find
from kernel.training.run import Run

MakeRun = Callable[..., Run]
EVERY = {"every_steps": 1, "every_minutes": 0, "at_evaluation": False}


def leave(run: Run, step: int) -> None:
    """Train up to a step, as if the process had been killed right after its checkpoint."""
    steps = train(run)
    for info in steps:
        if info.step == step:
            break
    steps.close()


def resumed(run: Run) -> Run:
    """A prepared run, to go on in its output."""
    left = find(run.output, resume=True)
    assert left is not None
    check(run, left, ())
    return run


def outcome(output: Path) -> dict[str, Any]:
    """What a run leaves, but for times."""
    found: dict[str, Any] = {
        f"{name}/{path.name}": path.read_bytes()
        for name in ("model-last", "model-best")
        for path in sorted((output / name).iterdir())
    }
    timeless = ("seconds", "memory_mb")
    found["history"] = [{k: v for k, v in row.items() if k not in timeless} for row in rows(output)]
    last = latest(output)
    assert last is not None
    state = last[1].tree
    state["run"]["dict"] = [pair for pair in state["run"]["dict"] if pair[0] not in timeless]
    state.pop("history")
    found["state"] = json.dumps(state, sort_keys=True)
    found["arrays"] = [(array.dtype, array.shape, array.tobytes()) for array in last[1].arrays]
    return found


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5, 7, 8, 11, 12])
def test_weights_history_and_state_are_those_of_a_straight_run(
    make_run: MakeRun, tmp_path: Path, step: int
) -> None:
    settings = {"checkpoint": EVERY, "output": True}
    list(train(make_run(**settings)))
    straight = outcome(tmp_path / "out")
    (tmp_path / "out").rename(tmp_path / "straight")
    leave(make_run(**settings), step)
    run = resumed(make_run(**settings))
    infos = list(train(run))
    assert [info.step for info in infos] == list(range(step + 1, 13))
    assert outcome(tmp_path / "out") == straight
