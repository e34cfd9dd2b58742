"""The border between the kernel and text: a pipeline of numbers lives through everything with text out of reach."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ..integration.test_numeric_pipeline import CONFIG
from .conftest import ROOT

NUMERIC = ROOT / "tests" / "integration" / "numeric.py"
TEXT = ("tokens", "vocab", "tokenizer", "language", "scores")
PROGRAM = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("kernel.") and name.split(".")[1] in {text!r}:
            raise AssertionError(f"{{name}} is imported for a pipeline without text")
        return None

sys.meta_path.insert(0, Blocked())
from kernel.cli.run import run
code = ["--code", {numeric!r}]
for words in {commands!r}:
    assert run([*words, *([] if words[0] == "info" else code)]) == 0, words
"""
COMMANDS = [
    ["train", "config.cfg", "-o", "out"],
    ["evaluate", "out/model-best", "dev.txt"],
    ["package", "out/model-best", "packages", "--name", "line"],
    ["info", "out/model-best"],
    ["assemble", "config.cfg", "assembled"],
    ["debug", "config", "config.cfg"],
    ["debug", "data", "config.cfg"],
    ["init", "fill-config", "config.cfg", "filled.cfg"],
    ["plugins", "requires", "config.cfg"],
]
LOAD = """
import kernel
pipeline = kernel.load("out/model-last")
row = type("Row", (), {"inputs": [1.0, 2.0], "target": 1.0})
print(sorted(pipeline.evaluate([row, row])))
assert type(pipeline).__name__ == "Numbers" and pipeline.meta["performance"]
"""


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, number in (("train.txt", 40), ("dev.txt", 8)):
        rows = [(i % 7 / 7, i % 5 / 5) for i in range(number)]
        Path(name).write_text("".join(f"{a} {b} {2 * a - b + 1}\n" for a, b in rows))
    Path("config.cfg").write_text(CONFIG.replace("max_steps = 40", "max_steps = 10"))
    return tmp_path


def test_a_pipeline_of_numbers_needs_nothing_of_text(workplace: Path) -> None:
    program = PROGRAM.format(text=TEXT, numeric=str(NUMERIC), commands=COMMANDS) + LOAD
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "['mse', 'r2']" in done.stdout


def test_the_block_would_be_felt() -> None:
    program = PROGRAM.format(text=TEXT, numeric=str(NUMERIC), commands=[]) + "import kernel.tokens\n"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "kernel.tokens is imported for a pipeline without text" in done.stderr
