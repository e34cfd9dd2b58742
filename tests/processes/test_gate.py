"""A process is forked while no other thread is inside."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from kernel.numeric import blas
from kernel.processes.gate import GATE, Gate, Lock

fork_only = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


@contextmanager
def thread_inside(gate: Gate | Lock) -> Iterator[Callable[[], None]]:
    """Another thread is inside for the block, or until what this gives is called."""
    entered, leave = threading.Event(), threading.Event()

    def be_inside() -> None:
        with gate:
            entered.set()
            leave.wait()

    thread = threading.Thread(target=be_inside)
    thread.start()
    entered.wait()
    try:
        yield leave.set
    finally:
        leave.set()
        thread.join()


def in_fork(question: Callable[[], bool]) -> bool:
    """What a forked process answers."""
    pid = os.fork()
    if pid == 0:
        code = 2
        try:
            code = 0 if question() else 1
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert code in (0, 1)
    return code == 0


def test_closed_waits_until_the_others_have_left() -> None:
    gate = Gate()
    with thread_inside(gate) as leave:
        with gate.closed(0) as is_closed:
            assert not is_closed
        with gate:
            threading.Timer(0.01, leave).start()
            with gate.closed(60) as is_closed:
                assert is_closed


def test_who_comes_while_it_is_closed_waits() -> None:
    gate = Gate()
    order = []

    def enter() -> None:
        with gate:
            order.append("inside")

    with gate.closed(0):
        thread = threading.Thread(target=enter)
        thread.start()
        # The one who closed it may go in.
        with gate:
            order.append("closer")
        assert order == ["closer"]
    thread.join()
    assert order == ["closer", "inside"]


def test_a_thread_that_is_inside_goes_deeper_while_another_waits_for_it() -> None:
    gate = Gate()
    started, result = threading.Event(), []

    def close() -> None:
        started.set()
        with gate.closed(60) as is_closed:
            result.append(is_closed)

    with gate:
        thread = threading.Thread(target=close)
        thread.start()
        started.wait()
        for _ in range(100):
            with gate:
                assert not result
    thread.join()
    assert result == [True]


def test_two_who_close_it_come_one_after_the_other() -> None:
    gate = Gate()
    with gate.closed(0) as first:
        found = []
        thread = threading.Thread(target=lambda: found.append(gate.closed(0).__enter__()))
        thread.start()
        thread.join()
        assert first and found == [False]


def test_who_holds_a_lock_or_computes_is_inside() -> None:
    lock = Lock()
    for inside in (lock, blas.one_thread()):
        with thread_inside(inside), GATE.closed(0) as is_closed:  # type: ignore[arg-type]
            assert not is_closed
    with lock, lock, GATE.closed(0) as is_closed:
        assert is_closed


@fork_only
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_process_forgets_threads_that_it_does_not_have() -> None:
    def is_free() -> bool:
        with GATE.closed(0) as is_closed:
            return is_closed

    with thread_inside(GATE), GATE:
        assert not is_free()
        assert in_fork(is_free)
    assert in_fork(is_free)


class Library:
    threads = 4

    def get_num_threads(self) -> int:
        return self.threads

    def set_num_threads(self, threads: int) -> None:
        self.threads = threads


def test_the_threads_of_blas_come_back_in_a_forked_process() -> None:
    library = Library()
    limit = blas.Limit(lambda: [library])
    thread = threading.Thread(target=limit.ask)
    thread.start()
    thread.join()
    limit.ask()
    limit.hold()
    limit.forget_others()
    assert library.threads == 1
    limit.release()
    assert library.threads == 4
