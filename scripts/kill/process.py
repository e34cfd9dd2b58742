"""Running a command until it ends or is killed, and the moment to kill it."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ANY = "any"
# The first steps of what is killed again and again, as a share of a run.
_FEW = 12


def run(
    words: Sequence[str],
    folder: Path,
    kill: Callable[[], bool] = lambda: False,
    number: signal.Signals = signal.SIGKILL,
) -> tuple[int | None, str]:
    """Run a command until it ends, or until it is time to kill it, by signal: (exit code, its output); no code if it was killed.

    One that may end in order has the exit code for that, or the run was at its end.
    """
    with (folder / "output.txt").open("w+", encoding="utf8") as output:
        process = subprocess.Popen(words, cwd=folder, text=True, stdout=output, stderr=subprocess.STDOUT)
        while process.poll() is None and not kill():
            time.sleep(0.002)
        killed = process.poll() is None
        if killed:
            process.send_signal(number)
        code = process.wait()
        output.seek(0)
        # Before the command line listens, the signal ends the process.
        return None if killed and code in (-number, 128 + number) else code, output.read()


def early(chance: random.Random, seconds: float, beginning: float) -> Callable[[], bool]:
    """A random moment before a run, or what is left of it, can have ended.

    seconds, beginning: how long a straight run takes in all, and until it is at work.
    """
    begun = time.monotonic()
    late = chance.uniform(0.2, 1.0) * beginning + chance.uniform(0, (seconds - beginning) / _FEW)
    return lambda: time.monotonic() - begun >= late


def moment(
    chance: random.Random, seconds: float, beginning: float, phases: Sequence[str], now: Callable[[], str]
) -> Callable[[], bool]:
    """A random moment at which to kill a run: any, or at or soon after a random beginning of a random phase.

    seconds, beginning: as for `early`. phases: those of a straight run, in their order, as often as they came. now: the phase
    that the run is in.
    """
    begun = time.monotonic()
    which = chance.choice([ANY, *sorted(set(phases))])
    if which in (ANY, phases[0]):
        late = chance.uniform(0, seconds if which == ANY else beginning)
        return lambda: time.monotonic() - begun >= late
    left = chance.randrange(phases.count(which))
    wait = chance.choice([0.0, chance.uniform(0, 0.06), chance.uniform(0, seconds / 10)])
    seen: list[float] = []
    last = ""

    def is_time() -> bool:
        nonlocal left, last
        if not seen:
            phase = now()
            if phase == which and phase != last:
                left -= 1
            last = phase
            if left < 0:
                seen.append(time.monotonic())
        return bool(seen) and time.monotonic() - seen[0] >= wait

    return is_time
