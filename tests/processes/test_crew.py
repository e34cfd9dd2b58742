"""Answers in the order of the questions, whoever is faster, with a bounded number in flight."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait

import pytest

from kernel.errors import KernelWarning
from kernel.processes.crew import IN_FLIGHT, Lost, answers
from kernel.processes.workers import Worker, answer, deaf, fork

pytestmark = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs fork and pidfd")


@contextmanager
def crew(work: Callable[[bytes], bytes], count: int = 3) -> Iterator[list[Worker]]:
    with deaf():
        workers = [fork(lambda connection: answer(connection, work)) for _ in range(count)]
    try:
        yield workers
    finally:
        for worker in workers:
            worker.end()
        assert all(worker.has_ended for worker in workers)


def twice(question: bytes) -> bytes:
    # Every third one takes long.
    sum(range(200_000 if int(question) % 3 == 0 else 1))
    return question * 2


def numbers(count: int, drawn: list[int]) -> Iterator[bytes]:
    for number in range(count):
        drawn.append(number)
        yield b"%d" % number


def collect(stream: Iterable[bytes], into: list[bytes]) -> None:
    # One by one: an error must not take those before it along.
    for each in stream:
        into += [each]


def test_answers_come_in_order_and_few_questions_are_drawn_ahead() -> None:
    drawn: list[int] = []
    with crew(twice) as workers:
        for place, found in enumerate(answers(workers, numbers(50, drawn))):
            assert found == b"%d" % place * 2
            assert len(drawn) <= place + IN_FLIGHT * len(workers)
    assert len(drawn) == 50


def test_an_answer_is_given_out_before_a_slow_source_is_asked_again() -> None:
    asked, given = threading.Event(), threading.Event()

    def slow() -> Iterator[bytes]:
        yield b"1"
        # The first answer is here by now, at the latest; a quick worker's has been given out before.
        assert given.is_set() or wait([workers[0].connection], 60)
        yield b"2"
        asked.set()
        yield b"3"

    with crew(twice, 1) as workers:
        stream = answers(workers, slow())
        assert next(stream) == b"11" and not asked.is_set()
        given.set()
        assert list(stream) == [b"22", b"33"]


def test_messages_larger_than_a_pipe_go_both_ways() -> None:
    large = b"x" * 3_000_000
    with crew(lambda question: question + b"y", 2) as workers:
        assert [len(found) for found in answers(workers, [large] * 8)] == [3_000_001] * 8


def test_what_was_answered_before_an_error_of_the_source_comes_before_it() -> None:
    def failing() -> Iterator[bytes]:
        yield from numbers(7, [])
        raise OSError("no more")

    found: list[bytes] = []
    with crew(twice) as workers, pytest.raises(OSError, match="no more"):
        collect(answers(workers, failing()), found)
    assert found == [b"%d" % number * 2 for number in range(7)]


@pytest.mark.parametrize("end", [lambda: os.kill(os.getpid(), signal.SIGKILL), lambda: os._exit(3)])
def test_a_lost_worker_is_told_in_the_place_of_its_answer(end: Callable[[], None]) -> None:
    def work(question: bytes) -> bytes:
        if question == b"5":
            end()
        return twice(question)

    found: list[bytes] = []
    with crew(work) as workers, pytest.raises(Lost) as error:
        collect(answers(workers, numbers(1000, [])), found)
    numbers_of_the_lost = list(error.value.numbers)
    assert 5 in numbers_of_the_lost and len(numbers_of_the_lost) <= IN_FLIGHT
    assert found == [b"%d" % number * 2 for number in range(numbers_of_the_lost[0])]
    assert error.value.exit_code in (-signal.SIGKILL, 3)


def test_a_worker_that_is_killed_with_nothing_to_do_is_named_and_done_without() -> None:
    with crew(twice, 2) as workers:
        workers[1].end()
        with pytest.warns(KernelWarning) as warned:
            assert len(list(answers(workers, numbers(20, [])))) == 20
        [message] = {str(each.message) for each in warned}
        # Its connection is closed before it is killed, and it may be quicker.
        assert message.replace("with exit code 0", "by SIGKILL") == (
            "a worker process ended, by SIGKILL, while it had nothing to do: nothing is lost, and the others go on"
        )
        workers[0].end()
        with pytest.raises(Lost):
            list(answers(workers, numbers(1, [])))


def test_a_worker_ends_when_its_connection_ends_even_while_it_computes() -> None:
    def forever(question: bytes) -> bytes:
        while True:
            pass

    with crew(forever, 1) as workers:
        workers[0].connection.send_bytes(b"go")
        workers[0].connection.close()
        assert workers[0].exit_code() == 0


def test_workers_do_not_keep_each_other_alive() -> None:
    with crew(twice, 3) as workers:
        for worker in workers:
            worker.connection.close()
            assert worker.exit_code() == 0
