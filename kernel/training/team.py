"""The processes that train one run together: what the loop asks of them, and what a backend gives.

Every member runs the same loop over the same batches with the same callbacks. A batch is cut into shards; each member learns from
some, and the gradients of all are summed in the order of the shards, so that it does not matter who has learnt from which. Every
member takes the same step then. The first member alone writes and tells.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import Any, Protocol

from kernel import errors
from kernel.errors import KernelError, TrainingError

Array = Any


class Lost(TrainingError):
    """A member of the team has ended, or does not answer any more. rank: its number."""

    def __init__(self, message: str, *, hint: str = "", rank: int = -1) -> None:
        super().__init__(message, hint=hint)
        self.rank = rank


class Member(Protocol):
    """One process of a team, as a backend gives it. All members make the same calls in the same order.

    rank: its number, from 0. count: of members. Every call raises `Lost` where a member that it needs has ended, or is silent for
    too long.
    """

    rank: int
    count: int

    def gather(self, data: bytes) -> Sequence[bytes]:
        """To the first member: what every member has given, by rank. The others get nothing, and don't wait."""
        ...

    def broadcast(self, data: bytes) -> bytes:
        """What the first member has given, for all."""
        ...

    def total(self, parts: Mapping[int, Array], order: Sequence[int], size: int, dtype: str) -> Array:
        """The sum of flat arrays of all members, added up one after the other in this order, for all.

        parts: number -> array of those that this member has. order: the numbers of all. size, dtype: of every array. These three are the
        same for every member.
        """
        ...

    def close(self) -> None:
        """No more calls come: whoever waits for this member ends."""
        ...


Backend = Callable[[bytes, Any], Member]
"""A function of the registry `workers`: starts the other members, each of which calls `kernel.training.worker.work` with its own
member and these bytes, and returns the member of rank 0. It gets the settings of `[training.workers]`."""

_GOOD, _FAILED, _END = b"+", b"-", b"\n"


class Team:
    """The members of a run, as the loop sees them. Without any, this process is the only one."""

    def __init__(self, member: Member | None = None) -> None:
        self._member = member

    @property
    def rank(self) -> int:
        """The number of this process, from 0."""
        return 0 if self._member is None else self._member.rank

    @property
    def count(self) -> int:
        """How many processes there are."""
        return 1 if self._member is None else self._member.count

    @property
    def is_first(self) -> bool:
        """Whether this process is the one that writes and tells."""
        return self.rank == 0

    def owns(self, number: int) -> bool:
        """Whether a part of the work, of a shard or a batch to predict, is this member's."""
        return number % self.count == self.rank

    def gather(self, data: bytes, at: str = "") -> Sequence[bytes]:
        """To the first member, what every member has given, by rank; nothing to the others. Raises the error of one that failed.

        at: where the run is, which has to be the same for all: `TrainingError` names a member that is somewhere else.
        """
        if self._member is None:
            return [data]
        found = self._member.gather(_GOOD + at.encode() + _END + data)
        for rank, each in enumerate(found):
            if each[:1] == _FAILED:
                raise _error_of(each[1:], rank)
        places, given = zip(*(each[1:].split(_END, 1) for each in found), strict=True) if found else ((), ())
        for rank, place in enumerate(places):
            if place != places[0]:
                raise TrainingError(
                    f"worker {rank} is at {place.decode()}, and worker 0 at {places[0].decode()}",
                    hint="Workers must read the same data, and their callbacks must do the same in all.",
                )
        return given

    def told(self, value: Any, at: str = "") -> list[Any]:
        """The values of all members, by rank, for all of them: plain data, as JSON has them. at: see `gather`."""
        if self._member is None:
            return [value]
        every = b",".join(self.gather(_plain(value), at))
        found: list[Any] = json.loads(self._member.broadcast(b"[" + every + b"]"))
        return found

    def agreed(self, value: Any) -> Any:
        """The first member's value, for all of them: plain data."""
        if self._member is None:
            return value
        return json.loads(self._member.broadcast(_plain(value) if self.is_first else b""))

    def spread(self, data: bytes) -> bytes:
        """The first member's bytes, for all of them."""
        return data if self._member is None else self._member.broadcast(data)

    def exchanged(self, data: bytes) -> list[bytes]:
        """The bytes of all members, by rank, for all of them."""
        every = self.gather(data)
        sizes = self.agreed([len(each) for each in every])
        whole = self.spread(b"".join(every))
        ends = list(accumulate(sizes))
        return [whole[end - size : end] for size, end in zip(sizes, ends, strict=True)]

    def total(self, parts: Mapping[int, Array], order: Sequence[int], size: int, dtype: str) -> Array:
        """The sum of the arrays of all members in this order; see `Member.total`. Comes after `told`, so that who failed has said so."""
        assert self._member is not None
        return self._member.total(parts, order, size, dtype)

    def fail(self, error: KernelError) -> None:
        """Let the first member raise the error of this one, which then ends."""
        if self._member is not None:
            self._member.gather(_FAILED + _bytes_of(error))

    def close(self) -> None:
        """Let the other members end."""
        if self._member is not None:
            self._member.close()


def _plain(value: Any) -> bytes:
    def convert(thing: Any) -> Any:
        if hasattr(thing, "item"):
            return thing.item()
        raise TypeError(f"a {type(thing).__name__} is no plain data, which alone goes from worker to worker")

    return json.dumps(value, default=convert).encode()


def _bytes_of(error: KernelError) -> bytes:
    kind = next(cls.__name__ for cls in type(error).__mro__ if hasattr(errors, cls.__name__))
    notes = list(getattr(error, "__notes__", ()))
    return _plain({"kind": kind, "message": error.message, "hint": error.hint, "notes": notes})


def _error_of(data: bytes, rank: int) -> KernelError:
    told = json.loads(data)
    kind = getattr(errors, told["kind"])
    text = f"worker {rank}: {told['message']}"
    try:
        error: KernelError = kind(text, hint=told["hint"])
    except TypeError:
        # One that is made of more than a message.
        error = TrainingError(text, hint=told["hint"])
    for note in told["notes"]:
        error.add_note(note)
    return error
