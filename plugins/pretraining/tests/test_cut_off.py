"""Pretrainings that end before their time: killed, asked to, on a full disk. What is there is whole, and they go on to equal bytes."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from kernel.testing import Box

pytestmark = [
    pytest.mark.needs(
        "kernel-nlp-architectures",
        "kernel-nlp-batchers",
        "kernel-nlp-callbacks",
        "kernel-nlp-components",
        "kernel-nlp-languages",
        "kernel-nlp-readers",
    ),
    pytest.mark.skipif(sys.platform == "win32", reason="signals and limits are POSIX's"),
]
# Does something after a step; a limit on the size of files stands for a full disk.
CODE = """
import os
import resource
import signal

from kernel import hookimpl, registry


class At:
    def __init__(self, step, what):
        self.step, self.what = step, what

    def state(self):
        return None

    def restore(self, state):
        pass

    @hookimpl(trylast=True)
    def step_end(self, run):
        if run.step == self.step:
            if self.what == "full":
                resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
            else:
                os.kill(os.getpid(), getattr(signal, self.what))


@registry.callbacks("cut.at.v1")
def at(step: int, what: str):
    return At(step, what)
"""
BLOCK = """
[pretraining.callbacks.at]
@callbacks = "cut.at.v1"
step = 0
what = ""

[pretraining.checkpoint]
every_steps = 2
"""
WORDS = ("pretrain", "config.cfg")
OPTIONS = ("--code", "functions.py", "--pretraining.n_save_every", "3", "--pretraining.shards", "2")
AGAIN = ("--resume", "--allow-drift", "pretraining.callbacks.at")


@pytest.fixture
def cut(texts: Box) -> Box:
    """The directory, with a callback that brings the end."""
    texts.code(CODE)
    texts.config((texts.path / "config.cfg").read_text() + BLOCK)
    return texts


def run(box: Box, output: str, *more: str, step: int = 0, what: str = "") -> Any:
    at = (f"--pretraining.callbacks.at.step={step}", f"--pretraining.callbacks.at.what={what}")
    return box.run(*WORDS, output, *OPTIONS, *at, *more, subprocess=bool(what))


def outcome(folder: Path) -> dict[str, Any]:
    """Weights, and the logs without times."""
    found: dict[str, Any] = {path.name: path.read_bytes() for path in folder.glob("model*.bin")}
    for name in ("log.jsonl", "history.jsonl"):
        rows = [json.loads(line) for line in (folder / name).read_text().splitlines()]
        found[name] = [
            {key: value for key, value in row.items() if key not in ("seconds", "memory_mb")} for row in rows
        ]
    return found


def hidden(folder: Path) -> list[str]:
    """What a writer leaves that doesn't come to its end."""
    return sorted(path.name for path in folder.rglob(".*"))


@pytest.mark.parametrize(("what", "code"), [("SIGKILL", -9), ("SIGTERM", 143), ("SIGINT", 130), ("full", 1)])
def test_it_goes_on_to_equal_bytes(cut: Box, what: str, code: int) -> None:
    assert run(cut, "whole").exit_code == 0
    done = run(cut, "cut", step=7, what=what)
    assert done.exit_code == code, done.stderr
    assert "Traceback" not in done.stderr
    left, wanted = cut.path / "cut", outcome(cut.path / "whole")
    for name in {path.name for path in left.glob("model*.bin")} - {"model-last.bin", "model-best.bin"}:
        assert "temp" in name or (left / name).read_bytes() == wanted[name]
    if what == "full":
        assert "error: can't save the pipeline to cut: File too large\n" in done.stderr
        assert done.stderr.count("can't save") == 1 and "--resume goes on" in done.stderr
    done = run(cut, "cut", *AGAIN)
    assert done.exit_code == 0, done.stderr
    assert outcome(left) == wanted
    assert hidden(left) == []


def test_what_was_half_written_goes_though_nobody_writes_it_again(cut: Box) -> None:
    assert run(cut, "whole").exit_code == 0
    out = cut.path / "whole"
    for name in (".model9.bin.lock", ".model9.bin.0123abcd.partial", ".config.cfg.lock"):
        (out / name).touch()
    done = run(cut, "whole", "--resume")
    assert (done.exit_code, hidden(out)) == (0, []), done.stderr
    assert "has ended already" in done.stdout


def test_a_log_that_is_gone_goes_on_with_what_comes(cut: Box) -> None:
    assert run(cut, "whole").exit_code == 0
    assert run(cut, "cut", step=9, what="SIGTERM").exit_code == 143
    (cut.path / "cut" / "log.jsonl").unlink()
    assert run(cut, "cut", *AGAIN).exit_code == 0
    whole = outcome(cut.path / "whole")["log.jsonl"]
    found = outcome(cut.path / "cut")["log.jsonl"]
    assert 0 < len(found) < len(whole) and found == whole[-len(found) :]
