"""Commands that are killed at random moments, by `scripts/kill`: nothing half-written passes for whole, and the end is the same."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the signal is POSIX's")
@pytest.mark.needs("kernel-nlp-pretraining", "kernel-nlp-vectors")
@pytest.mark.parametrize("what", ["train", "pretrain", "vectors"])
def test_killed_at_random_moments(what: str) -> None:
    words = [sys.executable, "scripts/kill", what, "--once", "4", "--often", "0"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 of 4 wrong; 4 kills" in done.stdout
