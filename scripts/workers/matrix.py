"""Every number of workers, with every backend: the same run."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

import cases
from process import run
from subject import differences


def run_all(work: Path, arguments: Any) -> int:
    """Run them all, a line each; how many differ from one process."""
    wrong, wanted = 0, {}
    for case in cases.every(arguments.pipeline, arguments.backend):
        folder = work / str(case)
        folder.mkdir()
        begun = time.monotonic()
        code, said = run(case.words(), folder)
        seconds = time.monotonic() - begun
        if code != 0:
            found = [f"exit code {code}: {said}"]
        elif case.backend is None:
            found, wanted = [], cases.outcome(folder, said)
        else:
            found = differences(cases.outcome(folder, said), wanted)
        wrong += bool(found)
        print(
            f"{case!s:32} {seconds:6.1f} s  {found or ('-' if case.backend is None else 'equal')}", flush=True
        )
        if case.backend is not None and not found:
            shutil.rmtree(folder)
    return wrong
