"""Runs that end before their time: a loss that is no number, Ctrl-C, SIGTERM, a killed process. The last good model stays."""

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .conftest import CONFIG, Result

Kernel = Callable[..., Result]
# A learn rate that explodes, a step that says that it is there, and a component that is slow to save.
CODE = """
import time

from kernel import hookimpl, registry
from kernel.language import Language


@registry.schedules("own.explode.v1")
def explode(after: int):
    for _ in range(after):
        yield 0.001
    while True:
        yield 1e38


class Marker:
    @hookimpl
    def step_end(self, run):
        print(f"step {run.step}", flush=True)


@registry.callbacks("own.marker.v1")
def marker():
    return Marker()


class Sleeper:
    # Sleeps in an event, from the third step on.
    def __init__(self, event):
        self.event = event

    def sleep(self, event, run):
        if event == self.event and run.step >= 3:
            print(f"sleeping in {event}", flush=True)
            time.sleep(60)

    @hookimpl
    def step_end(self, run):
        self.sleep("step_end", run)

    @hookimpl
    def evaluate(self, run):
        self.sleep("evaluate", run)


@registry.callbacks("own.sleeper.v1")
def sleeper(event: str):
    return Sleeper(event)


class Slow:
    saved = 0

    def __call__(self, doc):
        return doc

    def to_disk(self, path, **options):
        Slow.saved += 1
        if Slow.saved == 3:
            print("saving", flush=True)
            time.sleep(60)
        path.mkdir()
        (path / "note").write_text("here")

    def from_disk(self, path, **options):
        assert (path / "note").read_text() == "here"


@Language.factory("slow")
def make_slow(nlp, name):
    return Slow()
"""
MARKED = ("--training.callbacks.marker", '{"@callbacks": "own.marker.v1"}')
posix = pytest.mark.skipif(os.name == "nt", reason="the signal is POSIX's")


@pytest.fixture(autouse=True)
def code(project: Path) -> None:
    (project / "own.py").write_text(CODE)


def contents(folder: str) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}


def works(kernel: Kernel, model: str) -> bool:
    return kernel("apply", model, "texts.txt", "-", "--code", "own.py").code == 0


@contextmanager
def started(*args: str) -> Iterator[subprocess.Popen[str]]:
    """`kernel train config.cfg -o out` in a process of its own."""
    command = [sys.executable, "-m", "kernel", "train", "config.cfg", "-o", "out", "--code", "own.py", *args]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for(process: subprocess.Popen[str], text: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if text in line:
            return
    raise AssertionError(f"the process ended without {text!r}: {process.communicate()}")


@pytest.mark.parametrize(
    ("after", "what"), [(3, "weights of 'ner' are nan or infinite"), (4, "the loss of 'ner' is ")]
)
def test_numbers_that_explode(kernel: Kernel, after: int, what: str) -> None:
    learn_rate = f'{{"@schedules": "own.explode.v1", "after": {after}}}'
    args = ("--code", "own.py", "--training.optimizer.learn_rate", learn_rate, "--training.max_steps")
    assert kernel("train", "config.cfg", "-o", "out", *args, "2").code == 0
    saved = contents("out/model-last")
    result = kernel("train", "config.cfg", "-o", "out", *args, "20")
    result.is_refused(1, what, " at step ", "the last saved model is kept")
    assert "RuntimeWarning" not in result.err
    assert contents("out/model-last").keys() == saved.keys()
    assert works(kernel, "out/model-last") and works(kernel, "out/model-best")


FOREVER = ("--training.max_steps=0", "--training.patience=0", "--training.eval_frequency=0")
ENDS = pytest.mark.parametrize(
    ("number", "status", "word"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
STOPPING = "stopping after this step; Ctrl-C again stops at once"


def sleeping(event: str, *more: str) -> tuple[str, ...]:
    callback = f'{{"@callbacks": "own.sleeper.v1", "event": "{event}"}}'
    return ("--training.callbacks.sleeper", callback, *more)


@posix
@ENDS
def test_it_ends_after_the_step_and_what_was_learnt_is_kept(
    kernel: Kernel, number: int, status: int, word: str
) -> None:
    with started(*MARKED, *FOREVER) as process:
        wait_for(process, "step 3")
        process.send_signal(number)
        _, error = process.communicate(timeout=60)
    assert process.returncode == status
    lines = [line for line in error.splitlines() if "warning" not in line]
    asked, ended, further = lines
    assert asked == STOPPING
    assert re.fullmatch(rf"{word} at step \d+, saved to out/model-last", ended)
    words = shlex.split(further.removeprefix("go on with: "))
    assert words == [*words[:2], "config.cfg", "-o", "out", "--code", "own.py", *MARKED, *FOREVER, "--resume"]
    assert works(kernel, "out/model-last")


@posix
@ENDS
def test_an_evaluation_ends_at_once(kernel: Kernel, number: int, status: int, word: str) -> None:
    with started(*sleeping("evaluate", "--training.max_steps=9", "--training.eval_frequency=3")) as process:
        wait_for(process, "sleeping in evaluate")
        process.send_signal(number)
        _, error = process.communicate(timeout=30)
    assert process.returncode == status
    assert f"{word} at step 3, saved to out/model-last\n" in error and "--resume" in error
    assert STOPPING not in error and "Traceback" not in error
    assert works(kernel, "out/model-last")


@posix
def test_ctrl_c_twice_ends_a_step_that_takes_long(kernel: Kernel) -> None:
    with started(*sleeping("step_end", *FOREVER)) as process:
        wait_for(process, "sleeping in step_end")
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert STOPPING + "\n" in iter(process.stderr.readline, "")
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "interrupted at step 3, saved to out/model-last\n" in error
    # The run was cut within a step before there was a checkpoint: there is nothing to go on from.
    assert not list(Path("out").glob("checkpoints/step-*")) and "--resume" not in error
    assert "Traceback" not in error
    assert works(kernel, "out/model-last")


@posix
@ENDS
def test_before_the_first_step(kernel: Kernel, project: Path, number: int, status: int, word: str) -> None:
    (project / "own.py").write_text(CODE + "\nprint('loading', flush=True)\ntime.sleep(60)\n")
    with started() as process:
        wait_for(process, "loading")
        process.send_signal(number)
        _, error = process.communicate(timeout=60)
    assert process.returncode == status
    assert error.strip() == word
    assert not Path("out").exists()


@posix
def test_killed_while_saving(kernel: Kernel, project: Path) -> None:
    text = CONFIG.replace('["ner"]', '["ner", "slow"]').replace(
        "[components.ner]", '[components.slow]\nfactory = "slow"\n\n[components.ner]'
    )
    (project / "config.cfg").write_text(text)
    with started("--training.eval_frequency", "1") as process:
        wait_for(process, "saving")
        process.kill()
        process.communicate(timeout=60)
    assert list(Path("out").glob(".model-last.*.partial")), "it should have been killed while it saved"
    assert Path("out/.lock").exists()
    assert works(kernel, "out/model-last") and works(kernel, "out/model-best")
    # What the killed process left is no hindrance to the next one, and goes.
    assert (
        kernel("train", "config.cfg", "-o", "out", "--code", "own.py", "--training.max_steps", "2").code == 0
    )
    assert not list(Path("out").glob(".*"))


def test_killed_between_two_renames(kernel: Kernel, model: Path) -> None:
    # The moment in which the old directory has stepped aside and the new one has not yet its name.
    model.rename(".model.new")
    assert works(kernel, "model")
