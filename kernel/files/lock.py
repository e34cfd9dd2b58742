"""One writer at a time: locks on what is to be written, which tell a second writer who the first is.

The lock is that of the operating system on an open file (`flock`), so it ends with its holder, however that ends. What
the file says is for people: process, host and time. Where a file system knows no such locks, the existence of the file
is the lock, and it is stale if the process that it names runs no longer on this host; whether a process runs on another
host can't be told from here, so a lock from there stays.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self
from weakref import WeakSet

from kernel.errors import KernelError, Locked, warn
from kernel.processes.gate import GATE

# The name of a lock inside the directory that it is of.
INSIDE = ".lock"
# Where Windows locks, as others can't read what is locked there.
_FAR = 2**30


@dataclass(frozen=True)
class Holder:
    """Who holds a lock. started: when the process began, to tell it from a later one with its number; "" if unknown."""

    pid: int
    host: str
    started: str
    since: str

    def runs_here(self) -> bool:
        """Whether this is a process of this host that runs, as far as that can be told."""
        return self.host == socket.gethostname() and _is_running(self.pid, self.started)


class Lock:
    """The exclusive right to write to `target`, a directory or a file, while it is held.

    `with Lock(path): ...` or `acquire` and `release`. Whoever comes second gets `Locked`, at once, be it another process
    or another thread. A lock whose holder has ended is taken over; `was_left` says whether this one was.

    inside: lock a directory that keeps its place by a file in it, not beside it. The file is hidden, and gone after use.
    """

    def __init__(self, target: str | Path, *, inside: bool = False) -> None:
        self.target = Path(target)
        self.file = lock_file(self.target, inside=inside)
        self.was_left = False
        self._handle: int | None = None

    @property
    def held(self) -> bool:
        """Whether it is held through this object."""
        return self._handle is not None

    def acquire(self) -> None:
        """Take the lock. `Locked` if somebody has it, `OSError` if its file can't be written."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        # Inside: a process that is forked in between would have the file open and not know why.
        with GATE:
            while self._handle is None:
                self._handle = self._try()
            _held.add(self)

    def release(self) -> None:
        """Give the lock back; nothing happens if it is not held."""
        with GATE:
            handle, self._handle = self._handle, None
            if handle is None:
                return
            _held.discard(self)
            # Removed before it is unlocked, while nobody else can have it; Windows removes no file that is open.
            with suppress(OSError):
                if sys.platform != "win32" and _is_at(handle, self.file):
                    self.file.unlink()
            os.close(handle)
            with suppress(OSError):
                if sys.platform == "win32":
                    self.file.unlink()

    def forget(self) -> None:
        """Drop the copy that a forked process has; the lock stays with the process that took it."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _try(self) -> int | None:
        """The open file, locked; None if its holder removed it in between."""
        handle, is_new = _open(self.file)
        is_locked: bool | None = False
        try:
            is_locked = _lock(handle)
            if not _is_at(handle, self.file):
                os.close(handle)
                return None
            hint = ""
            if is_locked is None:
                is_locked = is_new or self._take_over(handle)
                hint = f" If that has ended already, remove {self.file}."
            holder = _read(handle)
            if not is_locked:
                raise _locked(self.target, holder, hint)
            if holder is not None and holder.host != socket.gethostname():
                warn(
                    f"{self.target}: process {holder.pid} on {holder.host} left its lock, of {holder.since}; this process has taken it over"
                )
            self.was_left = not is_new
            _write(handle)
        except BaseException:
            # A file of our own that could not be filled must not stand in anybody's way.
            if is_new and is_locked:
                self.file.unlink(missing_ok=True)
            os.close(handle)
            raise
        return handle

    def _take_over(self, handle: int) -> bool:
        """Take a stale lock where there is only its file: of all who try, the one who makes the claim's file may."""
        stale = _content(handle)
        holder = _parse(stale)
        if holder is None or holder.host != socket.gethostname() or holder.runs_here():
            return False
        claim = self.file.with_name(f"{self.file.name}.{hashlib.sha256(stale).hexdigest()[:16]}")
        try:
            os.close(os.open(claim, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
        except FileExistsError:
            return False
        try:
            # An earlier claimer may have been here since we looked.
            if _content(handle) != stale or not _is_at(handle, self.file):
                return False
            _write(handle)
            return True
        finally:
            claim.unlink()


# Locks of this process, for its forked children to forget.
_held: WeakSet[Lock] = WeakSet()


def _forget_all() -> None:
    for lock in list(_held):
        lock.forget()
    _held.clear()


if hasattr(os, "register_at_fork"):
    # A child that has the file open would keep the lock beyond the life of its holder.
    os.register_at_fork(after_in_child=_forget_all)


def lock_file(target: Path, *, inside: bool = False) -> Path:
    """Where the lock of a target lies."""
    if inside:
        return target / INSIDE
    final = target.resolve()
    if not final.name:
        raise KernelError(f"can't write to {target}: not a directory name")
    return final.with_name(f".{final.name}.lock")


@contextmanager
def kept_inside(folder: Path) -> Iterator[None]:
    """Hold the lock inside a directory for a block; a holder in this process keeps it.

    `Locked` if somebody else has it. A directory that nobody can write in needs none.
    """
    lock = Lock(folder, inside=True)
    try:
        lock.acquire()
    except Locked:
        if not any(other.file.resolve() == lock.file.resolve() for other in list(_held)):
            raise
    except OSError:
        pass
    try:
        if sys.platform == "win32":
            # A directory with an open file in it can't be replaced there.
            lock.release()
        yield
    finally:
        lock.release()


def refuse_if_locked(folder: Path) -> None:
    """`Locked` if another process of this host holds the lock inside a directory."""
    try:
        holder = _parse(lock_file(folder, inside=True).read_bytes())
    except OSError:
        return
    if holder is not None and holder.pid != os.getpid() and holder.runs_here():
        raise _locked(folder, holder)


def _locked(target: Path, holder: Holder | None, hint: str = "") -> Locked:
    who, since = "another process", ""
    if holder is not None:
        is_own = holder.pid == os.getpid() and holder.host == socket.gethostname()
        who = (
            f"another writer in this process ({holder.pid})"
            if is_own
            else f"process {holder.pid} on {holder.host}"
        )
        since = f", since {holder.since}"
    return Locked(
        f"{target} is being written by {who}{since}",
        hint=f"Wait until that has ended, or choose another output.{hint}",
    )


def _open(file: Path) -> tuple[int, bool]:
    """The open file, and whether it is new."""
    while True:
        with suppress(FileExistsError):
            return os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666), True
        with suppress(FileNotFoundError):
            return os.open(file, os.O_RDWR), False


def _is_at(handle: int, file: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), file.stat())
    except FileNotFoundError:
        return False


def _content(handle: int) -> bytes:
    os.lseek(handle, 0, os.SEEK_SET)
    return os.read(handle, 4096)


def _read(handle: int) -> Holder | None:
    return _parse(_content(handle))


def _parse(content: bytes) -> Holder | None:
    """Who holds a lock, None if its file doesn't say, or not yet."""
    try:
        return Holder(**json.loads(content))
    except (ValueError, TypeError):
        return None


def _write(handle: int) -> None:
    now = datetime.now().astimezone().isoformat(" ", timespec="seconds")
    holder = Holder(os.getpid(), socket.gethostname(), _started(os.getpid()), now)
    content = json.dumps(asdict(holder)).encode() + b"\n"
    os.lseek(handle, 0, os.SEEK_SET)
    os.write(handle, content)
    # Not before: some file systems write a file that was emptied to disk when it is closed, which takes milliseconds.
    os.ftruncate(handle, len(content))


def _is_running(pid: int, started: str) -> bool:
    # On Windows, os.kill ends a process, whatever the signal, and nothing here needs to know.
    if sys.platform == "win32":
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    now = _started(pid)
    return not started or not now or now == started


def _started(pid: int) -> str:
    """The boot and the clock tick at which a process began; "" where there is no /proc, "ended" for a zombie."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        # After the name of the program, which may hold anything.
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return ""
    return "ended" if fields[0] in (b"Z", b"X") else f"{boot} {fields[19].decode()}"


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> bool | None:
        os.lseek(handle, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(handle: int) -> bool | None:
        """Whether the file could be locked; None where the file system has no locks."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return None
        return True
