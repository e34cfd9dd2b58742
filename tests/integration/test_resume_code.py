"""A run of functions of somebody else, killed in the middle and resumed, with states of their own and without."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

NUMERIC = Path(__file__).with_name("numeric.py")
CONFIG = """
[nlp]
lang = "numbers"
[components]
[components.line]
[components.line.model]
@architectures = "numbers.Line.v1"
[corpora]
[corpora.train]
@readers = "own.Rows.v1"
[corpora.dev]
@readers = "numbers.Rows.v1"
path = "dev.txt"
[training]
max_epochs = MAX_EPOCHS
max_steps = 60
patience = 0
eval_frequency = 4
shards = 2
[training.callbacks]
[training.callbacks.watch]
@callbacks = "own.Watch.v1"
patience = 5
[training.checkpoint]
every_steps = 3
keep = 2
[training.batcher]
@batchers = "own.Late.v1"
[training.optimizer]
@optimizers = "Adam.v1"
use_averages = true
[training.optimizer.learn_rate]
@schedules = "own.Random.v1"
"""
CODE = '''
import os
import random
import signal
from pathlib import Path

import numpy as np

import kernel


class Row:
    """Two numbers, and one that follows from them."""

    def __init__(self, inputs, target):
        self.inputs, self.target = inputs, target

    def __len__(self):
        return len(self.inputs)


class Rows:
    """Rows with noise that is drawn when they are read."""

    def __init__(self):
        self.place = 0

    def __call__(self, pipeline):
        while self.place < 50:
            self.place += 1
            a = random.random()
            yield Row([a, float(np.random.normal())], 2 * a + 1)
        self.place = 0


class Late:
    """Gives batches of random sizes, always some examples later than it could."""

    def __init__(self):
        self.held = []

    def __call__(self, examples):
        for example in examples:
            self.held.append(example)
            if len(self.held) > 9:
                size = random.randint(2, 5)
                batch, self.held = self.held[:size], self.held[size:]
                yield batch
        batch, self.held = self.held, []
        if batch:
            yield batch


class Watch:
    """Stops after some evaluations, and kills the process where a file says so."""

    def __init__(self, patience):
        self.patience = patience
        self.losses = []
        self.evaluations = 0

    @kernel.hookimpl
    def step_end(self, run, info):
        self.losses.append(info.losses["line"])
        self._die(f"step {run.step}")

    @kernel.hookimpl
    def saved(self, run, is_best):
        self._die(f"save {run.step}")

    @kernel.hookimpl
    def evaluated(self, run):
        self.evaluations += 1
        self._die(f"evaluation {run.step}")

    def _die(self, place):
        if os.environ.get("DIE_AT") == place:
            os.kill(os.getpid(), signal.SIGKILL)

    @kernel.hookimpl
    def should_stop(self):
        return f"{self.evaluations} evaluations" if self.evaluations >= self.patience else None

    @kernel.hookimpl
    def train_end(self, run):
        Path("watched.txt").write_text(repr((self.losses, self.evaluations)))


class Rates:
    """Random rates."""

    def __init__(self):
        self.rate = 0.05

    def __iter__(self):
        return self

    def __next__(self):
        self.rate *= random.uniform(0.9, 1.1)
        return self.rate


def random_rates():
    rate = 0.05
    while True:
        yield rate
        rate *= random.uniform(0.9, 1.1)
'''
WITH_STATE = """

def _add_states():
    def both(cls, name):
        cls.state = lambda self: list(getattr(self, name)) if name == "held" else getattr(self, name)
        cls.restore = lambda self, state: setattr(self, name, state)

    both(Rows, "place")
    both(Late, "held")
    both(Rates, "rate")
    Watch.state = lambda self: {"losses": list(self.losses), "evaluations": self.evaluations}
    Watch.restore = lambda self, state: self.__dict__.update(state)


_add_states()
"""
REGISTER = """

kernel.registry.readers("own.Rows.v1", Rows)
kernel.registry.batchers("own.Late.v1", Late)
kernel.registry.callbacks("own.Watch.v1", Watch)
kernel.registry.schedules("own.Random.v1", RATES)
"""


def train(folder: Path, *more: str, die_at: str = "") -> subprocess.CompletedProcess[str]:
    words = ["train", "config.cfg", "-o", "out", "--code", str(NUMERIC), "--code", "own.py", *more]
    env = {**os.environ, "DIE_AT": die_at}
    command = [sys.executable, "-m", "kernel", *words]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def outcome(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = {
        str(path.relative_to(folder)): path.read_bytes()
        for pattern in ("out/model-*/*", "out/checkpoints/*/arrays.npz", "watched.txt")
        for path in sorted(folder.glob(pattern))
    }
    found["history"] = [
        {key: value for key, value in json.loads(line).items() if key not in ("seconds", "memory_mb")}
        for line in (folder / "out" / "history.jsonl").read_text().splitlines()
    ]
    return found


@pytest.mark.parametrize(
    ("with_state", "max_epochs"),
    [
        (True, -1),
        pytest.param(True, 0, marks=pytest.mark.slow),
        pytest.param(False, 0, marks=pytest.mark.slow),
        pytest.param(False, -1, marks=pytest.mark.slow),
    ],
)
def test_it_ends_as_if_it_had_not_been_killed(tmp_path: Path, with_state: bool, max_epochs: int) -> None:
    code = (
        CODE + WITH_STATE * with_state + REGISTER.replace("RATES", "Rates" if with_state else "random_rates")
    )
    folders = [tmp_path / "straight", tmp_path / "killed"]
    for folder in folders:
        folder.mkdir()
        (folder / "own.py").write_text(code)
        (folder / "config.cfg").write_text(CONFIG.replace("MAX_EPOCHS", str(max_epochs)))
        (folder / "dev.txt").write_text("".join(f"{a / 20} 0.5 {a / 10 + 1}\n" for a in range(20)))
    straight, killed = folders
    done = train(straight)
    assert done.returncode == 0, done.stderr
    for die_at in ("step 5", "save 8", "evaluation 12"):
        assert train(killed, "--resume", die_at=die_at).returncode == -9
    # Which steps have one depends on how quick the disk is: training does not wait for it.
    last = max(int(path.name[5:]) for path in (killed / "out" / "checkpoints").glob("step-*"))
    done = train(killed, "--resume")
    assert done.returncode == 0, done.stderr
    assert f"resumed after step {last}, " in done.stdout and "5 evaluations" in done.stdout
    assert outcome(killed) == outcome(straight)
    assert ("no state()" in done.stderr) == (not with_state), done.stderr
