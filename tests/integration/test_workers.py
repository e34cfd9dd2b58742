"""Runs of several processes, of which some end: killed, stopped, told to end."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import kernel
from kernel.cli.functions import Trained
from kernel.errors import UsageError
from kernel.testing.suites.workers import children
from kernel.training.team import Lost

from ..small import json_lines, textcat_config

pytestmark = [
    pytest.mark.needs(
        "kernel-nlp-architectures",
        "kernel-nlp-batchers",
        "kernel-nlp-callbacks",
        "kernel-nlp-components",
        "kernel-nlp-readers",
        "kernel-nlp-workers",
    ),
    pytest.mark.skipif(sys.platform == "win32", reason="the signals are POSIX's"),
]
SETTINGS = """
[training]
seed = 3
shards = 2
max_steps = 8
eval_frequency = 4
[training.checkpoint]
every_steps = 1
[training.batcher]
size = 40
[training.optimizer]
use_averages = true
[training.workers]
count = 2
timeout = 60
"""
ENDING = """
[training.callbacks.ending]
@callbacks = "test.Ending.v1"
"""
# Ends the second worker in the ways that stand in a file, one after the other.
CODE = """
import os
import signal
import time
from pathlib import Path

from kernel import hookimpl, registry


class Ending:
    def state(self):
        return None

    def restore(self, state):
        pass

    @hookimpl
    def step_end(self, run):
        if os.environ.get("TEST_SLOWLY"):
            time.sleep(0.05)
            Path(f"step {run.team.rank} {os.getpid()}").touch()
        if run.team.rank == 1 and run.step in (3, 6):
            signal_of = {3: signal.SIGKILL, 6: signal.SIGSTOP}[run.step]
            mark = Path(f"ended {run.step}")
            if not mark.exists() and Path("ends").exists():
                mark.touch()
                os.kill(os.getpid(), signal_of)


@registry.callbacks("test.Ending.v1")
def ending():
    return Ending()


class Shared:
    # The second worker is killed while the first one waits for it to read, as often as a file says.
    def __init__(self, path):
        self.read = registry.get("readers", "kernel.Corpus.v1")(path)

    def share(self, team):
        mark = Path("losses")
        if team.rank == 1 and mark.exists() and (left := int(mark.read_text())):
            mark.write_text(str(left - 1))
            os.kill(os.getpid(), signal.SIGKILL)
        team.told(team.rank)

    def __call__(self, pipeline):
        return self.read(pipeline)


@registry.readers("test.Shared.v1")
def shared(path):
    return Shared(path)
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with data, code and a config, which is the current one."""
    monkeypatch.chdir(tmp_path)
    names = ["good", "bad", "odd"]
    records = [
        {"text": f"it was {name} {number}", "cats": {each: float(each == name) for each in names}}
        for number in range(12)
        for name in names
    ]
    for part in ("train", "dev"):
        (tmp_path / f"{part}.jsonl").write_text(json_lines(records))
    (tmp_path / "code.py").write_text(CODE)
    (tmp_path / "config.cfg").write_text(textcat_config() + SETTINGS + ENDING)
    return tmp_path


def bytes_of(folder: Path) -> dict[str, bytes]:
    """The saved models."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for name in ("model-last", "model-best")
        for path in sorted((folder / name).rglob("*"))
        if path.is_file()
    }


def train(output: str, **overrides: object) -> Trained:
    settings = {f"training.workers.{name}": value for name, value in overrides.items()}
    with kernel.registry.restored():
        return kernel.train("config.cfg", output, code="code.py", overrides=settings)


def test_a_run_goes_on_after_workers_were_killed_and_stopped(
    place: Path, caplog: pytest.LogCaptureFixture
) -> None:
    alone = train("alone", count=1)
    Path("ends").touch()
    caplog.set_level("INFO", "kernel")
    found = train("pair", timeout=3)
    assert "worker 1 ended, by SIGKILL: restart 1 of 3" in caplog.text
    assert "worker 1 has not answered for 3 seconds, and is taken for lost: restart 2 of 3" in caplog.text
    assert bytes_of(place / "pair") == bytes_of(place / "alone")
    rows = [[(each.step, each.score, each.losses) for each in run.history] for run in (found, alone)]
    assert rows[0] == rows[1] and len(rows[0]) == 2


@pytest.mark.parametrize("losses", [1, 2])
def test_a_run_begins_again_where_a_worker_was_lost_before_the_first_step(
    place: Path, caplog: pytest.LogCaptureFixture, losses: int
) -> None:
    corpus = '[corpora.train]\n@readers = "test.Shared.v1"\npath = ${paths.train}\n'
    Path("config.cfg").write_text(textcat_config() + corpus + SETTINGS + ENDING)
    alone = train("alone", count=1)
    before = children()
    Path("losses").write_text(str(losses))
    caplog.set_level("INFO", "kernel")
    if losses > 1:
        with pytest.raises(Lost, match="worker 1 ended, by SIGKILL"):
            train("pair", max_restarts=1)
    else:
        found = train("pair", max_restarts=1)
        assert bytes_of(place / "pair") == bytes_of(place / "alone")
        assert [each.losses for each in found.history] == [each.losses for each in alone.history]
    assert "worker 1 ended, by SIGKILL: restart 1 of 1" in caplog.text
    assert not children() - before


def test_nothing_is_left_of_a_run_that_is_refused(place: Path) -> None:
    train("out", count=1)
    before = children()
    with kernel.registry.restored(), pytest.raises(UsageError, match="training.dropout"):
        kernel.train("config.cfg", "out", code="code.py", resume=True, overrides={"training.dropout": 0.5})
    assert not children() - before


def command(place: Path, *words: str) -> subprocess.Popen[str]:
    """`kernel train`, slowly, in a group of processes of its own."""
    words = (
        sys.executable,
        "-m",
        "kernel",
        "train",
        "config.cfg",
        "-o",
        "out",
        "--code",
        "code.py",
        "--training.max_steps=400",
        *words,
    )
    return subprocess.Popen(
        words,
        cwd=place,
        env={**os.environ, "TEST_SLOWLY": "1"},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def worker_of(place: Path, process: subprocess.Popen[str]) -> int:
    """The process of the second worker, once it has learnt something."""
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        for path in place.glob("step 1 *"):
            return int(path.name.split()[-1])
        time.sleep(0.02)
    raise AssertionError(process.communicate()[0])


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def test_nothing_is_left_when_the_first_process_is_killed(place: Path) -> None:
    process = command(place)
    pid = worker_of(place, process)
    process.kill()
    process.communicate()
    end = time.monotonic() + 10
    while is_there(pid) and time.monotonic() < end:
        time.sleep(0.02)
    assert not is_there(pid)


def test_a_group_that_is_told_to_end_saves_and_can_be_resumed(place: Path) -> None:
    process = command(place)
    pid = worker_of(place, process)
    os.killpg(process.pid, signal.SIGTERM)
    said = process.communicate()[0]
    assert process.returncode == 143, said
    assert "terminated at step" in said and "go on with: kernel train" in said
    assert not is_there(pid)


SCRIPT = """
import kernel
from kernel import hookimpl, registry


class Own:
    @hookimpl
    def step_end(self, run):
        if run.step == 1 and not run.team.is_first:
            open("worker", "w").close()


@registry.callbacks("test.Own.v1")
def own():
    return Own()


def main():
    more = {"training.callbacks.ending": {"@callbacks": "test.Own.v1"}, "training.max_steps": 2, "training.workers.max_restarts": 0}
    print(len(kernel.train("config.cfg", overrides=more).history))

"""


@pytest.mark.parametrize("is_guarded", [True, False])
def test_functions_of_a_script_are_there_in_workers(place: Path, is_guarded: bool) -> None:
    end = 'if __name__ == "__main__":\n    main()\n' if is_guarded else "main()\n"
    (place / "script.py").write_text(SCRIPT + end)
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=place, text=True, capture_output=True, check=False, timeout=120
    )
    if is_guarded:
        assert done.returncode == 0, done.stderr
        assert (place / "worker").exists()
        assert done.stdout.splitlines()[-1] == "1"
    else:
        assert "worker 1: the program that trains is run once more by each worker process" in done.stderr
        assert 'Put the code that trains under `if __name__ == "__main__":`' in done.stderr


@pytest.mark.slow
@pytest.mark.needs("kernel-nlp-augmenters")
@pytest.mark.parametrize(
    "words",
    [["matrix", "--pipeline", "cnn", "--pipeline", "rehearsal"], ["ends", "--times", "4"], ["resumed"]],
)
def test_every_number_of_workers_and_every_end(words: list[str]) -> None:
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "scripts/workers", *words]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
