"""The first member of a team whose others are processes of Ray."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any

from kernel.training.team import Lost
from kernel_ray.sums import total

Array = Any
# Seconds for which a process may be silent before its first message.
START = 600.0
# Seconds between looks at whether a process is silent for too long.
_LOOK = 1.0


class First:
    """Asks the other members, each an actor. leave: what is done at the end besides."""

    rank = 0

    def __init__(self, ray: Any, actors: Sequence[Any], timeout: float, leave: Callable[[], None]) -> None:
        self._ray, self._actors, self._timeout, self._leave = ray, list(actors), timeout, leave
        # While they start, they read all of the data.
        self._patience = max(timeout, START)
        self.count = len(actors) + 1
        self._asked = self._given = 0

    def gather(self, data: bytes) -> list[bytes]:
        """See `kernel.training.team.Member`."""
        found: list[bytes] = self._gather(data)
        return found

    def broadcast(self, data: bytes) -> bytes:
        """See `kernel.training.team.Member`."""
        self._give(data)
        return data

    def total(self, parts: Mapping[int, Array], order: Sequence[int], size: int, dtype: str) -> Array:
        """See `kernel.training.team.Member`."""
        return total(self._ray, parts, order, size, dtype, 0, self.count, self._exchange)

    def close(self) -> None:
        """End the others, whatever they are at."""
        for actor in self._actors:
            with suppress(Exception):
                self._ray.kill(actor)
        if self._actors:
            self._actors = []
            self._leave()

    def _exchange(self, references: list[Any]) -> list[Any]:
        every: list[list[Any]] = self._gather(references)
        # To each what is for it: all of it would be far more than they need.
        mine, *others = zip(*every, strict=True)
        self._deal([list(each) for each in others])
        return list(mine)

    def _gather(self, own: Any) -> list[Any]:
        number, self._asked = self._asked, self._asked + 1
        calls = {actor.take.remote(number): rank for rank, actor in enumerate(self._actors, 1)}
        found: dict[int, Any] = {0: own}
        last = monotonic()
        while len(found) < self.count:
            waiting = [call for call, rank in calls.items() if rank not in found]
            ready, _ = self._ray.wait(waiting, num_returns=1, timeout=_LOOK)
            for call in ready:
                found[calls[call]] = self._answer(call, calls[call])
                last = monotonic()
            if not ready and monotonic() - last > self._patience:
                rank = min(calls[call] for call in waiting)
                raise Lost(
                    f"worker {rank} has not answered for {self._patience:g} seconds, and is taken for lost",
                    hint="A step, or an evaluation, that takes longer needs a higher training.workers.timeout.",
                    rank=rank,
                )
        self._patience = self._timeout
        return [found[rank] for rank in range(self.count)]

    def _answer(self, call: Any, rank: int) -> Any:
        try:
            return self._ray.get(call)
        except self._ray.exceptions.RayError as error:
            raise Lost(f"worker {rank} ended: {reason(error)}", rank=rank) from error

    def _give(self, thing: Any) -> None:
        self._deal([thing] * len(self._actors))

    def _deal(self, things: Sequence[Any]) -> None:
        number, self._given = self._given, self._given + 1
        for actor, thing in zip(self._actors, things, strict=True):
            actor.give.remote(number, thing)


def reason(error: Exception) -> str:
    """What an error of Ray says first; the rest of it is long."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
