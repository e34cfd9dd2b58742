"""Every number of workers, with every backend: the same run."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import cases
from subject import differences
from watching import Left, Running


def run_all(work: Path, arguments: Any) -> int:
    """Run them all, a line each; how many differ from one process."""
    wrong, wanted, left = 0, {}, Left()
    for case in cases.every(arguments.pipeline, arguments.backend):
        folder = cases.fresh(work / str(case))
        running = Running(case.words(), folder, arguments.timeout)
        code, said = running.end()
        left.look(str(case), running, case.backend or "")
        if code != 0:
            found = [f"exit code {code}: {said}"]
        elif case.backend is None:
            found, wanted = [], cases.outcome(folder, said)
        else:
            found = differences(cases.outcome(folder, said), wanted)
        wrong += bool(found)
        print(
            f"{case!s:32} {running.seconds:6.1f} s  {found or ('-' if case.backend is None else 'equal')}",
            flush=True,
        )
        if case.backend is not None and not found:
            shutil.rmtree(folder)
    return wrong + left.wrong()
