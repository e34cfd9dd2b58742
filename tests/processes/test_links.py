"""Processes that know a key are let in, nobody else is, and a stranger keeps nobody waiting."""

import os
import socket
import time
from collections.abc import Iterator
from threading import Thread

import pytest

from kernel.processes.links import Listener, as_connection, connect, new_key

LOCAL = "127.0.0.1"


@pytest.fixture
def listener() -> Iterator[Listener]:
    found = Listener(LOCAL, b"key")
    try:
        yield found
    finally:
        found.close()


def test_who_knows_the_key_is_let_in(listener: Listener) -> None:
    one = connect(listener.address, b"key")
    other = listener.accept(10)
    assert other is not None
    one.sendall(b"hello")
    assert other.recv(5) == b"hello"
    first, second = as_connection(one), as_connection(other)
    large = bytes(range(256)) * 20_000
    sender = Thread(target=second.send_bytes, args=(large,))
    sender.start()
    assert first.recv_bytes() == large
    sender.join()
    second.close()
    with pytest.raises(EOFError):
        first.recv_bytes()
    first.close()


def test_keys_are_long_and_differ() -> None:
    assert len(new_key()) == 32 and new_key() != new_key()


def test_nobody_comes(listener: Listener) -> None:
    assert listener.accept(0.01) is None


def test_another_key_is_refused_by_both_sides(listener: Listener) -> None:
    with pytest.raises(ConnectionRefusedError, match="does not know the key"):
        connect(listener.address, b"another")
    with socket.create_server((LOCAL, 0)) as impostor:
        found: list[OSError] = []

        def enter() -> None:
            try:
                connect(impostor.getsockname()[:2], b"key")
            except OSError as error:
                found.append(error)

        entering = Thread(target=enter)
        entering.start()
        other, _ = impostor.accept()
        with other:
            other.sendall(b"0" * 64)
            entering.join()
    assert isinstance(found[0], ConnectionRefusedError)
    assert listener.accept(0.01) is None


def strangers(address: tuple[str, int]) -> Iterator[socket.socket]:
    """Connections of those who say nothing, something else, or what they are told."""
    silent = socket.create_connection(address)
    yield silent
    loud = socket.create_connection(address)
    loud.sendall(b"GET / HTTP/1.1\r\n\r\n" * 10)
    yield loud
    echo = socket.create_connection(address)
    # The number that it is asked for comes back as its own, and so does the answer to that.
    echo.sendall(echo.recv(32))
    echo.sendall(echo.recv(32))
    yield echo
    gone = socket.create_connection(address)
    gone.close()


def test_strangers_are_not_let_in_and_keep_nobody_waiting(listener: Listener) -> None:
    there = list(strangers(listener.address))
    start = time.monotonic()
    known = connect(listener.address, b"key")
    other = listener.accept(10)
    assert other is not None and time.monotonic() - start < 10
    assert other.getpeername() == known.getsockname()
    assert listener.accept(0.05) is None
    for each in (*there, known, other):
        each.close()


def test_one_that_says_nothing_is_sent_off(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kernel.processes.links.PATIENCE", 0.05)
    with socket.create_connection(listener.address) as stranger:
        stranger.settimeout(10)
        assert len(stranger.recv(32)) == 32
        assert stranger.recv(1) == b""


def test_one_that_says_little_at_a_time_is_sent_off(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kernel.processes.links.PATIENCE", 0.2)
    with socket.create_connection(listener.address) as stranger:
        end = time.monotonic() + 10
        with pytest.raises(OSError):
            while time.monotonic() < end:
                stranger.sendall(b".")
                time.sleep(0.05)


def test_nobody_enters_after_the_end() -> None:
    listener = Listener(LOCAL, b"key")
    listener.close()
    with pytest.raises(OSError):
        connect(listener.address, b"key")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_does_not_hold_a_connection_open(listener: Listener) -> None:
    one = connect(listener.address, b"key")
    other = listener.accept(10)
    assert other is not None
    connection = as_connection(one)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(write)
        os.read(read, 1)
        os._exit(0)
    try:
        connection.close()
        other.settimeout(10)
        assert other.recv(1) == b""
    finally:
        os.close(write)
        os.close(read)
        os.waitpid(child, 0)
        other.close()


def test_one_that_has_gone_before_it_is_let_in_ends_nothing() -> None:
    class Failing:
        """The system says so on some platforms."""

        def __init__(self, inner: socket.socket) -> None:
            self.inner, self.failures = inner, 2

        def accept(self) -> object:
            if self.failures:
                self.failures -= 1
                raise ConnectionAbortedError
            return self.inner.accept()

        def __getattr__(self, name: str) -> object:
            return getattr(self.inner, name)

    key = new_key()
    listener = Listener("127.0.0.1", key)
    try:
        failing = Failing(listener._socket)
        listener._socket = failing  # type: ignore[assignment]
        # The first comes by the call that has begun, the second after the failures.
        for _ in range(2):
            with connect(listener.address, key):
                found = listener.accept(10)
                assert found is not None
                found.close()
        assert not failing.failures
    finally:
        listener.close()
