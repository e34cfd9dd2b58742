"""Actors that connect, or do not, with a Ray that only says which have ended."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from kernel_ray import actors
from kernel_ray.actors import connected

from kernel.processes.links import Listener, as_connection, connect, new_key
from kernel.training.team import Lost


class Error(Exception):
    pass


def fake_ray(ended: set[str]) -> Any:
    def get(running: str, timeout: float) -> None:
        raise Error("The actor died.\nMore.")

    def wait(running: list[str], timeout: float) -> tuple[list[str], list[str]]:
        return [each for each in running if each in ended], [each for each in running if each not in ended]

    return SimpleNamespace(wait=wait, get=get, exceptions=SimpleNamespace(RayError=Error))


def test_connections_are_in_the_order_of_ranks() -> None:
    key = new_key()
    listener = Listener("127.0.0.1", key)
    try:
        ends = {rank: as_connection(connect(listener.address, key)) for rank in (2, 1)}
        for rank, end in ends.items():
            end.send_bytes(str(rank).encode())
        found = connected(fake_ray(set()), listener, ["one", "two"])
        for rank, connection in enumerate(found, 1):
            connection.send_bytes(b"%d" % rank)
            assert ends[rank].recv_bytes() == b"%d" % rank
    finally:
        listener.close()


@pytest.mark.parametrize("ends", [True, False])
def test_one_that_ends_or_stops_while_it_connects_is_lost(
    ends: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actors, "PATIENCE", 0.05)
    key = new_key()
    listener = Listener("127.0.0.1", key)
    try:
        one, other = (as_connection(connect(listener.address, key)) for _ in range(2))
        one.send_bytes(b"1")
        if ends:
            other.close()
        with pytest.raises(Lost, match="worker 2 did not start: The actor died."):
            connected(fake_ray({"two"}), listener, ["one", "two"])
    finally:
        listener.close()
