"""Workers and first processes that are killed, stopped and told to end: what comes of the run, and what is left of it."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cases
import runs
from cases import Case
from process import run
from subject import differences
from watching import Left, Running

COUNT = 3
# About as many as a run writes into its trace before it ends.
EVENTS = 23
Act = Callable[[Running, random.Random, float], str]
"""Does something to a run that has workers by now; returns what. It gets the seconds that a whole run has workers for."""


def run_all(work: Path, arguments: Any) -> int:
    """Every way to end, a line each; how many went wrong."""
    wrong, left = 0, Left()
    for pipeline in arguments.pipeline:
        alone = Case(pipeline, "memory")
        folder = cases.fresh(work / str(alone))
        code, said = run(alone.words(), folder)
        assert code == 0, said
        wanted = cases.outcome(folder, said)
        for backend in arguments.backend:
            wrong += _with_backend(work, Case(pipeline, "memory", backend, COUNT), wanted, left, arguments)
    return wrong + left.wrong()


def _with_backend(work: Path, case: Case, wanted: dict[str, Any], left: Left, arguments: Any) -> int:
    chance = random.Random(arguments.seed)
    folder = cases.fresh(work / "straight")
    running = Running(case.words(), folder, arguments.timeout)
    assert running.wait_for_workers(COUNT - 1)
    late = running.seconds
    code, said = running.end()
    assert code == 0, said
    left.look(str(case), running, str(case.backend))
    seconds = running.seconds - late
    print(f"{case}: {running.seconds:.1f} s, {seconds:.1f} of it with workers", flush=True)
    wrong = 0
    plan: list[tuple[str, int, Act, dict[str, Any], str]] = [
        ("killed", arguments.times, _kill_one, {}, "whole"),
        ("stopped for a minute", 1, _stop_for(60), {}, "whole"),
        ("stopped for ever", 2, _stop_for(None), {"timeout": 8}, "whole"),
        ("first killed", max(2, arguments.times // 4), _kill_first, {}, "gone"),
        ("first told to end", 2, _tell(signal.SIGTERM, everybody=False), {}, "resumed"),
        ("all told to end", 2, _tell(signal.SIGTERM, everybody=True), {}, "resumed"),
        ("all interrupted", 2, _tell(signal.SIGINT, everybody=True), {}, "resumed"),
    ]
    for what, times, act, settings, end in plan:
        for number in range(times):
            folder = cases.fresh(work / f"{case} {what} {number}")
            begun = time.monotonic()
            more = cases.workers(str(case.backend), COUNT, **settings)
            running = Running([*case.words(), *more], folder, arguments.timeout)
            said, found = _one(case, running, act, chance, seconds, end, wanted, left)
            wrong += bool(found)
            print(f"{case} {what}: {said}: {found or 'equal'} ({time.monotonic() - begun:.1f} s)", flush=True)
            if not found:
                shutil.rmtree(folder)
    return wrong


def _one(
    case: Case,
    running: Running,
    act: Act,
    chance: random.Random,
    seconds: float,
    end: str,
    wanted: dict[str, Any],
    left: Left,
) -> tuple[str, list[str]]:
    folder = running.folder
    running.wait_for_workers(COUNT - 1)
    did = act(running, chance, seconds)
    acted = time.monotonic()
    code, said = running.end()
    left.look(folder.name, running, str(case.backend))
    did += f", ended after {time.monotonic() - acted:.1f} s with {code}"
    restarts = said.count(": restart ")
    did += f", {restarts} restarts" if restarts else ""
    if end == "whole":
        if code != 0:
            return did, [f"exit code {code}: {said}"]
        return did, differences(cases.outcome(folder, _latest(said)), _without_console(wanted, said))
    if end == "gone":
        return did, []
    if code not in (0, 130, 143):
        return did, [f"exit code {code}: {said}"]
    if code:
        (folder / "trace.txt").unlink(missing_ok=True)
        again = Running(case.words("--resume"), folder, running.timeout)
        code, said = again.end()
        left.look(f"{folder.name}, resumed", again, str(case.backend))
    result = {**cases.outcome(folder, said), "console": []}
    return did, [
        *([f"exit code {code}: {said}"] if code else []),
        *differences(result, {**wanted, "console": []}),
    ]


def _latest(said: str) -> str:
    return "" if ": restart " in said else said


def _without_console(wanted: dict[str, Any], said: str) -> dict[str, Any]:
    """A run that was restarted shows rows twice."""
    return {**wanted, "console": []} if ": restart " in said else wanted


def _moment(running: Running, chance: random.Random, seconds: float) -> str:
    """Any moment, or one soon after a random event of the run: most of a short run is its start."""
    if chance.random() < 0.3:
        time.sleep(chance.uniform(0, 0.9 * seconds))
    else:
        events = chance.randint(2, EVENTS)
        running.wait_until(lambda: _events(running) >= events)
        time.sleep(chance.choice([0.0, chance.uniform(0, 0.2)]))
    return f"{runs.phase(running.folder)} ({_events(running)} events)"


def _events(running: Running) -> int:
    try:
        return len((running.folder / "trace.txt").read_text(encoding="utf8").splitlines())
    except OSError:
        return 0


def _kill_one(running: Running, chance: random.Random, seconds: float) -> str:
    phase = _moment(running, chance, seconds)
    workers = running.workers()
    if not workers:
        return f"{phase}: nobody was there any more"
    os.kill(chance.choice(workers), signal.SIGKILL)
    return phase


def _stop_for(pause: float | None) -> Act:
    def stop(running: Running, chance: random.Random, seconds: float) -> str:
        # While they start they have ten minutes.
        running.wait_until(lambda: _events(running) >= 3)
        time.sleep(chance.uniform(0, 0.5))
        phase = f"{runs.phase(running.folder)} ({_events(running)} events)"
        workers = running.workers()
        if not workers:
            return f"{phase}: nobody was there any more"
        pid = chance.choice(workers)
        os.kill(pid, signal.SIGSTOP)
        if pause is not None:
            end = time.monotonic() + pause
            while time.monotonic() < end and running.process.poll() is None:
                time.sleep(0.1)
            os.kill(pid, signal.SIGCONT)
        return phase

    return stop


def _kill_first(running: Running, chance: random.Random, seconds: float) -> str:
    phase = _moment(running, chance, seconds)
    running.workers()
    running.process.kill()
    return phase


def _tell(number: signal.Signals, *, everybody: bool) -> Act:
    def tell(running: Running, chance: random.Random, seconds: float) -> str:
        phase = _moment(running, chance, seconds)
        running.workers()
        if running.process.poll() is None:
            running.group(number) if everybody else running.process.send_signal(number)
        return phase

    return tell
