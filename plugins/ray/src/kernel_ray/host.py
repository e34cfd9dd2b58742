"""A process of Ray with a member of the team in it: the member runs in a thread, and the first member asks for what it gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Condition, Thread
from typing import Any

from kernel.training.worker import work
from kernel_ray.needed import ray
from kernel_ray.sums import total

Array = Any


class Post:
    """Things on their way, by number: whoever takes one waits until it is there. Ray's calls may overtake each other."""

    def __init__(self) -> None:
        self._things: dict[int, Any] = {}
        self._changed = Condition()
        self._put = self._taken = 0

    def put(self, thing: Any, number: int | None = None) -> None:
        """number: its place, by default the next."""
        with self._changed:
            self._things[self._put if number is None else number] = thing
            self._put += 1
            self._changed.notify_all()

    def take(self, number: int | None = None) -> Any:
        """number: the place, by default the next."""
        with self._changed:
            place = self._taken if number is None else number
            self._changed.wait_for(lambda: place in self._things)
            self._taken += 1
            return self._things.pop(place)


class Other:
    """A member in a process of Ray."""

    def __init__(self, rank: int, count: int) -> None:
        self.rank, self.count = rank, count
        self.given, self.got = Post(), Post()

    def gather(self, data: bytes) -> list[bytes]:
        """See `kernel.training.team.Member`."""
        self.given.put(data)
        return []

    def broadcast(self, data: bytes) -> bytes:
        """See `kernel.training.team.Member`."""
        found: bytes = self.got.take()
        return found

    def total(self, parts: Mapping[int, Array], order: Sequence[int], size: int, dtype: str) -> Array:
        """See `kernel.training.team.Member`."""
        return total(ray(), parts, order, size, dtype, self.rank, self.count, self._exchange)

    def _exchange(self, references: list[Any]) -> list[Any]:
        self.given.put(references)
        found: list[Any] = self.got.take()
        return found

    def close(self) -> None:
        """Nothing is waited for any more."""


class Host:
    """The actor."""

    def __init__(self, rank: int, count: int) -> None:
        self._member = Other(rank, count)

    def begin(self, task: bytes, local_rank: int) -> None:
        """Start the member. local_rank: its number among those of its machine."""
        Thread(target=work, args=(self._member, task, local_rank), daemon=True).start()

    def take(self, number: int) -> Any:
        """What the member gives; waits for it."""
        return self._member.given.take(number)

    def give(self, number: int, thing: Any) -> None:
        """What the member gets."""
        self._member.got.put(thing, number)
