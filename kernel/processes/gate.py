"""Which threads are inside calls of ours, so that the process is forked only while no other thread is.

A forked process has the thread that forked it, and no other: a lock that another thread held stays locked, and what it was
about to change stays half changed. So every lock of ours is a `Lock` of this file, calls that compute or import are inside
as well, and whoever forks closes the gate for that moment.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, RLock, get_ident, local
from threading import Lock as PlainLock
from time import monotonic


class _Depth(local):
    depth = 0


class Gate:
    """Knows which threads are inside. `with gate:` is for the calls, `with gate.closed(seconds):` for who forks.

    here.depth: how deep the running thread is inside.
    """

    def __init__(self) -> None:
        self._lock = PlainLock()
        self._changed = Condition(self._lock)
        self._inside: set[int] = set()
        self.here = _Depth()
        self._closer: int | None = None

    def __enter__(self) -> None:
        # Who is inside already goes on, without the lock: the closer waits for that thread.
        if not self.here.depth:
            me = get_ident()
            with self._lock:
                while self._closer not in (None, me):
                    self._changed.wait()
                self._inside.add(me)
        self.here.depth += 1

    def __exit__(self, *error: object) -> None:
        self.here.depth -= 1
        if not self.here.depth:
            with self._lock:
                self._inside.discard(get_ident())
                if self._closer is not None:
                    self._changed.notify_all()

    @contextmanager
    def closed(self, seconds: float) -> Iterator[bool]:
        """Let no other thread in during the block, which begins when those inside have left.

        Yields False, with the gate open, if some are still inside after `seconds`.
        """
        is_closed = self._close(get_ident(), seconds)
        try:
            yield is_closed
        finally:
            if is_closed:
                self._open()

    def _close(self, me: int, seconds: float) -> bool:
        end = monotonic() + seconds
        with self._lock:
            if not self._changed.wait_for(lambda: self._closer is None, seconds):
                return False
            self._closer = me
            is_alone = False
            try:
                is_alone = self._changed.wait_for(lambda: self._inside <= {me}, end - monotonic())
            finally:
                if not is_alone:
                    self._closer = None
                    self._changed.notify_all()
            return is_alone

    def _open(self) -> None:
        with self._lock:
            self._closer = None
            self._changed.notify_all()

    def hold(self) -> None:
        """Before a fork: nobody changes the counts."""
        self._lock.acquire()

    def go_on(self) -> None:
        """After a fork, in the process that forked."""
        self._lock.release()

    def forget_others(self) -> None:
        """After a fork, in the new process, which has no other thread."""
        me = get_ident()
        self._inside &= {me}
        self._closer = None
        self._lock = PlainLock()
        self._changed = Condition(self._lock)


GATE = Gate()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=GATE.hold, after_in_parent=GATE.go_on, after_in_child=GATE.forget_others)


class Lock:
    """A reentrant lock, for `with`, that no forked worker finds locked: who holds it, or waits for it, is inside."""

    def __init__(self) -> None:
        self._lock = RLock()

    def __enter__(self) -> None:
        # As the gate itself does it: locks are had for every new word.
        here = GATE.here
        if here.depth:
            here.depth += 1
        else:
            GATE.__enter__()
        self._lock.acquire()

    def __exit__(self, *error: object) -> None:
        self._lock.release()
        here = GATE.here
        if here.depth > 1:
            here.depth -= 1
        else:
            GATE.__exit__()
