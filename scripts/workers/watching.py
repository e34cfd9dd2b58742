"""A run that is going on: its processes, and what it leaves when it has ended."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TextIO

# What may stay of a run for so many seconds after its end; Ray's own agents take about a minute to notice that nobody needs them.
PATIENCE = {"ray": 120.0}
USUAL_PATIENCE = 3.0
# Seconds between looks at all processes, which cost some milliseconds.
_LOOK = 0.25
# Command lines of processes that are members, or become ones, before they say so themselves. Ray's agents, which it can't live without, are
# called `ray::DashboardAgent` and the like.
_BEGINNINGS = ("kernel_workers.process", "ray::Host", "ray::IDLE")


class Running:
    """A command in a folder, in a group of processes of its own. After so many seconds it counts as one that hangs."""

    def __init__(self, words: Sequence[str], folder: Path, timeout: float) -> None:
        self.folder = folder
        self.timeout = timeout
        # How long something was there after its end, at most.
        self.stayed = 0.0
        self._shared = set(os.listdir("/dev/shm"))
        self._output: TextIO = (folder / "output.txt").open("w+", encoding="utf8")
        self.process = subprocess.Popen(
            words,
            cwd=folder,
            text=True,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.begun = time.monotonic()
        self._ended = 0.0
        self._known: set[int] = set()

    @property
    def seconds(self) -> float:
        """Since it began, until it ended."""
        return (self._ended or time.monotonic()) - self.begun

    def workers(self) -> list[int]:
        """The processes of its members but the first, oldest first."""
        self._known |= below(self.process.pid)
        others = {pid for pid in self._members() if pid != self.process.pid}
        self._known |= others
        return sorted(pid for pid in self._known if _is_there(pid) and (pid in others or _begins(pid)))

    def _members(self) -> set[int]:
        """Those that have said that they are there."""
        try:
            return {int(name) for name in os.listdir(self.folder / "pids")}
        except OSError:
            return set()

    def wait_until(self, what: Callable[[], bool], every: float = 0.003) -> bool:
        """Until that is so; False if the run ends before, or hangs."""
        while not what():
            if self.process.poll() is not None or self.seconds > self.timeout:
                return False
            time.sleep(every)
        return True

    def wait_for_workers(self, count: int) -> bool:
        """Until so many are there; False if the run ends before, or hangs."""
        return self.wait_until(lambda: len(self.workers()) >= count, every=0.05)

    def group(self, number: signal.Signals) -> None:
        """Send a signal to all processes of the group."""
        os.killpg(self.process.pid, number)

    def end(self) -> tuple[int, str]:
        """Wait for its end: (exit code, output). The code is -1000 if it hangs, and then it is killed."""
        code = None
        while code is None:
            self.workers()
            with suppress(subprocess.TimeoutExpired):
                code = self.process.wait(_LOOK)
            if code is None and self.seconds > self.timeout:
                code = -1000
                for pid in [self.process.pid, *self._known]:
                    _kill(pid)
        self._ended = time.monotonic()
        self._output.seek(0)
        said = self._output.read()
        self._output.close()
        return code, said

    def left(self, backend: str) -> list[str]:
        """Processes and shared memory of it that are there though it has ended some time ago."""
        end = self._ended + PATIENCE.get(backend, USUAL_PATIENCE)
        while True:
            found = [f"process {pid}: {command(pid)[:60]}" for pid in sorted(self._known) if _is_there(pid)]
            found += sorted(set(os.listdir("/dev/shm")) - self._shared)
            if not found or time.monotonic() > end:
                return found
            self.stayed = time.monotonic() - self._ended
            time.sleep(_LOOK)


class Left:
    """Looks, beside other runs, whether something of runs that have ended stays."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(64)
        self._looking: list[tuple[str, Running, Future[list[str]]]] = []

    def look(self, name: str, running: Running, backend: str) -> None:
        """Begin to look for what is left of a run."""
        self._looking.append((name, running, self._pool.submit(running.left, backend)))

    def wrong(self) -> int:
        """Tell what is left, when it is sure; of how many runs something is."""
        wrong = 0
        for name, _, looking in self._looking:
            if found := looking.result():
                wrong += 1
                print(f"{name}: left: {found}", flush=True)
        longest = max((running.stayed for _, running, _ in self._looking), default=0.0)
        print(
            f"of {wrong} of {len(self._looking)} runs something is left; longest until all was gone: {longest:.1f} s",
            flush=True,
        )
        return wrong


def below(pid: int) -> set[int]:
    """The processes that a process has started, and those that these have."""
    parents: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                fields = Path("/proc", entry, "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry))
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        new = set(parents.get(waiting.pop(), ())) - found
        found |= new
        waiting += new
    return found


def command(pid: int) -> str:
    """Its command line."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _begins(pid: int) -> bool:
    words = command(pid)
    return any(each in words for each in _BEGINNINGS)


def _is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        pass
