"""Connections between processes that know a key, on one machine or on several.

Bytes alone are sent, and nothing is read of one that has not shown that it knows the key: each side sends the other a number by chance,
and answers with its HMAC (RFC 2104). `multiprocessing.connection` does the same, and would wait for ever for a stranger that says
nothing. Nothing is encrypted.
"""

from __future__ import annotations

import hmac
import secrets
import socket
from contextlib import suppress
from multiprocessing.connection import Connection
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore, Thread
from time import monotonic, sleep

from kernel.processes.workers import close_if_forked

Address = tuple[str, int]
# Bytes of a number by chance, and of an answer.
_SIZE = 32
# Seconds in which somebody has to show that it knows the key.
PATIENCE = 20.0
# Those that connect at once wait in line.
_LINE = 1024
# How many may be about to show that they know the key.
_STRANGERS = 128
# Seconds until the next try where one can't be let in.
_PAUSE = 0.1
_OPENS, _ENTERS = b"opens", b"enters"
# Seconds of silence after which the system asks whether the other machine is there, between such questions, and how many are asked.
_ALIVE = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 6}


def new_key() -> bytes:
    """A key that nobody else has."""
    return secrets.token_bytes(_SIZE)


class Listener:
    """Waits at a host's own address, and a port that is free, for processes that know the key."""

    def __init__(self, host: str, key: bytes) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, 0), family=family, backlog=_LINE)
        self.address: Address = host, self._socket.getsockname()[1]
        self._key = key
        self._entered: SimpleQueue[socket.socket] = SimpleQueue()
        self._strangers = BoundedSemaphore(_STRANGERS)
        Thread(target=self._listen, daemon=True).start()

    def accept(self, timeout: float) -> socket.socket | None:
        """The next one that has shown that it knows the key; None if there is none within so many seconds."""
        with suppress(Empty):
            return self._entered.get(timeout=timeout)
        return None

    def close(self) -> None:
        """Nobody can enter any more."""
        # What waits in accept() notices that alone.
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _listen(self) -> None:
        while True:
            try:
                other, _ = self._socket.accept()
            except OSError:
                if self._socket.fileno() < 0:
                    return
                # Somebody has gone already, or too many files are open for now.
                sleep(_PAUSE)
                continue
            # One that says nothing keeps nobody waiting.
            self._strangers.acquire()
            Thread(target=self._let_in, args=(other,), daemon=True).start()

    def _let_in(self, other: socket.socket) -> None:
        try:
            if _knows(other, self._key, _OPENS, _ENTERS):
                self._entered.put(other)
        finally:
            self._strangers.release()


def connect(address: Address, key: bytes) -> socket.socket:
    """A socket to the process that listens there. `OSError` if nobody does, or somebody who does not know the key."""
    other = socket.create_connection(address, timeout=PATIENCE)
    if not _knows(other, key, _ENTERS, _OPENS):
        raise ConnectionRefusedError("who listens there does not know the key")
    return other


def _knows(other: socket.socket, key: bytes, own: bytes, theirs: bytes) -> bool:
    """Whether the other side knows the key; where not, the socket is closed. own, theirs: what each side signs with the numbers, so that
    none can be sent its own answer."""
    end = monotonic() + PATIENCE
    try:
        other.settimeout(PATIENCE)
        number = secrets.token_bytes(_SIZE)
        other.sendall(number)
        asked = _received(other, end)
        other.sendall(_signed(key, own, asked, number))
        if not hmac.compare_digest(_received(other, end), _signed(key, theirs, number, asked)):
            raise PermissionError("another key")
        other.settimeout(None)
        other.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        other.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _ALIVE.items():
            if hasattr(socket, name):
                other.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    except (EOFError, OSError):
        other.close()
        return False
    close_if_forked(other)
    return True


def _signed(key: bytes, side: bytes, one: bytes, other: bytes) -> bytes:
    return hmac.digest(key, side + one + other, "sha256")


def _received(other: socket.socket, end: float) -> bytes:
    found = b""
    while len(found) < _SIZE:
        if monotonic() > end:
            raise TimeoutError
        more = other.recv(_SIZE - len(found))
        if not more:
            raise EOFError
        found += more
    return found


def as_connection(other: socket.socket) -> Connection:
    """The same, for messages of any length instead of a stream of bytes."""
    connection = Connection(other.detach())
    close_if_forked(connection)
    return connection
