"""A machine that is made of namespaces: its own network, and its own files at one place."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

# Of the network between the two, which leads nowhere else.
NETWORK = "10.213.77"
_LONGEST = 300


class Machine:
    """Has a network namespace with a name, and its own, empty folders at `place`, /tmp and /dev/shm. token: with which Ray's processes know each other."""

    def __init__(self, name: str, place: Path, token: str) -> None:
        self.name, self.place, self._token = name, place, token
        self.address = "127.0.0.1"
        self._holder: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        _do("ip", "netns", "add", self.name)
        mounts = " && ".join(f"mount -t tmpfs tmpfs {place}" for place in (self.place, "/tmp", "/dev/shm"))
        home = self.place / "home"
        folders = f"mkdir -p {home}/.ray {self.place}/work && printf {self._token} > {home}/.ray/auth_token"
        script = f"{mounts} && {folders} && ip link set lo up && echo ready && exec sleep infinity"
        command = ["ip", "netns", "exec", self.name, "unshare", "-m", "sh", "-c", script]
        self._holder = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self._holder.stdout is not None
        if self._holder.stdout.readline() != b"ready\n":
            self.__exit__()
            raise OSError("this system makes no machines: namespaces of networks and mounts are needed")
        return self

    def __exit__(self, *error: object) -> None:
        assert self._holder is not None
        # All that runs there, by the namespace, and nothing else.
        for number in _output("ip", "netns", "pids", self.name).split():
            if int(number) != os.getpid():
                _do("kill", "-9", number, check=False)
        self._holder.wait()
        _do("ip", "netns", "del", self.name)

    def call(self, command: Sequence[str], *, check: bool = True) -> str:
        """Run a command there; what it printed. `CalledProcessError` with that if it fails."""
        assert self._holder is not None
        own = {
            "HOME": f"{self.place}/home",
            "OMP_NUM_THREADS": "1",
            "RAY_AUTH_MODE": "token",
            "RAY_USAGE_STATS_ENABLED": "0",
        }
        settings = [f"{key}={value}" for key, value in own.items()]
        enter = ["nsenter", "-t", str(self._holder.pid), "-m", "-n", f"--wdns={self.place}/work"]
        done = subprocess.run(
            [*enter, "env", *settings, *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=_LONGEST,
            check=check,
        )
        return done.stdout

    def put(self, files: Sequence[Path], folder: Path) -> None:
        """Copy files there."""
        self.call(["mkdir", "-p", str(folder)])
        self.call(["cp", *map(str, files), str(folder)])

    def take(self, folder: Path, target: Path) -> None:
        """Copy a folder from there."""
        self.call(["cp", "-r", str(folder), str(target)])

    def names(self, folder: Path) -> list[str]:
        """What is in a folder there."""
        return self.call(["ls", str(folder)]).split()


@contextmanager
def connected(first: Machine, second: Machine) -> Iterator[None]:
    """A cable between two machines."""
    ends = ("kernel-veth-1", "kernel-veth-2")
    _do("ip", "link", "add", ends[0], "type", "veth", "peer", "name", ends[1])
    for number, (machine, end) in enumerate(zip((first, second), ends, strict=True), 1):
        machine.address = f"{NETWORK}.{number}"
        _do("ip", "link", "set", end, "netns", machine.name)
        _do("ip", "-n", machine.name, "addr", "add", f"{machine.address}/24", "dev", end)
        _do("ip", "-n", machine.name, "link", "set", end, "up")
    # Until both ends are there.
    for _ in range(50):
        if subprocess.run(
            ["ip", "netns", "exec", first.name, "ping", "-c1", "-W1", second.address],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        ).returncode in (0, 255):
            break
        time.sleep(0.1)
    yield


def _do(*command: str, check: bool = True) -> None:
    subprocess.run(command, check=check, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
