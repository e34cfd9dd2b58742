"""The members of a team over connections: the first one has one to each of the others.

A backend starts the processes and gives the connections; what goes over them is here, and the same for all backends.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any, Protocol

from kernel.training.sums import Sums, sums_of
from kernel.training.team import Lost

Array = Any
# Seconds between looks at whether a process has ended without its connection telling.
_LOOK = 0.5
# Seconds for which a process may be silent before its first message.
START = 600.0
# Seconds for which a member that has lost the connection to another one waits for the first one to find that it has ended.
_GRACE = 30.0
# Before what a member gives, and before the number of another one that it can't reach any more; without either, a message says only that
# the member is there.
_GIVEN, _CUT = b"+", b"!"
# Before what belongs to a sum: whoever has failed meanwhile gives something else.
_OF_SUM = b"="


class Peer(Protocol):
    """Another process, as the first member sees it."""

    connection: Connection

    @property
    def has_ended(self) -> bool: ...

    def ending(self) -> tuple[str, str]:
        """How a process that ends has ended, for a message, `by SIGKILL`; and what may be the reason."""
        ...

    def kill(self) -> None:
        """End it at once."""
        ...

    def end(self) -> None:
        """The same, and let go of the connection."""
        ...


class First:
    """The first member. peers: the others, by rank. timeout: seconds for which one may be silent. host: the address of this machine, for the
    others. key: that all members know. leave: called at the end."""

    rank = 0

    def __init__(
        self,
        peers: Sequence[Peer],
        timeout: float,
        *,
        host: str,
        key: bytes,
        leave: Callable[[], None] = lambda: None,
    ) -> None:
        self._peers, self._timeout, self._leave = list(peers), timeout, leave
        self.host, self.key = host, key
        # While they start, they read all of the data.
        self._patience = max(timeout, START)
        self.count = len(peers) + 1
        self._sums: Sums | None = None
        # What the others have given, and when each was heard last.
        self._given: dict[int, deque[bytes]] = {rank: deque() for rank in self._others}
        self._heard = dict.fromkeys(self._others, 0.0)
        # (rank, since when) of the member that a message goes to, or comes from: one that has been stopped within it holds up this process.
        self._busy: tuple[int, float] | None = None
        self._silent: set[int] = set()
        self._closed = Event()
        Thread(target=self._watch, daemon=True).start()

    @property
    def _others(self) -> range:
        return range(1, self.count)

    def gather(self, data: bytes) -> list[bytes]:
        """See `kernel.training.team.Member`."""
        last = monotonic()
        while missing := [rank for rank in self._others if not self._given[rank]]:
            if self._hear(missing, _LOOK):
                last = monotonic()
            else:
                self._look(missing, last)
        self._patience = self._timeout
        return [data, *(self._given[rank].popleft() for rank in self._others)]

    def broadcast(self, data: bytes) -> bytes:
        """See `kernel.training.team.Member`."""
        for rank in self._others:
            self.tell(rank, data)
        return data

    def tell(self, rank: int, data: bytes) -> None:
        """Send something to one member."""
        with self._talking(rank) as peer:
            peer.connection.send_bytes(data)

    def total(self, parts: Mapping[int, Array], order: Sequence[int], size: int, dtype: str) -> Array:
        """See `kernel.training.team.Member`."""
        if self._sums is None:
            self._sums = sums_of(self)
        return self._sums.total(parts, order, size, dtype)

    def close(self) -> None:
        """End the others, whatever they are at."""
        if self._closed.is_set():
            return
        self._closed.set()
        for peer in self._peers:
            peer.end()
        if self._sums is not None:
            self._sums.close()
        self._leave()

    def meet(self) -> None:
        """Wait for all members."""
        self.gather_within(b"")
        self.broadcast(b"")

    def gather_within(self, data: bytes) -> list[bytes]:
        """As `gather`, within a sum. `Lost` says what a member has given that has failed meanwhile."""
        every = self.gather(_OF_SUM + data)
        for rank, given in enumerate(every):
            if given[:1] != _OF_SUM:
                self._given[rank].append(given)
                raise self._lost(rank)
        return [given[len(_OF_SUM) :] for given in every]

    def tick(self, since: float) -> None:
        """While members wait for each other: `Lost` if one has ended, or is silent. Those that are not say so."""
        self._hear(self._others, 0)
        self._look([rank for rank in self._others if not self._given[rank]], since)

    def gone(self, rank: int) -> None:
        """`Lost`."""
        raise self._lost(rank)

    def _hear(self, ranks: Collection[int], timeout: float) -> bool:
        """Read a message of each that has sent one; whether anybody gave something."""
        waiting = {self._peers[rank - 1].connection: rank for rank in ranks}
        is_given = False
        for connection in wait(list(waiting), timeout):
            rank = waiting[connection]  # type: ignore[index]
            with self._talking(rank) as peer:
                data = peer.connection.recv_bytes()
            self._heard[rank] = monotonic()
            if data[:1] == _CUT:
                raise _is_cut_off(rank, int.from_bytes(data[len(_CUT) :]))
            if data:
                self._given[rank].append(data[len(_GIVEN) :])
                is_given = True
        return is_given

    def _look(self, ranks: Collection[int], since: float) -> None:
        for rank in ranks:
            peer = self._peers[rank - 1]
            # A process that it started may hold the connection open.
            if peer.has_ended and not peer.connection.poll():
                raise self._lost(rank)
        now = monotonic()
        silent = [rank for rank in ranks if now - max(since, self._heard[rank]) > self._patience]
        if silent:
            raise self._is_silent(min(silent))

    @contextmanager
    def _talking(self, rank: int) -> Iterator[Peer]:
        self._busy = rank, monotonic()
        try:
            yield self._peers[rank - 1]
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
                self._peers[busy[0] - 1].kill()

    def _is_silent(self, rank: int) -> Lost:
        return Lost(
            f"worker {rank} has not answered for {self._patience:g} seconds, and is taken for lost",
            hint="A step, or an evaluation, that takes longer needs a higher training.workers.timeout.",
            rank=rank,
        )

    def _lost(self, rank: int) -> Lost:
        if rank in self._silent:
            return self._is_silent(rank)
        peer = self._peers[rank - 1]
        # Why it ends, if it could say that, may be on its way.
        with suppress(EOFError, OSError):
            while peer.connection.poll():
                if (data := peer.connection.recv_bytes())[:1] == _GIVEN:
                    self._given[rank].append(data[len(_GIVEN) :])
        how, hint = peer.ending()
        said = self._given[rank].pop() if self._given[rank] else b""
        return Lost(f"worker {rank} ended, {how}", hint=hint, rank=rank, said=said)


class Other:
    """A member with a connection to the first one. host, key: see `First`."""

    def __init__(self, rank: int, count: int, connection: Connection, *, host: str, key: bytes) -> None:
        self.rank, self.count = rank, count
        self.host, self.key = host, key
        self._connection = connection
        self._sums: Sums | None = None

    def gather(self, data: bytes) -> list[bytes]:
        """See `kernel.training.team.Member`."""
        self._send(_GIVEN + data)
        return []

    def broadcast(self, data: bytes) -> bytes:
        """See `kernel.training.team.Member`."""
        try:
            return self._connection.recv_bytes()
        except (EOFError, OSError):
            raise _first_is_gone() from None

    def total(self, parts: Mapping[int, Array], order: Sequence[int], size: int, dtype: str) -> Array:
        """See `kernel.training.team.Member`."""
        if self._sums is None:
            self._sums = sums_of(self)
        return self._sums.total(parts, order, size, dtype)

    def close(self) -> None:
        """Let go of what this member has."""
        if self._sums is not None:
            self._sums.close()
        self._connection.close()

    def meet(self) -> None:
        """Wait for all members."""
        self.gather_within(b"")
        self.broadcast(b"")

    def gather_within(self, data: bytes) -> list[bytes]:
        """As `gather`, within a sum."""
        return self.gather(_OF_SUM + data)

    def tick(self, since: float) -> None:
        """Let the first member know that this one is there, and waits for others."""
        self._send(b"")

    def gone(self, rank: int) -> None:
        """The first member finds out which one has ended, and ends this one: until then, it may not be taken for lost. Where none has, the
        first member is told that the connection is cut."""
        if rank:
            end = monotonic() + _GRACE
            while monotonic() < end:
                self.tick(0.0)
                sleep(_LOOK)
            self._send(_CUT + rank.to_bytes(4))
            while True:
                self.broadcast(b"")
        raise _first_is_gone()

    def _send(self, data: bytes) -> None:
        try:
            self._connection.send_bytes(data)
        except OSError:
            raise _first_is_gone() from None


def _is_cut_off(rank: int, other: int) -> Lost:
    return Lost(
        f"worker {rank} has lost its connection to worker {other}, though both are there",
        hint="Something between their machines may have ended it.",
        rank=other,
    )


def _first_is_gone() -> Lost:
    return Lost("the process that trains has ended", rank=0)
