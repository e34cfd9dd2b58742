"""Processes of Ray, each with a member of the team in it, which connects to the first one. Ray starts and ends them, and tells how they ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from time import monotonic
from typing import Any

from kernel.processes.links import PATIENCE, Address, Listener, as_connection, connect
from kernel.processes.workers import end_with, ignore_signals
from kernel.training.members import START, Other
from kernel.training.team import Lost
from kernel.training.worker import work

# Seconds between looks at whether a process has failed that has not connected yet, for which Ray may look for how one ended, and may take
# to end one.
_LOOK, _GRACE, _END = 0.2, 10.0, 5.0


class Host:
    """The actor."""

    def take_part(
        self, address: Address, key: bytes, rank: int, count: int, task: bytes, local_rank: int
    ) -> None:
        """Be a member of the run of the process that listens at the address, until that is over or gone. local_rank: its number among those
        of its machine."""
        # The whole run is one call, in the main thread. In another thread, with calls of Ray beside it, learning took a fifth longer.
        ignore_signals()
        try:
            socket = connect(address, key)
        except OSError as error:
            raise ConnectionError(
                f"it can't reach the first worker at {address[0]}:{address[1]}: {error}"
            ) from error
        host = socket.getsockname()[0]
        connection = as_connection(socket)
        connection.send_bytes(str(rank).encode())
        end_with(connection)
        work(Other(rank, count, connection, host=host, key=key), task, local_rank)


class Actor:
    """One of these processes, as the first member sees it. ray: the module. running: the reference to its call. leave: ends the Ray that is there
    for this run alone; None for a cluster that stays."""

    def __init__(
        self, ray: Any, actor: Any, running: Any, connection: Connection, leave: Callable[[], None] | None
    ) -> None:
        self._ray, self._actor, self._running, self._leave = ray, actor, running, leave
        self.connection = connection

    @property
    def has_ended(self) -> bool:
        return bool(self._ray.wait([self._running], timeout=0)[0])

    def ending(self) -> tuple[str, str]:
        """See `kernel.training.members.Peer`."""
        return how_ended(self._ray, self._running), ""

    def kill(self) -> None:
        """End it at once."""
        with suppress(Exception):
            self._ray.kill(self._actor)

    def end(self) -> None:
        """The same, and let go of the connection: it ends with that too."""
        if self._leave is None:
            self.kill()
            with suppress(Exception):
                self._ray.wait([self._running], timeout=_END)
        else:
            # First of all: Ray tells of what dies within a call as of a crash.
            self._leave()
        self.connection.close()


def connected(ray: Any, listener: Listener, running: Sequence[Any]) -> list[Connection]:
    """The connection of each, by rank. running: the references to their calls. `Lost` if one ends before, or takes too long."""
    found: dict[int, Connection] = {}
    end = monotonic() + START
    while len(found) < len(running):
        socket = listener.accept(_LOOK)
        if socket is not None:
            connection = as_connection(socket)
            # It says its rank at once, if it has not ended or been stopped just now.
            with suppress(EOFError, OSError):
                if connection.poll(PATIENCE):
                    found[int(connection.recv_bytes())] = connection
                    continue
            connection.close()
        missing = [rank for rank in range(1, len(running) + 1) if rank not in found]
        for rank in missing:
            if ray.wait([running[rank - 1]], timeout=0)[0]:
                raise Lost(f"worker {rank} did not start: {how_ended(ray, running[rank - 1])}", rank=rank)
        if monotonic() > end:
            raise Lost(f"worker {missing[0]} has not started for {START:g} seconds", rank=missing[0])
    return [found[rank] for rank in sorted(found)]


def how_ended(ray: Any, running: Any) -> str:
    """How a process has ended, as Ray says it."""
    try:
        ray.get(running, timeout=_GRACE)
    except ray.exceptions.RayError as error:
        return reason(error)
    return "without an error"


def reason(error: Exception) -> str:
    """What an error of Ray says first; the rest of it is long."""
    # Of an error in the process itself.
    lines = str(getattr(error, "cause", None) or error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
