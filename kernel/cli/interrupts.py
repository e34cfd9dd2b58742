"""Ctrl-C while much is imported and built, and what ends a training in order: Ctrl-C and SIGTERM."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType
from typing import Any

from kernel.cli.say import say_at_once

INTERRUPTED = 130
TERMINATED = 143


class Terminated(KeyboardInterrupt):
    """SIGTERM, by which systems announce that a process has to end. Whoever heeds Ctrl-C heeds it."""


def exit_code(error: BaseException | None) -> int:
    """The exit code of a process that an interrupt ended. error: the interrupt, or what was made of it."""
    cause = error if isinstance(error, KeyboardInterrupt) else getattr(error, "__cause__", None)
    return TERMINATED if isinstance(cause, Terminated) else INTERRUPTED


@contextmanager
def never_lost() -> Iterator[None]:
    """Raise KeyboardInterrupt at the end of the block if Ctrl-C was pressed within it, and nothing came of that.

    Python and compiled modules lose errors that come up at the wrong moment, such as in the callbacks of weak references that
    run with every import.
    """
    former = signal.getsignal(signal.SIGINT)
    # Whoever set a handler of their own knows what to do.
    if current_thread() is not main_thread() or former is not signal.default_int_handler:
        yield
        return
    heard = False

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal heard
        heard = True
        signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)
    if heard:
        raise KeyboardInterrupt


class Stop:
    """Whether a training is to end, for whoever drives its steps. Made by `stopping`.

    As long as no step is under way (while a run is prepared, and in evaluations) an interrupt is raised where it comes.
    """

    def __init__(self) -> None:
        self._reason: type[KeyboardInterrupt] | None = None
        self._waits = False

    @property
    def requested(self) -> bool:
        """Whether to leave after the present step."""
        return self._reason is not None

    def error(self) -> KeyboardInterrupt:
        """What was asked for, as the error that it would have been."""
        return (self._reason or KeyboardInterrupt)()

    def check(self) -> None:
        """Raise what was asked for, if anything was: also if Python has lost it before, see `never_lost`."""
        if self.requested:
            raise self.error()

    def follow(self, event: str) -> None:
        """Hear of the events of the run. The step before an evaluation is whole, so that needs no waiting for."""
        self._waits = event != "evaluate"
        if not self._waits:
            self.check()

    def rest(self) -> None:
        """No step is under way: from here on, and now, an interrupt is raised."""
        self._waits = False
        self.check()

    def hear(self, number: int, frame: FrameType | None) -> None:
        """The handler of both signals."""
        is_first = self._reason is None
        if number == signal.SIGTERM:
            # Groups of processes are often told twice, by the system and by whoever started them.
            if not is_first:
                return
            self._reason = Terminated
        elif is_first:
            self._reason = KeyboardInterrupt
        if self._waits and is_first:
            say_at_once("stopping after this step; Ctrl-C again stops at once")
            return
        raise self.error() if is_first else KeyboardInterrupt


@contextmanager
def stopping() -> Iterator[Stop]:
    """Take Ctrl-C and SIGTERM for requests to stop after the present step. A second Ctrl-C raises KeyboardInterrupt.

    Signals that somebody else handles, or ignores, are left to them; so are all outside of the main thread.
    """
    stop = Stop()
    former: dict[int, Any] = {}
    if current_thread() is main_thread():
        usual = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
        former = {number: handler for number, handler in usual.items() if signal.getsignal(number) is handler}
    try:
        for number in former:
            signal.signal(number, stop.hear)
        yield stop
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
