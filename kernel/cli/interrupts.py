"""Ctrl-C while much is imported and built."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType


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
