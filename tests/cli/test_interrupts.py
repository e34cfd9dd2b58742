"""Ctrl-C that Python loses is raised in the end; a training ends after its step, unless it is asked twice."""

import os
import signal
import sys
from threading import Thread
from weakref import ref

import pytest

from kernel.cli.interrupts import INTERRUPTED, TERMINATED, Terminated, exit_code, never_lost, stopping

posix = pytest.mark.skipif(os.name == "nt", reason="the signal is POSIX's")
ONCE = "stopping after this step; Ctrl-C again stops at once\n"


class Thing:
    """What a weak reference can be made to."""


def press_where_it_is_lost() -> None:
    thing = Thing()
    watched = ref(thing, lambda _: signal.raise_signal(signal.SIGINT))
    del thing
    assert watched() is None


def test_a_lost_interrupt_comes_at_the_end_of_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)
    done = []
    with pytest.raises(KeyboardInterrupt), never_lost():
        press_where_it_is_lost()
        done.append("the rest of the block")
    assert done
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_another_interrupt_comes_at_once() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), never_lost():
        signal.raise_signal(signal.SIGINT)
        done.append("the rest of the block")
    assert not done
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_nothing_comes_of_nothing_and_errors_pass() -> None:
    with never_lost():
        pass
    with pytest.raises(ValueError, match="other"), never_lost():
        raise ValueError("other")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_handlers_of_others_and_other_threads_are_left_alone() -> None:
    heard = []
    former = signal.signal(signal.SIGINT, lambda *_: heard.append(1))
    try:
        with never_lost():
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, former)
    assert heard == [1]
    done = []

    def work() -> None:
        with never_lost():
            done.append(1)

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert done == [1]


def test_the_first_ctrl_c_is_a_request_and_the_second_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), stopping() as stop:
        stop.follow("update")
        assert not stop.requested
        signal.raise_signal(signal.SIGINT)
        done.append(stop.requested)
        assert exit_code(stop.error()) == INTERRUPTED
        stop.follow("step_end")
        signal.raise_signal(signal.SIGINT)
        done.append("not this")
    assert done == [True]
    assert capfd.readouterr().err == ONCE
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@posix
def test_sigterm_may_come_several_times_and_ctrl_c_after_it_ends(capfd: pytest.CaptureFixture[str]) -> None:
    with stopping() as stop:
        stop.follow("update")
        for _ in range(3):
            signal.raise_signal(signal.SIGTERM)
        assert stop.requested
        assert isinstance(stop.error(), Terminated) and exit_code(stop.error()) == TERMINATED
        with pytest.raises(KeyboardInterrupt) as ended:
            signal.raise_signal(signal.SIGINT)
        assert not isinstance(ended.value, Terminated)
    assert capfd.readouterr().err == ONCE
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.parametrize("events", [[], ["update", "evaluate"]])
@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, INTERRUPTED), pytest.param(signal.SIGTERM, TERMINATED, marks=posix)],
)
def test_before_the_first_step_and_in_an_evaluation_it_comes_at_once(
    capfd: pytest.CaptureFixture[str], events: list[str], number: int, code: int
) -> None:
    done = []
    with pytest.raises(KeyboardInterrupt) as ended, stopping() as stop:
        for event in events:
            stop.follow(event)
        signal.raise_signal(number)
        done.append("not this")
    assert not done and exit_code(ended.value) == code
    assert capfd.readouterr().err == ""


def test_an_evaluation_does_not_begin_after_a_request() -> None:
    with stopping() as stop:
        stop.follow("update")
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            stop.follow("evaluate")
        stop.follow("train_error")


def test_what_was_lost_before_the_first_step_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)
    with stopping() as stop:
        stop.check()
        press_where_it_is_lost()
        with pytest.raises(KeyboardInterrupt):
            stop.check()


@posix
def test_signals_that_others_handle_are_theirs() -> None:
    former = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    heard = []
    own = signal.signal(signal.SIGINT, lambda *_: heard.append(1))
    try:
        with stopping() as stop:
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGINT)
            assert not stop.requested
    finally:
        signal.signal(signal.SIGTERM, former)
        signal.signal(signal.SIGINT, own)
    assert heard == [1]


def test_in_another_thread_nothing_is_heard() -> None:
    found = []

    def work() -> None:
        with stopping() as stop:
            stop.check()
            found.append(stop.requested)

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert found == [False]


def test_what_click_makes_of_an_interrupt_keeps_its_code() -> None:
    made = RuntimeError("Abort")
    made.__cause__ = Terminated()
    assert exit_code(made) == TERMINATED
    assert exit_code(RuntimeError("Abort")) == exit_code(None) == INTERRUPTED
