"""Ctrl-C that Python loses is raised in the end."""

import signal
import sys
from threading import Thread
from weakref import ref

import pytest

from kernel.cli.interrupts import never_lost


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
