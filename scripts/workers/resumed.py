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
from watching import Left, Running


def run_all(work: Path, arguments: Any) -> int:
    """Kill once or twice, resume with 1, 3 and 4, a line each; how many differ from a run that nobody killed."""
    chance, wrong, left = random.Random(arguments.seed), 0, Left()
    for pipeline in arguments.pipeline:
        for data in cases.DATA:
            alone = Case(pipeline, data)
            folder = cases.fresh(work / str(alone))
            code, said = run(alone.words(), folder)
            assert code == 0, said
            wanted = {**cases.outcome(folder, said), "console": []}
            for backend in arguments.backend:
                for count in (1, 3, 4):
                    folder = cases.fresh(work / f"{pipeline} {data} {backend} killed {count}")
                    before = Case(pipeline, data, backend, 2)
                    running = Running(before.words(), folder, arguments.timeout)
                    phase = _kill(running, chance)
                    left.look(f"{before}, killed while {phase}", running, backend)
                    again = Case(pipeline, data, backend if count > 1 else None, count)
                    running = Running(again.words("--resume"), folder, arguments.timeout)
                    code, said = running.end()
                    left.look(f"{again}, resumed", running, backend)
                    found = [f"exit code {code}: {said}"] if code else []
                    found += differences({**cases.outcome(folder, said), "console": []}, wanted)
                    wrong += bool(found)
                    resumed = said.count("resumed after step")
                    print(
                        f"{pipeline} {data} {backend}: 2 workers, killed while {phase}, {'resumed' if resumed else 'begun anew'} "
                        f"with {count}: {found or 'equal'} ({running.seconds:.1f} s)",
                        flush=True,
                    )
                    if not found:
                        shutil.rmtree(folder)
    return wrong + left.wrong()


def _kill(running: Running, chance: random.Random) -> str:
    """Kill the first process some time after the first checkpoint; what the run was at."""
    folder = running.folder
    running.wait_until(lambda: bool(list((folder / "out" / "checkpoints").glob("step-*"))))
    time.sleep(chance.uniform(0, 0.5))
    phase = runs.phase(folder)
    running.workers()
    running.process.kill()
    running.end()
    (folder / "trace.txt").unlink(missing_ok=True)
    return phase
