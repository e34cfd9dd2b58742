"""Commands that write a file keep what a user, or another command, left there; what they made themselves they renew."""

import json
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kernel.cli.run import run

pytestmark = pytest.mark.needs(
    "kernel-nlp-languages",
    "kernel-nlp-readers",
    "kernel-nlp-callbacks",
    "kernel-nlp-batchers",
    "kernel-nlp-components",
    "kernel-nlp-architectures",
)

CONFIG = """\
[nlp]
lang = "en"
pipeline = ["topic"]

[components.topic]
factory = "textcat"

[paths]
train = "data.jsonl"
dev = "data.jsonl"
"""
DATA = '{"text": "good", "cats": {"A": 1, "B": 0}}\n{"text": "bad", "cats": {"A": 0, "B": 1}}\n'


@pytest.fixture
def files(workplace: Path) -> Path:
    (workplace / "base.cfg").write_text(CONFIG)
    (workplace / "data.jsonl").write_text(DATA)
    return workplace


COMMANDS = {
    "scores.json": ["evaluate", "model", "data.jsonl", "--output", "scores.json"],
    "schema.json": ["schema", "schema.json"],
    "full.cfg": ["init", "fill-config", "base.cfg", "full.cfg"],
    "labels/topic.json": ["init", "labels", "base.cfg", "labels"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_twice_the_same(files: Path, name: str) -> None:
    for _ in range(2):
        assert run(COMMANDS[name]) == 0
    assert (files / name).stat().st_size


@pytest.mark.parametrize("name", COMMANDS)
def test_another_file_is_kept_unless_forced(
    files: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / name).parent.mkdir(exist_ok=True)
    (files / name).write_text('{"mine": 1}')
    assert run(COMMANDS[name]) == 2
    assert f"error: {name} exists" in capsys.readouterr().err
    assert (files / name).read_text() == '{"mine": 1}'
    assert run([*COMMANDS[name], "--force"]) == 0
    assert (files / name).read_text() != '{"mine": 1}'


@pytest.mark.parametrize("name", ["full.cfg", "labels/topic.json"])
def test_what_was_edited_is_kept(files: Path, name: str) -> None:
    run(COMMANDS[name])
    edited = (files / name).read_text() + "\n"
    (files / name).write_text(edited)
    assert run(COMMANDS[name]) == 2
    assert (files / name).read_text() == edited


def test_scores_in_a_loop(files: Path) -> None:
    for number in range(2):
        (files / "data.jsonl").write_text(DATA * (number + 1))
        assert run(COMMANDS["scores.json"]) == 0
    scores = json.loads((files / "scores.json").read_text())
    scores["speed"] = 0.0
    (files / "scores.json").write_text(json.dumps(scores))
    assert run(COMMANDS["scores.json"]) == 0
    assert json.loads((files / "scores.json").read_text())["speed"] > 0


def test_a_config_is_completed_in_its_place(files: Path) -> None:
    assert run(["init", "fill-config", "base.cfg", "base.cfg"]) == 0
    filled = (files / "base.cfg").read_text()
    assert "[training.optimizer]" in filled
    assert run(["init", "fill-config", "base.cfg", "./base.cfg"]) == 0
    assert (files / "base.cfg").read_text() == filled


@pytest.mark.skipif(os.name == "nt", reason="modes and pipes of Unix")
def test_the_mode_of_a_file_stays(files: Path) -> None:
    run(COMMANDS["scores.json"])
    (files / "scores.json").chmod(0o640)
    run(COMMANDS["scores.json"])
    assert stat.S_IMODE((files / "scores.json").stat().st_mode) == 0o640


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="no such device")
@pytest.mark.parametrize(
    "command",
    [
        ["evaluate", "model", "data.jsonl", "--output", "/dev/null"],
        ["schema", "/dev/null"],
        ["init", "fill-config", "base.cfg", "/dev/null"],
        ["init", "config", "/dev/null", "--force"],
        ["init", "config", "/dev/null"],
    ],
    ids=lambda command: command[0],
)
def test_a_device_is_written_to(files: Path, command: list[str]) -> None:
    before = sorted(Path("/dev").iterdir())
    assert run(command) == 0
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    assert sorted(Path("/dev").iterdir()) == before


@pytest.mark.skipif(os.name == "nt", reason="pipes of Unix")
def test_a_pipe_is_written_to(files: Path) -> None:
    os.mkfifo(files / "out.jsonl")
    with ThreadPoolExecutor() as pool:
        read = pool.submit((files / "out.jsonl").read_text)
        assert run(["apply", "model", "data.jsonl", "out.jsonl"]) == 0
        assert len(read.result(60).splitlines()) == len((files / "data.jsonl").read_text().splitlines())
    assert stat.S_ISFIFO((files / "out.jsonl").stat().st_mode)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device")
@pytest.mark.parametrize(
    "command",
    [
        ["evaluate", "model", "data.jsonl"],
        ["apply", "model", "data.jsonl", "-"],
        ["train", "base.cfg", "--training.max_steps", "1"],
        ["schema"],
    ],
    ids=lambda command: command[0],
)
def test_a_full_disk_is_said_in_one_message(files: Path, command: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "kernel", *command],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "error: can't write the output: No space left on device"
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device")
def test_a_full_trace_is_named(files: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["train", "base.cfg", "--training.max_steps", "1", "--trace-hooks=/dev/full"]) == 1
    error = capfd.readouterr().err
    assert "error: can't write /dev/full: No space left on device" in error and "Traceback" not in error


def test_a_trace_replaces_only_a_trace(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["train", "base.cfg", "--training.max_steps", "1"]
    for _ in range(2):
        assert run([*command, "--trace-hooks=trace.txt"]) == 0
    assert "train_start" in (files / "trace.txt").read_text()
    assert run([*command, "--trace-hooks=data.jsonl"]) == 2
    assert "error: data.jsonl exists, and holds something else" in capsys.readouterr().err
    assert (files / "data.jsonl").read_text() == DATA


@pytest.mark.skipif(os.name == "nt", reason="the limit is POSIX's")
@pytest.mark.parametrize(
    "command",
    [
        ["package", "model", "out"],
        ["train", "base.cfg", "--output", "out", "--training.max_steps", "1"],
        ["assemble", "base.cfg", "out", "--nlp.pipeline", "[]"],
    ],
    ids=lambda command: command[0],
)
def test_a_file_that_does_not_fit(files: Path, command: list[str]) -> None:
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000));"
        "from kernel.cli.run import run; sys.exit(run(sys.argv[1:]))"
    )
    done = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True, check=False)
    assert done.returncode in (1, 2)
    assert "File too large" in done.stderr and "Traceback" not in done.stderr
    assert not [path for path in files.glob("out/**/*") if path.is_file() and path.name != "run.json"]
