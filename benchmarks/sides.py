"""Two libraries measured side by side: worker processes that take turns, and the ratios of their times."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
KERNEL_PYTHON = sys.executable
SPACY_PYTHON = str(HERE / ".venv" / "bin" / "python")
SIDES = {"kernel": KERNEL_PYTHON, "spacy": SPACY_PYTHON, "spacy-matmul": SPACY_PYTHON}


def environment(core_type: str | None = None) -> dict[str, str]:
    """One BLAS thread, compiled modules allowed; core_type: what OpenBLAS is told to be, None lets it choose."""
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE", "OPENBLAS_CORETYPE")}
    env.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", MKL_NUM_THREADS="1", PYTHONWARNINGS="ignore")
    if core_type:
        env["OPENBLAS_CORETYPE"] = core_type
    return env


class Worker:
    """One side in a process of its own (see worker.py). python: what runs it. more: for its environment."""

    def __init__(
        self,
        side: str,
        task: str,
        settings: Mapping[str, Any],
        core_type: str | None,
        python: str = "",
        more: Mapping[str, str] | None = None,
    ) -> None:
        self.process = subprocess.Popen(
            [python or SIDES[side], str(HERE / "worker.py"), side],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=HERE,
            env={**environment(core_type), **(more or {})},
        )
        self.ask({"task": task, "settings": dict(settings)})

    def ask(self, command: Mapping[str, Any]) -> dict[str, float]:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"a benchmark worker ended with status {self.process.wait()}")
        reply: dict[str, float] = json.loads(answer)
        return reply

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


def compare(
    task: str,
    settings: Mapping[str, Mapping[str, Any]],
    *,
    rounds: int = 5,
    warm_up: int = 1,
    core_type: str | None = None,
    pythons: Mapping[str, str] = SIDES,
) -> dict[str, Any]:
    """Run a task on every side in turn and take medians.

    settings: side -> settings of the task. pythons: side -> what runs it. Returns, per side, units a second of CPU time (median), and per
    other side the median of the ratios of each round, kernel over it.
    """
    workers = {side: Worker(side, task, own, core_type, pythons[side]) for side, own in settings.items()}
    speeds: dict[str, list[float]] = {side: [] for side in settings}
    units: dict[str, float] = {}
    for number in range(warm_up + rounds):
        for side, worker in workers.items():
            reply = worker.ask({"run": True})
            if number >= warm_up:
                speeds[side].append(reply["units"] / reply["cpu"])
                units[side] = reply["units"]
    for worker in workers.values():
        worker.close()
    result: dict[str, Any] = {
        "units": units,
        "speed": {side: statistics.median(v) for side, v in speeds.items()},
    }
    result["ratio"], result["range"] = {}, {}
    for side in settings:
        if side != "kernel":
            ratios = [ours / theirs for ours, theirs in zip(speeds["kernel"], speeds[side], strict=True)]
            result["ratio"][side] = statistics.median(ratios)
            result["range"][side] = [min(ratios), max(ratios)]
    return result
