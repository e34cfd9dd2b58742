"""The members of a team on one machine: the first one has a connection to each of the others, and arrays go through shared memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from threading import Event, Thread
from time import monotonic
from typing import Any

import numpy as np

from kernel.processes.workers import Worker, how_ended
from kernel.training.team import Lost
from kernel_workers.arena import Arena

Array = Any
# Bytes of an arena, about.
ROOM = 1 << 26
# Seconds between looks at whether a process has ended without its connection telling.
_LOOK = 0.5
# Seconds for which a process may be silent before its first message.
START = 600.0
# Two halves, used in turn: who is ahead writes to one while others still read the other.
_HALVES = 2


class Sums:
    """Adds arrays up in shared memory, piece by piece: every member adds up its part of a piece, and all take the whole.

    meet: a function that returns when every member has called it; what the first one gave is its answer.
    """

    def __init__(self, rank: int, count: int, meet: Any) -> None:
        self._rank, self._count, self._meet = rank, count, meet
        self._arena: Arena | None = None
        self._half = 0

    def total(self, parts: Mapping[int, Array], order: Sequence[int], size: int, dtype: str) -> Array:
        """See `kernel.training.team.Member.total`."""
        rows = len(order) + 1
        width = min(size, max(1, ROOM // (_HALVES * rows * np.dtype(dtype).itemsize)))
        result = np.empty(size, dtype=dtype)
        for begin in range(0, size, width):
            end = min(begin + width, size)
            half = self._next_half(rows, end - begin, dtype)
            for row, number in enumerate(order):
                if number in parts:
                    half[row] = parts[number][begin:end]
            self._meet(b"")
            self._add(half)
            self._meet(b"")
            result[begin:end] = half[-1]
        return result

    def _add(self, half: Array) -> None:
        """This member's part of a piece: the last row gets the sum of the others."""
        length = half.shape[1]
        part = slice(length * self._rank // self._count, length * (self._rank + 1) // self._count)
        total = half[-1, part]
        total[...] = half[0, part]
        for row in half[1:-1]:
            total += row[part]

    def _next_half(self, rows: int, width: int, dtype: str) -> Array:
        """The half whose turn it is. Both lie at the same place whatever is in them, since others may still read the one before."""
        if self._arena is None:
            if self._rank == 0:
                arena = Arena((ROOM,), "u1")
                self._meet(arena.address.encode())
            else:
                arena = Arena((ROOM,), "u1", self._meet(b"").decode())
            self._meet(b"")
            arena.opened()
            self._arena = arena
        begin = self._half * (ROOM // _HALVES)
        self._half = 1 - self._half
        size = rows * width * np.dtype(dtype).itemsize
        return self._arena.array[begin : begin + size].view(dtype).reshape(rows, width)

    def close(self) -> None:
        """Let go of the memory."""
        if self._arena is not None:
            self._arena.close()
            self._arena = None


class First:
    """The first member, which started the others."""

    rank = 0

    def __init__(self, workers: Sequence[Worker], timeout: float) -> None:
        self._workers, self._timeout = list(workers), timeout
        # While they start, they read all of the data.
        self._patience = max(timeout, START)
        self.count = len(workers) + 1
        self._sums = Sums(0, self.count, self._meet)
        # (rank, since when) of the member that a message goes to, or comes from: one that has been stopped within it holds up this process.
        self._busy: tuple[int, float] | None = None
        self._silent: set[int] = set()
        self._closed = Event()
        Thread(target=self._watch, daemon=True).start()

    def gather(self, data: bytes) -> list[bytes]:
        """See `kernel.training.team.Member`."""
        found: dict[int, bytes] = {0: data}
        last = monotonic()
        while len(found) < self.count:
            waiting = {
                worker.connection: rank for rank, worker in enumerate(self._workers, 1) if rank not in found
            }
            ready = wait(list(waiting), _LOOK)
            for connection in ready:
                rank = waiting[connection]  # type: ignore[index]
                with self._talking(rank) as worker:
                    found[rank] = worker.connection.recv_bytes()
                last = monotonic()
            if not ready:
                self._look(waiting.values(), monotonic() - last)
        self._patience = self._timeout
        return [found[rank] for rank in range(self.count)]

    def broadcast(self, data: bytes) -> bytes:
        """See `kernel.training.team.Member`."""
        for rank in range(1, self.count):
            self.tell(rank, data)
        return data

    def tell(self, rank: int, data: bytes) -> None:
        """Send something to one member."""
        with self._talking(rank) as worker:
            worker.connection.send_bytes(data)

    def total(self, parts: Mapping[int, Array], order: Sequence[int], size: int, dtype: str) -> Array:
        """See `kernel.training.team.Member`."""
        return self._sums.total(parts, order, size, dtype)

    def close(self) -> None:
        """End the others, whatever they are at."""
        self._closed.set()
        for worker in self._workers:
            worker.end()
        self._workers = []
        self._sums.close()

    def _meet(self, data: bytes) -> bytes:
        self.gather(b"")
        return self.broadcast(data)

    def _look(self, ranks: Any, silent: float) -> None:
        for rank in ranks:
            worker = self._workers[rank - 1]
            # A process that it started may hold the connection open.
            if worker.has_ended and not worker.connection.poll():
                raise self._lost(rank)
        if silent > self._patience:
            raise self._is_silent(min(ranks))

    @contextmanager
    def _talking(self, rank: int) -> Iterator[Worker]:
        worker = self._workers[rank - 1]
        self._busy = rank, monotonic()
        try:
            yield worker
        except (EOFError, OSError):
            raise self._lost(rank) from None
        finally:
            self._busy = None

    def _watch(self) -> None:
        """Kill a member that doesn't go on with a message."""
        while not self._closed.wait(_LOOK):
            busy = self._busy
            if busy is not None and monotonic() - busy[1] > self._patience:
                self._silent.add(busy[0])
                self._workers[busy[0] - 1].kill()

    def _is_silent(self, rank: int) -> Lost:
        return Lost(
            f"worker {rank} has not answered for {self._patience:g} seconds, and is taken for lost",
            hint="A step, or an evaluation, that takes longer needs a higher training.workers.timeout.",
            rank=rank,
        )

    def _lost(self, rank: int) -> Lost:
        if rank in self._silent:
            return self._is_silent(rank)
        code = self._workers[rank - 1].exit_code()
        hint = "The system does that when memory runs out." if code == -9 else ""
        return Lost(f"worker {rank} ended, {how_ended(code)}", hint=hint, rank=rank)


class Other:
    """A member with a connection to the first one."""

    def __init__(self, rank: int, count: int, connection: Connection) -> None:
        self.rank, self.count = rank, count
        self._connection = connection
        self._sums = Sums(rank, count, self._meet)

    def gather(self, data: bytes) -> list[bytes]:
        """See `kernel.training.team.Member`."""
        try:
            self._connection.send_bytes(data)
        except OSError:
            raise _first_is_gone() from None
        return []

    def broadcast(self, data: bytes) -> bytes:
        """See `kernel.training.team.Member`."""
        try:
            return self._connection.recv_bytes()
        except (EOFError, OSError):
            raise _first_is_gone() from None

    def total(self, parts: Mapping[int, Array], order: Sequence[int], size: int, dtype: str) -> Array:
        """See `kernel.training.team.Member`."""
        return self._sums.total(parts, order, size, dtype)

    def close(self) -> None:
        """Let go of what this member has."""
        self._sums.close()
        self._connection.close()

    def _meet(self, data: bytes) -> bytes:
        self.gather(data)
        return self.broadcast(b"")


def _first_is_gone() -> Lost:
    return Lost("the process that trains has ended", rank=0)
