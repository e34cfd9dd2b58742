"""Members over connections, here threads of one process: what they add up, and who is named when one is lost."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from threading import Event, Thread
from threading import enumerate as enumerate_threads
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.errors import DataError, TrainingError
from kernel.processes.links import Listener, as_connection, connect, new_key
from kernel.processes.memory import Arena
from kernel.training import members, sums
from kernel.training.members import First, Other
from kernel.training.team import Lost, Team

HOST = "127.0.0.1"


class Place:
    """Where another member would be a process."""

    def __init__(self, connection: Connection, there: socket.socket) -> None:
        self.connection, self._there = connection, there
        self.has_ended = False

    def ending(self) -> tuple[str, str]:
        return "for the test", "A hint."

    def kill(self) -> None:
        self.has_ended = True
        with suppress(OSError):
            self._there.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        self.kill()
        self._there.close()
        self.connection.close()


def pair() -> tuple[Place, Connection]:
    one, other = socket.socketpair()
    return Place(as_connection(one), other.dup()), as_connection(other)


@contextmanager
def team(count: int, timeout: float = 60.0) -> Iterator[tuple[First, list[Other]]]:
    ends, key = [pair() for _ in range(count - 1)], new_key()
    first = First([place for place, _ in ends], timeout, host=HOST, key=key)
    others = [Other(rank, count, end, host=HOST, key=key) for rank, (_, end) in enumerate(ends, 1)]
    before = set(enumerate_threads())
    try:
        yield first, others
    finally:
        first.close()
        # A connection that is closed while a thread reads from it may be another one's by then.
        for thread in set(enumerate_threads()) - before:
            thread.join(30)
        for other in others:
            other.close()


def together(first: First, others: list[Other], work: Callable[[Any], Any]) -> list[Any]:
    """What each member's work returns, by rank."""
    found: dict[int, Any] = {}

    def do(member: Any) -> None:
        found[member.rank] = work(member)

    threads = [Thread(target=do, args=(other,), daemon=True) for other in others]
    for thread in threads:
        thread.start()
    do(first)
    for thread in threads:
        thread.join(30)
    return [found[rank] for rank in range(first.count)]


@pytest.fixture(params=["shared", "sliced"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How members add up: in shared memory, or, as where one is on another machine, over sockets."""
    if request.param == "sliced":
        monkeypatch.setattr(Arena, "opened", lambda *_: None)
    return str(request.param)


def expected(arrays: dict[int, Any], order: list[int]) -> Any:
    total = arrays[order[0]].copy()
    for number in order[1:]:
        total += arrays[number]
    return total


def one_after_the_other(member: Any, tasks: list[Any]) -> list[bytes]:
    found = []
    for arrays, order, owner, size, dtype in tasks:
        parts = {number: array for number, array in arrays.items() if owner[number] == member.rank}
        # The next call may write over it.
        found.append(member.total(parts, order, size, dtype).tobytes())
    return found


@st.composite
def all_tasks(draw: Any, count: int) -> list[Any]:
    tasks = []
    for _ in range(draw(st.integers(1, 4))):
        size, dtype = draw(st.integers(1, 40)), draw(st.sampled_from(["<f4", "<f8"]))
        rng = np.random.default_rng(draw(st.integers(0, 99)))
        arrays = {number: (rng.normal(size=size) * 10**number).astype(dtype) for number in range(4)}
        order = draw(st.permutations(range(4)))[: draw(st.integers(1, 4))]
        owner = [draw(st.integers(0, count - 1)) for _ in range(4)]
        tasks.append((arrays, order, owner, size, dtype))
    return tasks


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("room", [200, 1 << 16])
def test_sums_are_those_of_one_after_the_other(
    way: str, count: int, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sums, "ROOM", room)

    @given(all_tasks(count))
    @settings(max_examples=15, deadline=None)
    def check(tasks: list[Any]) -> None:
        with team(count) as (first, others):
            found = together(first, others, lambda member: one_after_the_other(member, tasks))
        wanted = [expected(arrays, order).tobytes() for arrays, order, *_ in tasks]
        assert found == [wanted] * count

    check()


def test_large_arrays_pass_by_each_other(way: str) -> None:
    size = 3_000_001
    arrays = {number: np.full(size, 10.0**number, dtype="f") for number in range(4)}
    tasks = [(arrays, [2, 0, 1, 3], [0, 1, 2, 3], size, "<f4")] * 2
    with team(4) as (first, others):
        found = together(first, others, lambda member: one_after_the_other(member, tasks))
    assert found == [[np.full(size, 1111, dtype="f").tobytes()] * 2] * 4


def test_gathered_and_told_go_around_sums(way: str) -> None:
    def work(member: Any) -> Any:
        array = np.ones(3, dtype="f")
        found = []
        for step in range(20):
            given = member.gather(bytes([member.rank, step]))
            told = member.broadcast(bytes([step]) if not member.rank else b"")
            found.append((len(given), told, member.total({member.rank: array}, [0, 1, 2], 3, "<f4").tolist()))
        return found

    with team(3) as (first, others):
        found = together(first, others, work)
    for rank, each in enumerate(found):
        assert each == [(0 if rank else 3, bytes([step]), [3.0] * 3) for step in range(20)]


def totals(member: Any, number: int, size: int = 2_000_000) -> None:
    for _ in range(number):
        member.total({member.rank: np.ones(size, dtype="f")}, range(member.count), size, "<f4")


def in_threads(others: list[Other], work: Callable[[Any], None]) -> None:
    def do(other: Other) -> None:
        try:
            work(other)
        except Lost:
            pass

    for other in others:
        Thread(target=do, args=(other,), daemon=True).start()


def gone(first: First, member: Any) -> None:
    """As where the process of a member ends."""
    first._peers[member.rank - 1].kill()
    member.close()


def test_the_member_that_stops_is_named(way: str) -> None:
    """Two wait for the third: one of them has more to wait for than the first has, and says that it is there."""
    with team(4, timeout=1.5) as (first, others):
        in_threads([others[0], others[2]], lambda member: totals(member, 2))
        in_threads([others[1]], lambda member: totals(member, 1))
        start = time.monotonic()
        with pytest.raises(Lost, match=r"worker 2 has not answered for 1.5 seconds") as caught:
            totals(first, 2)
        assert caught.value.rank == 2
        assert time.monotonic() - start < 10


def test_the_member_that_stops_within_a_sum_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has sent its rows, of which the first one has all: the others lack its sums."""
    monkeypatch.setattr(Arena, "opened", lambda *_: None)
    stopped = Event()

    def stop(rows: Any, total: Any, add_up: Any = sums.add_up) -> None:
        add_up(rows, total)
        if total.shape == (2_000_000 // 4,) and total[0] == 0:
            stopped.wait(30)

    monkeypatch.setattr(sums, "add_up", stop)

    def work(member: Any) -> None:
        # A zero where the third one adds up.
        array = np.ones(2_000_000, dtype="f")
        array[1_000_000:1_500_000] = 0
        member.total({member.rank: array}, range(4), 2_000_000, "<f4")

    with team(4, timeout=1.5) as (first, others):
        in_threads(others, work)
        with pytest.raises(Lost, match=r"worker 2 has not answered for 1.5 seconds"):
            work(first)
        # The rest of the test is to end it.
        stopped.set()


def test_the_member_that_ends_is_named(way: str) -> None:
    with team(3) as (first, others):

        def end(member: Any) -> None:
            totals(member, 1)
            gone(first, member)

        in_threads([others[0]], lambda member: totals(member, 2))
        in_threads([others[1]], end)
        with pytest.raises(Lost, match="worker 2 ended, for the test") as caught:
            totals(first, 2)
        assert (caught.value.rank, caught.value.hint) == (2, "A hint.")


def test_the_others_notice_that_the_first_has_gone(way: str) -> None:
    with team(2) as (first, others):
        found: list[Lost] = []

        def work() -> None:
            try:
                totals(others[0], 2)
            except Lost as error:
                found.append(error)

        thread = Thread(target=work, daemon=True)
        thread.start()
        totals(first, 1)
        first.close()
        thread.join(10)
    assert [error.rank for error in found] == [0]


def test_a_member_within_a_message_that_stops_is_killed() -> None:
    with team(2, timeout=0.5) as (first, _):
        # Not while it starts.
        assert first._patience == members.START
        first._patience = first._timeout
        with pytest.raises(Lost, match="worker 1 has not answered"):
            first.broadcast(bytes(1 << 24))


def test_a_member_that_is_silent_from_the_start_has_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "START", 1.0)
    with team(2, timeout=0.1) as (first, others):
        start = time.monotonic()
        with pytest.raises(Lost, match="worker 1 has not answered for 1 seconds"):
            first.gather(b"")
        assert time.monotonic() - start > 1
        others[0].gather(b"a")
        assert first.gather(b"b") == [b"b", b"a"]
        start = time.monotonic()
        with pytest.raises(Lost, match=r"worker 1 has not answered for 0.1 seconds"):
            first.gather(b"")
        assert time.monotonic() - start < 2


def test_processes_that_have_ended_are_noticed_though_their_connection_is_open() -> None:
    with team(3) as (first, others):
        others[0].gather(b"")
        first._peers[1].has_ended = True  # type: ignore[misc]
        with pytest.raises(Lost, match="worker 2 ended"):
            first.gather(b"")


def test_the_error_of_a_member_within_a_sum_is_raised(way: str) -> None:
    with team(3) as (first, others):

        def fail(member: Any) -> None:
            totals(member, 1)
            Team(member).fail(DataError("it was asked to fail"))
            gone(first, member)

        in_threads([others[0]], lambda member: totals(member, 2))
        in_threads([others[1]], fail)
        with pytest.raises(DataError, match="worker 2: it was asked to fail"):
            totals(Team(first), 2)


def test_members_that_cannot_reach_each_other_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Arena, "opened", lambda *_: None)

    def refuse(address: Any, key: bytes) -> None:
        raise ConnectionRefusedError("nobody is there")

    monkeypatch.setattr(sums, "connect", refuse)

    with team(2) as (first, others):

        def work(member: Any) -> None:
            try:
                totals(member, 1)
            except TrainingError as error:
                Team(member).fail(error)
                gone(first, member)

        in_threads(others, work)
        with pytest.raises(
            TrainingError, match=r"worker 1: it can't connect to worker 0 at 127.0.0.1:\d+: nobody is there"
        ):
            totals(Team(first), 1)


@pytest.mark.parametrize("says", [b"", b"\0\0"])
def test_one_that_ends_while_it_connects_is_no_other_one(says: bytes) -> None:
    listener, key = Listener(HOST, b"key"), b"key"
    try:
        there = connect(listener.address, key)
        here = listener.accept(10)
        assert here is not None
        there.sendall(says)
        there.close()
        assert sums._rank(here, None, 0.0) is None  # type: ignore[arg-type]
        assert here.fileno() == -1
    finally:
        listener.close()


def test_one_that_is_stopped_while_it_connects_keeps_nobody_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first member hears of it, and finds out who it is."""
    monkeypatch.setattr(sums, "TICK", 0.01)
    one, other = socket.socketpair()
    ticks: list[float] = []

    class Waiting:
        def tick(self, since: float) -> None:
            ticks.append(since)
            if len(ticks) == 3:
                other.sendall((2).to_bytes(4))

    with one, other:
        assert sums._rank(one, Waiting(), 7.0) == 2  # type: ignore[arg-type]
    assert ticks == [7.0] * 3


@pytest.mark.parametrize("before", [0, 1])
def test_the_error_of_a_member_before_the_first_sum_is_raised(way: str, before: int) -> None:
    """It comes in place of what members tell each other to begin with: whether they share memory, then where they listen."""
    with team(3) as (first, others):

        def fail(member: Any) -> None:
            for _ in range(before):
                member.broadcast(b"")
                member.gather_within(b"-")
                member.broadcast(b"")
            Team(member).fail(DataError("it was asked to fail"))
            gone(first, member)

        in_threads([others[0]], lambda member: totals(member, 1))
        in_threads([others[1]], fail)
        with pytest.raises(DataError, match="worker 2: it was asked to fail"):
            totals(Team(first), 1)


def test_members_whose_connection_is_cut_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither of them has ended: both would wait for the first one to find out which has."""
    monkeypatch.setattr(Arena, "opened", lambda *_: None)
    monkeypatch.setattr(members, "_GRACE", 0.6)
    with team(3) as (first, others):

        def cut(member: Any) -> None:
            totals(member, 1)
            member._sums._sockets[2].shutdown(socket.SHUT_RDWR)
            totals(member, 1)

        in_threads([others[0]], cut)
        in_threads([others[1]], lambda member: totals(member, 2))
        with pytest.raises(
            Lost, match="worker . has lost its connection to worker ., though both are"
        ) as caught:
            totals(first, 2)
        assert caught.value.rank in (1, 2)
