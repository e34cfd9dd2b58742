"""Random streams that are keyed instead of shared.

A stream depends on the run's seed and on what it is for (a parameter path, a component, a step, a shard), never on
what was drawn before it. Adding a component, running shards in another order or resuming a run therefore leaves
every other stream as it was.

The bits come from SFC64 (Chris Doty-Humphrey, PractRand), which numpy documents as its fastest generator.
"""

import hashlib
import random as _python_random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

import numpy as np
from numpy.random import SFC64, Generator


def _digest(seed: int, key: tuple[str | int, ...]) -> int:
    # Type and length go in front of every part: ("ab", "c"), ("a", "bc") and (1, "1") must not meet.
    parts = [f"i{int(seed)};".encode()]
    for part in key:
        if isinstance(part, str):
            text = part.encode("utf8")
            parts.append(b"s%d:%s" % (len(text), text))
        else:
            parts.append(f"i{int(part)};".encode())
    return int.from_bytes(hashlib.blake2b(b"".join(parts), digest_size=16).digest(), "little")


def stream(seed: int, *key: str | int) -> Generator:
    """Return a fresh generator for `(seed, *key)`: equal keys give equal numbers, in any process and any order."""
    return Generator(SFC64(_digest(seed, key)))


def seed_all(seed: int, *key: str | int) -> None:
    """Seed the global generators from `(seed, *key)`, so that code which knows nothing of keys repeats too.

    Python's `random` and numpy are always seeded, torch and cupy only if something has already imported them.
    """
    digest = _digest(seed, key)
    _python_random.seed(digest)
    np.random.seed(digest & 0xFFFFFFFF)
    torch = sys.modules.get("torch")
    if torch is not None and hasattr(torch, "manual_seed"):
        torch.manual_seed(digest & 0x7FFFFFFFFFFFFFFF)
    cupy = sys.modules.get("cupy")
    if cupy is not None and hasattr(cupy, "random"):
        cupy.random.seed(digest & 0xFFFFFFFF)


def fingerprint() -> int:
    """A number for what Python's and numpy's global generators stand at, which draws nothing from them."""
    numbers = np.random.get_state(legacy=False)
    words: bytes = numbers["state"]["key"].tobytes()
    place = int(numbers["state"]["pos"])
    return _digest(place, (words.hex(), repr(_python_random.getstate()[1]))) >> 65


_SPARE = np.random.MT19937()


@contextmanager
def apart(seed: int, *key: str | int) -> Iterator[None]:
    """Let the global generators draw from `(seed, *key)` for a while, and then go on from where they stood."""
    # numpy's are exchanged: copying their state takes ten times as long.
    python, numbers = _python_random.getstate(), np.random.get_bit_generator()  # type: ignore[attr-defined]
    torch = sys.modules.get("torch")
    torches = torch.get_rng_state() if torch is not None and hasattr(torch, "get_rng_state") else None
    # Within another block they are exchanged already, and what that block draws goes on afterwards.
    outer = numbers.state if numbers is _SPARE else None
    np.random.set_bit_generator(_SPARE)  # type: ignore[attr-defined]
    seed_all(seed, *key)
    try:
        yield
    finally:
        _python_random.setstate(python)
        np.random.set_bit_generator(numbers)  # type: ignore[attr-defined]
        if outer is not None:
            numbers.state = outer
        if torch is not None and torches is not None:
            torch.set_rng_state(torches)


@dataclass
class _Scope:
    seed: int
    step: int
    shard: int
    purpose: str = ""
    streams: dict[str, Generator] = field(default_factory=dict)


_SCOPE: ContextVar[_Scope | None] = ContextVar("kernel_random_scope", default=None)


@contextmanager
def scope(*, seed: int, step: int = 0, shard: int = 0) -> Iterator[None]:
    """Open the streams of one shard of one training step. Scopes belong to their thread; an inner one hides the outer."""
    token = _SCOPE.set(_Scope(seed, step, shard))
    try:
        yield
    finally:
        _SCOPE.reset(token)


@contextmanager
def enter(purpose: str) -> Iterator[None]:
    """Draw from the stream of `purpose` (a component's name) within the current scope.

    Entering a purpose again continues its stream. Outside a scope this changes nothing.
    """
    current_scope = _SCOPE.get()
    if current_scope is None:
        yield
        return
    outer, current_scope.purpose = current_scope.purpose, purpose
    try:
        yield
    finally:
        current_scope.purpose = outer


def current() -> Generator:
    """Return the generator that dropout draws from at this moment.

    Inside a scope it is keyed by (seed, purpose, step, shard). Outside one it is numpy's global generator, so that
    `numpy.random.seed` and thinc's `fix_random_seed` govern hand-written loops.
    """
    active = _SCOPE.get()
    if active is None:
        return Generator(np.random.get_bit_generator())  # type: ignore[attr-defined]
    found = active.streams.get(active.purpose)
    if found is None:
        found = stream(active.seed, "dropout", active.purpose, active.step, active.shard)
        active.streams[active.purpose] = found
    return found


def current_step() -> int | None:
    """Return the training step of the current scope, None outside one."""
    active = _SCOPE.get()
    return None if active is None else active.step
