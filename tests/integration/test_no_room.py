"""A disk that is full, an output that goes away, a clock that jumps: what can be kept is, and training loses nothing else."""

import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from kernel.training.checkpoint import latest
from kernel.training.history import rows

from . import test_ended_anywhere
from .test_ended_anywhere import prepared
from .test_ended_anywhere import train as train_in_fork

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="limits and moved files are POSIX's")
place = test_ended_anywhere.place
# A callback that brings trouble after one step, and ends it after another. A limit on the size of files stands for a full disk.
CODE = """
import os
import re
import shutil
import time

from kernel import hookimpl, registry


def full():
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


def room():
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def moved():
    shutil.move("out", "elsewhere")


def barred():
    shutil.move("out", "elsewhere")
    open("out", "w").close()


def history_barred():
    os.remove("out/history.jsonl")
    os.mkdir("out/history.jsonl")


real = time.time, time.time_ns


def clock(years):
    seconds = years * 31_557_600
    time.time = lambda: real[0]() + seconds
    time.time_ns = lambda: real[1]() + seconds * 10**9


def past():
    clock(-20)


def future():
    clock(30)


class Trouble:
    def __init__(self, at):
        self.at = at

    def state(self):
        return None

    def restore(self, state):
        pass

    @hookimpl
    def step_end(self, run):
        for number, (name, step) in enumerate(self.at.items()):
            if run.step == step:
                # A thread is writing it.
                for _ in range(1000 * (not number)):
                    if os.path.exists(f"out/checkpoints/step-{step - 1:08d}/manifest.json"):
                        break
                    time.sleep(0.002)
                globals()[name]()


@registry.callbacks("own.trouble.v1")
def trouble(at: dict[str, int]):
    return Trouble(at)
"""


def train(folder: Path, *more: str, **at: int) -> tuple[int, list[str]]:
    """Train in a process of its own, with trouble after steps: exit code, and the lines on standard error."""
    (folder / "trouble.py").write_text(CODE)
    block = json.dumps({"@callbacks": "own.trouble.v1", "at": at})
    words = (
        "-c",
        "trouble.py",
        "--training.callbacks.trouble",
        block,
        # Steps take so long that each has a checkpoint.
        "--training.callbacks.phases.seconds=0.02",
        "--training.checkpoint.every_steps=1",
        *more,
    )
    code, said = train_in_fork(folder, *words)
    assert "Traceback" not in said, said
    return code, said.splitlines()


def outcome(folder: Path, *, history: bool = True) -> dict[str, Any]:
    """What a run leaves, but for its config, which has the trouble in it."""
    if not history:
        shutil.rmtree(folder / "out" / "history.jsonl", ignore_errors=True)
        (folder / "out" / "history.jsonl").write_text("")
    found = test_ended_anywhere.outcome(folder)
    written = [
        f"{name}/{file}" for name in ("model-last", "model-best") for file in ("config.cfg", "manifest.json")
    ]
    left_out = {*written, *(() if history else ("history",))}
    return {name: content for name, content in found.items() if name not in left_out}


@pytest.fixture
def straight(place: Path) -> dict[str, Any]:
    folder = prepared(place, "straight")
    assert train(folder) == (0, [])
    return outcome(folder)


def test_a_disk_that_is_full_until_the_end(place: Path, straight: dict[str, Any]) -> None:
    """The last good models and the last good checkpoint stay; resumed, the run ends as it would have."""
    folder = prepared(place, "run")
    code, said = train(folder, full=7)
    assert code == 1
    assert [line.partition(":")[0] for line in said].count("error") == 1
    history, kept, error, hint, _ = said
    assert history.startswith("warning: out/history.jsonl can't be written, its rows wait: ")
    # While the thread writes that of step 5, there is none of step 6.
    assert re.match(
        r"warning: the checkpoint of the run in out can't be written, that of step [56] is kept: ", kept
    )
    assert error.startswith("error: can't save the pipeline to out: ")
    assert "--resume goes on from the last checkpoint" in hint
    found = latest(folder / "out")
    assert found is not None and found[1].run["step"] in (5, 6)
    assert found[1].run["saved_step"] == 5 and (folder / "out" / "model-last" / "line").stat().st_size
    code, said = train(folder, "--resume", "--allow-drift", "training.callbacks")
    assert code == 0, said
    assert outcome(folder) == straight


def test_a_disk_that_has_room_again_before_models_are_saved(place: Path, straight: dict[str, Any]) -> None:
    folder = prepared(place, "run")
    code, said = train(folder, full=7, room=9)
    assert code == 0 and len(said) == 3, said
    assert "its rows wait" in said[0] and "is kept: " in said[1]
    assert outcome(folder) == straight


def test_a_history_that_cannot_be_written(place: Path, straight: dict[str, Any]) -> None:
    folder = prepared(place, "run")
    code, said = train(folder, history_barred=7)
    assert code == 0 and len(said) == 2, said
    assert said[0] == "warning: out/history.jsonl can't be written, its rows wait: Is a directory"
    del straight["history"]
    assert outcome(folder, history=False) == straight


def test_an_output_that_was_moved_away(place: Path, straight: dict[str, Any]) -> None:
    """What is there stays where it is now, and the run goes on in a new directory of the old name."""
    folder = prepared(place, "run")
    code, said = train(folder, moved=7)
    assert code == 0, said
    assert (
        said[0]
        == "warning: out/history.jsonl has been moved or removed: a new one begins with what comes now"
    )
    assert len(said) == 2, said
    before = [row["step"] for row in rows(folder / "elsewhere") if "step" in row]
    after = [row["step"] for row in rows(folder / "out") if "step" in row]
    assert before + after == list(range(1, 21))
    assert latest(folder / "elsewhere") is not None and (folder / "out" / "run.json").exists()
    del straight["history"]
    assert outcome(folder, history=False) == straight


def test_an_output_that_can_be_made_no_more(place: Path) -> None:
    folder = prepared(place, "run")
    code, said = train(folder, barred=7)
    assert code == 1
    errors = [line for line in said if line.startswith("error: ")]
    assert len(errors) == 1 and errors[0].startswith("error: can't save the pipeline to out: "), said
    found = latest(folder / "elsewhere")
    assert found is not None and found[1].run["step"] in (5, 6)
    assert (folder / "elsewhere" / "model-best" / "manifest.json").exists()


def test_a_clock_that_jumps(place: Path, straight: dict[str, Any]) -> None:
    folder = prepared(place, "run")
    code, said = train(folder, past=4, future=12)
    assert (code, said) == (0, [])
    assert outcome(folder) == straight
    seconds = [row["seconds"] for row in rows(folder / "out")]
    assert seconds == sorted(seconds) and 0 <= seconds[0] and seconds[-1] < 60


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="permissions don't stop root")
def test_an_output_that_becomes_read_only(place: Path) -> None:
    folder = prepared(place, "run")
    text = CODE + "\n\ndef closed():\n    os.chmod('out', 0o500)\n    os.chmod('out/checkpoints', 0o500)\n"
    (folder / "closed.py").write_text(text)
    code, said = train(folder, "-c", "closed.py", closed=7)
    assert code == 1 and sum(line.startswith("error: can't save the pipeline to out: ") for line in said) == 1
    os.chmod(folder / "out", 0o700)
    os.chmod(folder / "out" / "checkpoints", 0o700)
