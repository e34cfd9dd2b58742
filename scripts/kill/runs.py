"""What the runs of `kernel train` and `kernel pretrain` have in common: a trace, a history and checkpoints."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from subject import leftovers, rows, timeless

from kernel.errors import KernelError
from kernel.training import checkpoint

PHASES = {
    "train_start": "training",
    "step_end": "training",
    "evaluate": "evaluating",
    "evaluated": "saving",
    "saved": "saving",
    "epoch_start": "training",
    "train_end": "ending",
}
CODE = '''
import os

from kernel import hookimpl, registry


class Trace:
    """Writes down what the run is at."""

    def state(self):
        return None

    def restore(self, state):
        pass

    def say(self, event):
        file = os.open("trace.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(file, event + b"\\n")
        os.close(file)

    @hookimpl
    def train_start(self):
        self.say(b"train_start")

    @hookimpl
    def epoch_start(self):
        self.say(b"epoch_start")

    @hookimpl
    def step_end(self):
        self.say(b"step_end")

    @hookimpl
    def evaluate(self):
        self.say(b"evaluate")

    @hookimpl
    def evaluated(self):
        self.say(b"evaluated")

    @hookimpl
    def saved(self):
        self.say(b"saved")

    @hookimpl
    def train_end(self):
        self.say(b"train_end")


@registry.callbacks("kill.Trace.v1")
def trace():
    return Trace()
'''


def phase(folder: Path) -> str:
    """What a run is at, by the last event that it wrote down."""
    try:
        lines = (folder / "trace.txt").read_text(encoding="utf8").split()
    except OSError:
        return "starting"
    return PHASES[lines[-1]] if lines else "starting"


def outcome(folder: Path) -> dict[str, Any]:
    """History, logs and checkpoints of a run, and what should not be there any more."""
    out = folder / "out"
    found: dict[str, Any] = {"leftovers": leftovers(folder)}
    for path in sorted((out / "checkpoints").glob("step-*/arrays.npz")):
        found[f"{path.parent.name}/arrays"] = path.read_bytes()
        state = json.loads((path.parent / "state.json").read_text(encoding="utf8"))
        for part in ("history", "callbacks", "facts"):
            state.pop(part, None)
        found[f"{path.parent.name}/state"] = timeless(state)
    for file in (out / "history.jsonl", folder / "log.jsonl", out / "log.jsonl"):
        if file.exists():
            found[file.relative_to(folder).as_posix()] = rows(file)
    steps = [row["step"] for row in rows(out / "history.jsonl") if "step" in row]
    found["steps"] = steps == list(range(1, len(steps) + 1)) or steps
    return found


def check(folder: Path, straight: Mapping[str, Any]) -> list[str]:
    """What is wrong with records of a killed run: what is whole of them is the beginning of those of a straight one."""
    out, wrong = folder / "out", []
    for name in ("out/history.jsonl", "log.jsonl", "out/log.jsonl"):
        found = rows(folder / name, cut=True)
        if found != straight.get(name, [])[: len(found)]:
            wrong.append(f"{name} is not the beginning of that of a straight run")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            checkpoint.latest(out)
    except (KernelError, Warning) as error:
        wrong.append(str(error))
    if (out / "run.json").exists():
        json.loads((out / "run.json").read_bytes())
    return wrong
