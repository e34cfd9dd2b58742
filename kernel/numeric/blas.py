"""The BLAS threads of numpy, and the threads of torch: one inside our own calls, and the facts that a run records."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from functools import cache
from threading import Lock, get_ident
from typing import Any

import numpy  # noqa: F401  (its BLAS must be loaded before the controller looks)

from kernel.processes.gate import GATE


@cache
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


class Limit:
    """One thread while anybody asks for it. The number of threads belongs to the process, so askers are counted.

    libraries: called for the objects with `get_num_threads` and `set_num_threads`.
    """

    def __init__(self, libraries: Callable[[], Iterable[Any]]) -> None:
        self._libraries = libraries
        self._lock = Lock()
        self._askers: dict[int, int] = {}
        self._before: dict[Any, int] = {}

    def ask(self) -> None:
        """Set every library to one thread."""
        me = get_ident()
        with self._lock:
            self._askers[me] = self._askers.get(me, 0) + 1
            # Some builds of OpenBLAS keep a number for each thread, so every asker sets its own.
            for library in self._libraries():
                if (threads := library.get_num_threads()) != 1:
                    library.set_num_threads(1)
                    self._before[library] = threads

    def release(self) -> None:
        """Undo one `ask`; the last one brings the numbers back."""
        me = get_ident()
        with self._lock:
            self._askers[me] -= 1
            if not self._askers[me]:
                del self._askers[me]
            if not self._askers:
                self._restore()

    def _restore(self) -> None:
        for library, threads in self._before.items():
            library.set_num_threads(threads)
        self._before.clear()

    def hold(self) -> None:
        """Before a fork: nobody changes anything."""
        self._lock.acquire()

    def go_on(self) -> None:
        """After a fork, in the process that forked."""
        self._lock.release()

    def forget_others(self) -> None:
        """After a fork, in the new process: of those who asked, only the thread that forked is there."""
        me = get_ident()
        self._askers = {me: self._askers[me]} if me in self._askers else {}
        self._lock = Lock()
        if not self._askers:
            self._restore()


@cache
def _blas_libraries() -> list[Any]:
    return [library for library in _controller().lib_controllers if library.user_api == "blas"]


def _libraries() -> list[Any]:
    # torch, where somebody has imported it, has threads of its own.
    torch = sys.modules.get("torch")
    return _blas_libraries() + ([torch] if torch is not None and hasattr(torch, "set_num_threads") else [])


_LIMIT = Limit(_libraries)

if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_LIMIT.hold, after_in_parent=_LIMIT.go_on, after_in_child=_LIMIT.forget_others)


class _OneThread:
    # Not a generator: every call of a pipeline enters this.
    def __enter__(self) -> None:
        GATE.__enter__()
        _LIMIT.ask()

    def __exit__(self, *error: object) -> None:
        _LIMIT.release()
        GATE.__exit__()


_ONE_THREAD = _OneThread()


def one_thread() -> AbstractContextManager[None]:
    """One thread of BLAS and of torch for a while: matrices of our size gain nothing from more, and results don't depend on cores.

    May be nested, and used by several threads at once; the number from before comes back when the last one is done. Who is
    in such a block is inside, see `kernel.processes.gate`.
    """
    return _ONE_THREAD


def facts() -> list[dict[str, Any]]:
    """One entry a BLAS library: its name, version, kernel (architecture) and number of threads."""
    return [
        {
            "library": library["internal_api"],
            "version": library["version"],
            "kernel": library.get("architecture"),
            "threads": library["num_threads"],
        }
        for library in _controller().info()
        if library["user_api"] == "blas"
    ]
