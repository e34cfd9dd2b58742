"""SIGTERM and Ctrl-C in every phase of a training: it ends in order, and resumed it ends as if nothing had happened."""

import json
import os
import random
import select
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kernel import registry
from kernel.cli.run import run
from kernel.registries.code import load_code, module_name

from .test_numeric_pipeline import CONFIG, NUMERIC

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the signals are POSIX's")
# A callback that says what the run is at, and lets it take some time.
CODE = """
import os
import time

from kernel import hookimpl, registry


class Phases:
    def __init__(self, seconds):
        self.seconds = seconds
        self.end = int(os.environ["PHASES"])

    def say(self, phase):
        os.write(self.end, phase)
        time.sleep(self.seconds)

    def state(self):
        return None

    def restore(self, state):
        pass

    @hookimpl
    def pipeline_created(self):
        self.say(b"i")

    @hookimpl
    def step_end(self):
        self.say(b"t")

    @hookimpl
    def evaluate(self):
        self.say(b"e")

    @hookimpl
    def evaluated(self):
        self.say(b"s")

    @hookimpl
    def saved(self):
        self.say(b"s")


@registry.callbacks("own.phases.v1")
def phases(seconds: float):
    return Phases(seconds)
"""
LINE = (
    "train",
    "config.cfg",
    "-o",
    "out",
    "--code",
    "numeric.py",
    "--code",
    "phases.py",
    "--training.max_steps=20",
)
SETTINGS = """
[training.callbacks.phases]
@callbacks = "own.phases.v1"
seconds = 0.004

[training.checkpoint]
every_steps = 3
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    with registry.restored():
        load_code(NUMERIC)
        write_rows = sys.modules[module_name(NUMERIC)].write_rows
    write_rows(tmp_path / "train.txt", 100, seed=0)
    write_rows(tmp_path / "dev.txt", 20, seed=1)
    (tmp_path / "config.cfg").write_text(
        CONFIG.replace("eval_frequency = 10", "eval_frequency = 5") + SETTINGS
    )
    (tmp_path / "phases.py").write_text(CODE)
    (tmp_path / "numeric.py").write_bytes(NUMERIC.read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def train(
    folder: Path, *more: str, hear: Callable[[int, bytes], object] = lambda pid, phase: None
) -> tuple[int, str]:
    """Train in a forked process: (exit code, what it said on standard error). hear: told its number and each phase."""
    folder.mkdir(exist_ok=True)
    (reader, writer), (errors, error) = os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 99
        try:
            os.chdir(folder)
            os.environ["PHASES"] = str(writer)
            # Pipes, which have no size that could be limited.
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            os.dup2(error, 2)
            sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
            code = run([*LINE, *more])
            sys.stderr.flush()
        finally:
            os._exit(code)
    os.close(writer)
    os.close(error)
    while select.select([reader], [], [], 60)[0] and (phase := os.read(reader, 1)):
        hear(pid, phase)
    os.close(reader)
    with os.fdopen(errors) as said:
        text = said.read()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), text


def prepared(place: Path, name: str) -> Path:
    folder = place / name
    folder.mkdir()
    for file in ("train.txt", "dev.txt", "config.cfg", "phases.py", "numeric.py"):
        (folder / file).symlink_to(place / file)
    return folder


def outcome(folder: Path) -> dict[str, Any]:
    """What a run leaves, but for times."""
    out = folder / "out"
    rows = [json.loads(line) for line in (out / "history.jsonl").read_text().splitlines()]
    timeless = [
        {key: value for key, value in row.items() if key not in ("seconds", "memory_mb")} for row in rows
    ]
    files = [
        *(out / "model-last").iterdir(),
        *(out / "model-best").iterdir(),
        *out.glob("checkpoints/*/arrays.npz"),
    ]
    return {"history": timeless, **{str(file.relative_to(out)): file.read_bytes() for file in files}}


@pytest.mark.parametrize("times", [1, pytest.param(20, marks=pytest.mark.slow)])
@pytest.mark.parametrize("phase", [b"i", b"t", b"e", b"s"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_in_order_and_goes_on(place: Path, number: signal.Signals, phase: bytes, times: int) -> None:
    straight = prepared(place, "straight")
    seen: list[bytes] = []
    assert train(straight, hear=lambda pid, phase: seen.append(phase))[0] == 0
    wanted, chance, ended = outcome(straight), random.Random(times), 0
    for run_number in range(times):
        left = chance.randrange(seen.count(phase))

        def end(pid: int, now: bytes) -> None:
            nonlocal left
            if now == phase:
                left -= 1
                if left == -1:
                    os.kill(pid, number)

        folder = prepared(place, f"run-{run_number}")
        code, said = train(folder, hear=end)
        words = f"{run_number}: {said}"
        assert "Traceback" not in said, words
        # At the end of the run it is too late.
        if code != 0:
            ended += 1
            assert code == 128 + number, words
            assert ("terminated" if number == signal.SIGTERM else "interrupted") in said, words
            assert ("go on with: kernel train config.cfg -o out" in said) == (phase != b"i"), words
            assert train(folder, "--resume")[0] == 0, words
        assert outcome(folder) == wanted, words
    assert ended >= 0.7 * times
