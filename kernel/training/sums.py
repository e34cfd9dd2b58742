"""How the members of a team add arrays up: in memory that they share, or in slices that go from each to each.

In both, each member adds up a slice, row after row in the order of the rows, so that the sum does not depend on who does it.
"""

from __future__ import annotations

import json
import selectors
import socket
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any, Protocol

import numpy as np

from kernel.errors import TrainingError
from kernel.processes.links import Listener, connect
from kernel.processes.memory import Arena

Array = Any
# Bytes of the memory that members of one machine share, about.
ROOM = 1 << 26
# Two halves, used in turn: who is ahead writes to one while others still read the other.
_HALVES = 2
# Seconds between calls of `tick` while data come and go.
TICK = 0.5
_RANK_BYTES = 4


class Circle(Protocol):
    """What sums ask of a member."""

    rank: int
    count: int
    host: str
    """The address of its machine, for the others."""
    key: bytes
    """That all members know, and nobody else."""

    def gather_within(self, data: bytes) -> Sequence[bytes]:
        """As `gather` of a member: to the first one, what each has given, by rank. `Lost` if one has failed, and gave that."""
        ...

    def broadcast(self, data: bytes) -> bytes: ...

    def meet(self) -> None:
        """Returns when every member has called it."""
        ...

    def tick(self, since: float) -> None:
        """Called while data are waited for: tells the first member that this one is there, or raises `Lost` where another one is not. since:
        `monotonic()` of the beginning."""
        ...

    def gone(self, rank: int) -> None:
        """A member has ended: raises `Lost`."""
        ...


class Sums(Protocol):
    """Adds arrays up, see `kernel.training.team.Member.total`."""

    def total(self, parts: Mapping[int, Array], order: Sequence[int], size: int, dtype: str) -> Array: ...

    def close(self) -> None: ...


def sums_of(member: Circle) -> Sums:
    """The fastest way that is there for all members, each of which calls this."""
    arena = _shared(member)
    if arena is not None:
        return Shared(member, arena)
    return Sliced(member, _connected(member))


def _shared(member: Circle) -> Arena | None:
    """Memory of all of them; None, for all, where one can't open it, as on another machine."""
    arena: Arena | None = None
    if member.rank == 0:
        arena = Arena.made(ROOM)
        member.broadcast(json.dumps([arena.address, arena.word]).encode())
    else:
        arena = Arena.opened(ROOM, *json.loads(member.broadcast(b"")))
    each = member.gather_within(b"-" if arena is None else b"+")
    are_there = member.broadcast(b"+" if all(found == b"+" for found in each) else b"-") == b"+"
    if arena is not None:
        arena.forget_name()
        if not are_there:
            arena.close()
    return arena if are_there else None


class Shared:
    """Piece by piece in shared memory: every member writes its rows, adds up its slice of all rows, and takes the whole."""

    def __init__(self, member: Circle, arena: Arena) -> None:
        self._member, self._arena = member, arena
        self._half = 0
        self._whole = np.empty(0, dtype="u1")

    def total(self, parts: Mapping[int, Array], order: Sequence[int], size: int, dtype: str) -> Array:
        """See `kernel.training.team.Member.total`."""
        rows = len(order) + 1
        width = min(size, max(1, ROOM // (_HALVES * rows * np.dtype(dtype).itemsize)))
        if width == size:
            # Nobody writes there before all have come to the total after the next one.
            return self._piece(parts, order, 0, size, dtype)
        whole = self._whole = kept(self._whole, size, dtype)
        for begin in range(0, size, width):
            end = min(begin + width, size)
            whole[begin:end] = self._piece(parts, order, begin, end, dtype)
        return whole

    def _piece(
        self, parts: Mapping[int, Array], order: Sequence[int], begin: int, end: int, dtype: str
    ) -> Array:
        half = self._next_half(len(order) + 1, end - begin, dtype)
        for row, number in zip(half, order, strict=False):
            if number in parts:
                row[...] = parts[number][begin:end]
        self._member.meet()
        part = slice(*_borders(end - begin, self._member.count)[self._member.rank :][:2])
        add_up([row[part] for row in half[:-1]], half[-1, part])
        self._member.meet()
        return half[-1]

    def _next_half(self, rows: int, width: int, dtype: str) -> Array:
        """The half whose turn it is. Both lie at the same place whatever is in them, since others may still read the one before."""
        begin = self._half * (ROOM // _HALVES)
        self._half = 1 - self._half
        size = rows * width * np.dtype(dtype).itemsize
        return self._arena.array[begin : begin + size].view(dtype).reshape(rows, width)

    def close(self) -> None:
        """Let go of the memory."""
        self._arena.close()


class Sliced:
    """Over sockets between all members: each gets its slice of all rows, adds it up, and sends the sum to the others.

    sockets: to each of the others, by rank.
    """

    def __init__(self, member: Circle, sockets: Mapping[int, socket.socket]) -> None:
        self._member, self._sockets = member, sockets
        self._whole = np.empty(0, dtype="u1")
        for other in sockets.values():
            other.setblocking(False)

    def total(self, parts: Mapping[int, Array], order: Sequence[int], size: int, dtype: str) -> Array:
        """See `kernel.training.team.Member.total`."""
        borders = _borders(size, self._member.count)
        slices = [slice(*borders[rank:][:2]) for rank in range(self._member.count)]
        own = [number for number in order if number in parts]
        # Who has which rows.
        had = {rank: np.zeros(len(order), dtype="?") for rank in self._sockets}
        has = np.array([number in parts for number in order], dtype="?")
        self._exchange(dict.fromkeys(self._sockets, has), had)
        given = {
            rank: np.array([parts[number][slices[rank]] for number in own], dtype) for rank in self._sockets
        }
        mine = slices[self._member.rank]
        got = {rank: np.empty((had[rank].sum(), mine.stop - mine.start), dtype) for rank in self._sockets}
        self._exchange(given, got)
        rows = {number: parts[number][mine] for number in own}
        for rank, found in got.items():
            rows.update(zip(np.array(order)[had[rank]].tolist(), found, strict=True))
        whole = self._whole = kept(self._whole, size, dtype)
        add_up([rows[number] for number in order], whole[mine])
        self._exchange(
            dict.fromkeys(self._sockets, whole[mine]),
            {rank: whole[slices[rank]] for rank in self._sockets},
        )
        return whole

    def _exchange(self, given: Mapping[int, Array], got: Mapping[int, Array]) -> None:
        """Send an array to each and fill one from each, all at once: whoever can go on does."""
        since = due = monotonic()
        out, into = (
            {rank: memoryview(array.reshape(-1).view("u1")) for rank, array in each.items()}
            for each in (given, got)
        )
        with selectors.DefaultSelector() as selector:
            for rank, other in self._sockets.items():
                if wanted := _wanted(out[rank], into[rank]):
                    selector.register(other, wanted, rank)
            while selector.get_map():
                for key, ready in selector.select(TICK):
                    rank, other = key.data, self._sockets[key.data]
                    try:
                        if ready & selectors.EVENT_WRITE:
                            out[rank] = out[rank][other.send(out[rank]) :]
                        if ready & selectors.EVENT_READ:
                            number = other.recv_into(into[rank])
                            if not number:
                                self._member.gone(rank)
                            into[rank] = into[rank][number:]
                    except BlockingIOError:
                        continue
                    except OSError:
                        self._member.gone(rank)
                    if not (wanted := _wanted(out[rank], into[rank])):
                        selector.unregister(other)
                    elif wanted != key.events:
                        selector.modify(other, wanted, rank)
                if monotonic() - due > TICK:
                    self._member.tick(since)
                    due = monotonic()

    def close(self) -> None:
        """End the connections."""
        for other in self._sockets.values():
            other.close()


def _wanted(out: memoryview, into: memoryview) -> int:
    return (selectors.EVENT_WRITE if len(out) else 0) | (selectors.EVENT_READ if len(into) else 0)


def _connected(member: Circle) -> dict[int, socket.socket]:
    """A socket to each of the others, by rank: each connects to those before it. They listen as long as that takes."""
    sockets: dict[int, socket.socket] = {}
    listener = Listener(member.host, member.key)
    try:
        each = member.gather_within(json.dumps(listener.address).encode())
        addresses = json.loads(member.broadcast(b"[" + b",".join(each) + b"]"))
        for rank, (host, port) in enumerate(addresses[: member.rank]):
            try:
                sockets[rank] = connect((host, port), member.key)
                sockets[rank].sendall(member.rank.to_bytes(_RANK_BYTES))
            except OSError as error:
                raise TrainingError(
                    f"it can't connect to worker {rank} at {host}:{port}: {error}",
                    hint="The machines of workers must reach each other, at any port.",
                ) from error
        since = monotonic()
        while len(sockets) < member.count - 1:
            other = listener.accept(TICK)
            found = None if other is None else _rank(other, member, since)
            if other is None or found is None:
                member.tick(since)
            else:
                sockets[found] = other
    except BaseException:
        for other in sockets.values():
            other.close()
        raise
    finally:
        listener.close()
    return sockets


def _rank(other: socket.socket, member: Circle, since: float) -> int | None:
    """Which member has connected; None if it ends before it says that, and the socket is closed then."""
    said = b""
    other.settimeout(TICK)
    while len(said) < _RANK_BYTES:
        try:
            more = other.recv(_RANK_BYTES - len(said))
        except TimeoutError:
            member.tick(since)
            continue
        except OSError:
            more = b""
        if not more:
            other.close()
            return None
        said += more
    return int.from_bytes(said)


def add_up(rows: Sequence[Array], total: Array) -> None:
    """The sum of the rows, one after the other."""
    if len(rows) == 1:
        total[...] = rows[0]
        return
    np.add(rows[0], rows[1], out=total)
    for row in rows[2:]:
        total += row


def kept(array: Array, size: int, dtype: str) -> Array:
    """The same array, or a new one where it has another size or type: new memory costs more than copying does."""
    return array if (array.size, array.dtype) == (size, np.dtype(dtype)) else np.empty(size, dtype=dtype)


def _borders(size: int, count: int) -> list[int]:
    return [size * rank // count for rank in range(count + 1)]
