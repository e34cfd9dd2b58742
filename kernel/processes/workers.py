"""Worker processes: a copy of this process by fork, or a new interpreter. Each ends with the connection to it.

The connection is the only tie: whoever started a worker may be killed at any moment, and a worker that is computing just
then ends as well, since a thread of it waits at the other end. Workers don't hear Ctrl-C, which is for their parent.
"""

from __future__ import annotations

import gc
import io
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import Pipe, spawn
from multiprocessing.connection import Connection, wait
from queue import SimpleQueue
from threading import Thread, current_thread, main_thread
from typing import NoReturn, Protocol, TextIO
from weakref import WeakSet

from kernel.visible import visible

# Seconds that a process whose connection has ended has for ending, before it is killed.
_GRACE = 2.0

# Ends of connections that belong to this process alone. A forked process that kept one would keep the worker at its other
# end from noticing that this process is gone.
_own_ends: WeakSet[Connection | socket.socket] = WeakSet()


def close_if_forked(end: Connection | socket.socket) -> None:
    """Let a connection belong to this process alone, whoever forks it."""
    _own_ends.add(end)


def _close_own_ends() -> None:
    for end in list(_own_ends):
        end.close()
    _own_ends.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_close_own_ends)


class Process(Protocol):
    """What is asked of a process, as `subprocess.Popen` has it."""

    def poll(self) -> int | None: ...
    def kill(self) -> None: ...
    def wait(self, timeout: float | None = None) -> int: ...


class Worker:
    """A process that answers questions, each and all bytes, in their order."""

    def __init__(self, connection: Connection, process: Process) -> None:
        self.connection = connection
        self._process = process

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def exit_code(self) -> int:
        """The exit code of a process that ends, negative if a signal ended it."""
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(_GRACE)
        self._process.kill()
        return self._process.wait()

    def ending(self) -> tuple[str, str]:
        """How a process that ends has ended, for a message, and what may be the reason."""
        code = self.exit_code()
        return how_ended(code), "The system does that when memory runs out." if code == -9 else ""

    def kill(self) -> None:
        """Kill the process: the connection ends, for whoever waits for it."""
        self._process.kill()

    def end(self) -> None:
        """End the process, whatever it is at."""
        self.connection.close()
        if not self.has_ended:
            self._process.kill()
            self._process.wait()


def how_ended(exit_code: int) -> str:
    """An exit code for a message: `with exit code 1`, `by SIGKILL`."""
    if exit_code >= 0:
        return f"with exit code {exit_code}"
    try:
        return f"by {signal.Signals(-exit_code).name}"
    except ValueError:
        return f"by signal {-exit_code}"


class _Forked:
    """A forked process. Whoever isn't its parent, such as another forked process with a copy of this, takes it for gone."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._code: int | None = None

    def poll(self) -> int | None:
        return self._reap(os.WNOHANG)

    def kill(self) -> None:
        # After a look, so that no other process with its number is hit.
        if self.poll() is None:
            os.kill(self._pid, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        if timeout is not None and self.poll() is None:
            self._await_end(timeout)
            if self.poll() is None:
                raise subprocess.TimeoutExpired("a worker", timeout)
        code = self._reap(0)
        assert code is not None
        return code

    def _await_end(self, timeout: float) -> None:
        try:
            handle = os.pidfd_open(self._pid)
        except (AttributeError, OSError):
            return
        try:
            wait([handle], timeout)
        finally:
            os.close(handle)

    def _reap(self, options: int) -> int | None:
        if self._code is None:
            try:
                pid, status = os.waitpid(self._pid, options)
            except ChildProcessError:
                self._code = 0
            else:
                self._code = os.waitstatus_to_exitcode(status) if pid else None
        return self._code


def can_fork() -> bool:
    """Whether this system, and `multiprocessing.set_start_method` if it was called, has processes forked.

    Not macOS: its own libraries don't survive that.
    """
    from multiprocessing import get_start_method

    return (
        hasattr(os, "fork")
        and sys.platform != "darwin"
        and get_start_method(allow_none=True) in (None, "fork")
    )


def fork(serve: Callable[[Connection], None]) -> Worker:
    """A copy of this process that does `serve(connection)` and ends. Called inside `deaf`, and with the gate closed."""
    ours, theirs = _pipe()
    pid = _fork()
    if pid == 0:
        _be_forked(serve, theirs)
    theirs.close()
    return Worker(ours, _Forked(pid))


def _fork() -> int:
    with warnings.catch_warnings():
        # Python 3.12 warns of other threads, which the gate is for.
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _be_forked(serve: Callable[[Connection], None], connection: Connection) -> NoReturn:
    try:
        # Of no use to processes that this one forks.
        _own_ends.add(connection)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        # What is garbage here may be another's there, and looking through it would copy all memory.
        gc.freeze()
        _renew_streams()
        serve(connection)
    except BaseException:  # noqa: BLE001 (nothing may go on in the copy of somebody's program)
        sys.stderr.write(visible(traceback.format_exc()))
        sys.stderr.flush()
    finally:
        os._exit(1)


def _renew_streams() -> None:
    """Standard streams with buffers of their own: another thread may have held the locks of the old ones."""
    sys.stdin = open(os.devnull, encoding="utf8")  # noqa: SIM115
    renewed: dict[int, TextIO] = {}
    for name in ("stdout", "stderr"):
        old = getattr(sys, name)
        if not isinstance(old, io.TextIOWrapper):
            continue
        with suppress(OSError, ValueError):
            new = open(  # noqa: SIM115
                old.fileno(), "w", encoding=old.encoding, errors=old.errors, closefd=False,
                buffering=1 if old.line_buffering else -1,
            )  # fmt: skip
            renewed[id(old)] = new
            setattr(sys, name, new)
    for logger in (logging.getLogger(), *logging.Logger.manager.loggerDict.values()):
        for handler in getattr(logger, "handlers", ()):
            if isinstance(handler, logging.StreamHandler) and id(handler.stream) in renewed:
                handler.stream = renewed[id(handler.stream)]


def start_anew(module: str, function: str) -> Worker:
    """A new interpreter that calls a function of a module with its end of the connection. Called inside `deaf`."""
    ours, theirs = _pipe()
    process = _start(theirs, module, function)
    theirs.close()
    return Worker(ours, process)


if sys.platform == "win32":
    from multiprocessing.connection import PipeConnection

    def _start(connection: PipeConnection, module: str, function: str) -> Process:
        handle = connection.fileno()
        os.set_handle_inheritable(handle, True)
        return subprocess.Popen(
            _command("PipeConnection", handle, module, function),
            stdin=subprocess.DEVNULL,
            startupinfo=subprocess.STARTUPINFO(lpAttributeList={"handle_list": [handle]}),
            creationflags=subprocess.CREATE_NEW_PROCESS_GROUP,
        )

else:

    def _start(connection: Connection, module: str, function: str) -> Process:
        handle = connection.fileno()
        command = _command("Connection", handle, module, function)
        with _blocked():
            return subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[handle])


def _command(kind: str, handle: int, module: str, function: str) -> list[str]:
    program = (
        f"import sys; sys.path[:] = {[place for place in sys.path if isinstance(place, str)]!r}\n"
        f"from multiprocessing.connection import {kind}\n"
        f"from {module} import {function}\n"
        f"{function}({kind}({handle}))"
    )
    return [os.fsdecode(spawn.get_executable()), "-c", program]


def _pipe() -> tuple[Connection, Connection]:
    ours, theirs = Pipe()
    _own_ends.add(ours)
    return ours, theirs


@contextmanager
def deaf() -> Iterator[None]:
    """Put Ctrl-C off while workers are started: until they ignore it, and who started them has noted them."""
    former = signal.getsignal(signal.SIGINT)
    # Python calls handlers in the main thread, whichever thread the system interrupts; so holding the signal back in this
    # thread is not enough, and no other thread needs it.
    if current_thread() is not main_thread() or former is None:
        yield
        return
    heard = False

    def note(*_: object) -> None:
        nonlocal heard
        heard = True

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)
        if heard:
            signal.raise_signal(signal.SIGINT)


@contextmanager
def _blocked() -> Iterator[None]:
    """Hold Ctrl-C back in this thread: what it starts has it held back for good."""
    former = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)


def ignore_signals() -> None:
    """In a worker that the end of its parent ends: Ctrl-C and SIGTERM are for the parent. A whole group of processes may be told."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def end_with(connection: Connection) -> None:
    """Let this process end at once when the other side of a connection is gone, whatever it is computing."""
    if not hasattr(select, "poll"):
        return

    def watch() -> None:
        poll = select.poll()
        # Nothing else is asked for, but that the other end has hung up is told all the same.
        poll.register(connection.fileno(), getattr(select, "POLLRDHUP", 0))
        poll.poll()
        leave()

    Thread(target=watch, daemon=True).start()


def leave(exit_code: int = 0) -> NoReturn:
    """End this process at once, whatever its other threads are at, and what they have not written."""
    os._exit(exit_code)


def answer(connection: Connection, work: Callable[[bytes], bytes]) -> NoReturn:
    """In a worker: answer questions with `work` until the connection ends, and the process with it."""
    questions: SimpleQueue[bytes] = SimpleQueue()
    answers: SimpleQueue[bytes] = SimpleQueue()

    def read() -> None:
        with suppress(EOFError, OSError):
            while True:
                questions.put(connection.recv_bytes())
        # The other side needs no more, or is gone: at once, whatever the main thread is at.
        os._exit(0)

    def write() -> None:
        with suppress(OSError):
            while True:
                connection.send_bytes(answers.get())
        os._exit(0)

    Thread(target=read, daemon=True).start()
    Thread(target=write, daemon=True).start()
    while True:
        answers.put(work(questions.get()))
