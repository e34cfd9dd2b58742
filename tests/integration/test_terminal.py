"""What a run shows on a terminal of its own, narrow or dumb, in a log, and after Ctrl-C."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from kernel.testing.box import Box
from kernel.visible import columns

pty = pytest.importorskip("pty")

ROOT = Path(__file__).parents[2]
CONFIG = """
[paths]
train = "train.jsonl"
dev = "dev.jsonl"

[nlp]
lang = "en"
pipeline = ["日本の部品", "e\u0301tat"]

[components.日本の部品]
factory = "ner"

[components.e\u0301tat]
factory = "textcat"

[training]
max_steps = 6
eval_frequency = 3
"""


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Box:
    box = Box(tmp_path_factory.mktemp("terminal"))
    box.file("first.cfg", CONFIG)
    for name in ("train.jsonl", "dev.jsonl"):
        lines = (ROOT / "configs" / "sample" / name).read_text("utf8").splitlines(keepends=True)
        box.file(name, "".join(lines[:60]))
    return box


def on_terminal(box: Box, width: int, *words: str, interrupt: str = "", **variables: str) -> tuple[int, str]:
    """Run a command on a terminal of a width; its exit code, and all that it wrote. interrupt: press Ctrl-C once this is shown."""
    process, terminal = pty.fork()
    if not process:
        os.chdir(box.path)
        env = {**box.env, "TERM": "xterm", "COLUMNS": str(width), **variables}
        os.execve(sys.executable, [sys.executable, "-m", "kernel", *words], env)
    said = ""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            raw = os.read(terminal, 65536)
        except OSError:
            break
        said += raw.decode("utf8", "replace")
        if interrupt and interrupt in said:
            os.write(terminal, b"\x03")
            interrupt = ""
    else:
        os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), said.replace("\r\n", "\n")


def test_a_narrow_terminal_wraps_nothing(box: Box) -> None:
    code, said = on_terminal(box, 40, "train", "first.cfg")
    assert code == 0, said
    # What is written over is gone.
    lines = [part for line in said.splitlines() for part in line.split("\r")]
    shown = [line for line in lines if line and not line.startswith(("no --output", "max_steps", "pipeline"))]
    assert max(map(columns, shown)) <= 40
    assert "LOSS 日本の部品" in said and "SCORE" in said and "---" not in said
    assert "left" in said and "\x1b" not in said


def test_a_wide_one_gets_an_aligned_table(box: Box) -> None:
    code, said = on_terminal(box, 200, "train", "first.cfg")
    assert code == 0, said
    lines = [line.rpartition("\r")[2] for line in said.splitlines()]
    table = [line for line in lines if line.startswith(("---", "  E  ", "  0  ", "  1  "))]
    assert len(table) == 4 and len(set(map(columns, table))) == 1, table


@pytest.mark.parametrize("variables", [{"TERM": "dumb"}, {"NO_COLOR": "1"}])
def test_nothing_moves_or_is_coloured_where_it_should_not(box: Box, variables: dict[str, str]) -> None:
    code, said = on_terminal(box, 80, "debug", "data", "first.cfg", **variables)
    assert code in (0, 1)
    assert "\x1b" not in said
    assert "TERM" not in variables or "\r" not in said


def test_ctrl_c_leaves_a_clean_line(box: Box) -> None:
    code, said = on_terminal(
        box, 80, "train", "first.cfg", "--training.max_steps=100000", interrupt="step 4 of"
    )
    assert code == 130
    last = [line.rpartition("\r")[2] for line in said.strip().splitlines()][-1]
    assert last.startswith("interrupted at step"), said[-300:]


def test_a_log_has_no_carriage_returns(box: Box) -> None:
    result = box.run("train", "first.cfg", subprocess=True)
    assert result.exit_code == 0, result.stderr
    rows = [line for line in result.stdout.splitlines() if line.split()[:1] == ["0"]]
    assert len(rows) == 2
    assert "\r" not in result.stdout + result.stderr and "\x1b" not in result.stdout + result.stderr
