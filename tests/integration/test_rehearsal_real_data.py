"""Half of the labels of a real corpus are learnt after the other half. KERNEL_DATA names the folder that holds it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("KERNEL_DATA", "")) / "wnut17"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.needs("kernel-nlp-callbacks", "kernel-nlp-components", "kernel-nlp-readers"),
    pytest.mark.skipif(
        not (os.environ.get("KERNEL_DATA") and DATA.is_dir()),
        reason="set KERNEL_DATA to a folder with wnut17",
    ),
]


def test_more_than_half_of_what_would_be_forgotten_is_kept() -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "rehearsal.py"), str(DATA)]
    settings = ["--seeds", "1", "--weights", "2", "--settings", "other"]
    settings += ["--ways", "without", "weight 2, old texts"]
    done = subprocess.run([*command, *settings], capture_output=True, text=True, check=True, cwd=ROOT)
    found = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("{")))
    before, without, kept = (
        found[name] for name in ("before", "other: without", "other: weight 2, old texts")
    )
    lost, lost_with = before["old"] - without["old"], before["old"] - kept["old"]
    assert lost > 20
    assert lost_with < lost / 2
    # What is new is learnt nevertheless.
    assert kept["new"] > without["new"] / 2
