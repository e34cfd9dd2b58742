"""Runs that are killed with two workers, and resumed with another number."""

from __future__ import annotations

import random
import shutil
import time
from pathlib import Path
from typing import Any

import cases
import runs
from cases import Case
from process import run
from subject import differences
from watching import Running


def run_all(work: Path, arguments: Any) -> int:
    """Kill once or twice, resume with 1, 3 and 4, a line each; how many differ from a run that nobody killed."""
    chance, wrong = random.Random(arguments.seed), 0
    for pipeline in arguments.pipeline:
        for data in cases.DATA:
            alone = Case(pipeline, data)
            folder = work / str(alone)
            folder.mkdir()
            code, said = run(alone.words(), folder)
            assert code == 0, said
            wanted = {**cases.outcome(folder, said), "console": []}
            for backend in arguments.backend:
                for count in (1, 3, 4):
                    folder = work / f"{pipeline} {data} {backend} {count}"
                    folder.mkdir()
                    phase = _killed(Case(pipeline, data, backend, 2), folder, chance)
                    again = Case(pipeline, data, backend if count > 1 else None, count)
                    code, said = run(again.words("--resume"), folder)
                    found = [f"exit code {code}: {said}"] if code else []
                    found += differences({**cases.outcome(folder, said), "console": []}, wanted)
                    wrong += bool(found)
                    resumed = said.count("resumed after step")
                    print(
                        f"{pipeline} {data} {backend}: 2 workers, killed while {phase}, {'resumed' if resumed else 'begun anew'} "
                        f"with {count}: {found or 'equal'}",
                        flush=True,
                    )
                    if not found:
                        shutil.rmtree(folder)
    return wrong


def _killed(case: Case, folder: Path, chance: random.Random) -> str:
    """Kill all of a run some time after its first checkpoint."""
    running = Running(case.words(), folder)
    while not list((folder / "out" / "checkpoints").glob("step-*")):
        assert running.process.poll() is None, (folder / "output.txt").read_text()
        time.sleep(0.005)
    time.sleep(chance.uniform(0, 0.5))
    phase = runs.phase(folder)
    running.workers()
    running.process.kill()
    running.end()
    left = running.left(case.backend or "local")
    assert not left, left
    (folder / "trace.txt").unlink(missing_ok=True)
    return phase
