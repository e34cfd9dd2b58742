"""The processes that train one run together: what the loop asks of them, and what a backend gives.

Every member runs the same loop over the same batches with the same callbacks. A batch is cut into shards; each member learns from
some, and the gradients of all are summed in the order of the shards, so that it does not matter who has learnt from which. Every
member takes the same step then. The first member alone writes and tells.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from kernel import errors
from kernel.errors import KernelError, TrainingError
from kernel.training.messages import joined, read, split, written

Array = Any


class Lost(TrainingError):
    """A member of the team has ended, or does not answer any more. rank: its number. said: what it gave in another call than the one that
    misses it, where a backend can tell. restarts: how often the run may begin again, which the team knows."""

    def __init__(self, message: str, *, hint: str = "", rank: int = -1, said: bytes = b"") -> None:
        super().__init__(message, hint=hint)
        self.rank, self.said = rank, said
        self.restarts = 0


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
        same for every member. What is returned holds until the next call, and is not written to.
        """
        ...

    def close(self) -> None:
        """No more calls come: whoever waits for this member ends."""
        ...


Start = Callable[[bytes], Member]
"""Starts the other members, each of which calls `kernel.training.worker.work` with its own member and these bytes, and returns the
member of rank 0."""
Backend = Callable[[Any, int], Start]
"""A function of the registry `workers`: it gets the settings of `[training.workers]` and the number of the first member's GPU, -1 for
the CPU, and says what starts processes of that kind. It starts none: what is missing, and what the settings can't mean, is a
`UsageError` before any data are read."""

_GOOD, _FAILED, _END = b"+", b"-", b"\n"


class Team:
    """The members of a run, as the loop sees them. Without any, this process is the only one.

    restarts: how often a run may begin again after one was lost.
    """

    def __init__(self, member: Member | None = None, restarts: int = 0) -> None:
        self._member, self._restarts = member, restarts
        self._is_closed = False

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
        found = self._asked(self._member.gather, _GOOD + at.encode() + _END + data)
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
        """The values of all members, by rank, for all of them: plain data, equal in type too. at: see `gather`."""
        if self._member is None:
            return [value]
        return [read(each) for each in self.exchanged(written(value), at)]

    def agreed(self, value: Any) -> Any:
        """The first member's value, for all of them: plain data, equal in type too."""
        if self._member is None:
            return value
        return read(self.spread(written(value) if self.is_first else b""))

    def spread(self, data: bytes) -> bytes:
        """The first member's bytes, for all of them."""
        if self._member is None:
            return data
        found: bytes = self._asked(self._member.broadcast, data)
        return found

    def exchanged(self, data: bytes, at: str = "") -> list[bytes]:
        """The bytes of all members, by rank, for all of them. at: see `gather`."""
        return split(self.spread(joined(self.gather(data, at))))

    def total(self, parts: Mapping[int, Array], order: Sequence[int], size: int, dtype: str) -> Array:
        """The sum of the arrays of all members in this order; see `Member.total`. Comes after `told`, so that who failed has said so."""
        assert self._member is not None
        return self._asked(self._member.total, parts, order, size, dtype)

    def fail(self, error: KernelError) -> None:
        """Let the first member raise the error of this one, which then ends."""
        if self._member is not None:
            self._member.gather(_FAILED + _bytes_of(error))

    def close(self) -> None:
        """Let the other members end."""
        if self._member is not None and not self._is_closed:
            self._is_closed = True
            self._member.close()

    def _asked(self, call: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return call(*arguments)
        except Lost as error:
            if error.said[:1] == _FAILED:
                raise _error_of(error.said[1:], error.rank) from None
            error.restarts = self._restarts
            raise


def _bytes_of(error: KernelError) -> bytes:
    kind = next(cls.__name__ for cls in type(error).__mro__ if hasattr(errors, cls.__name__))
    notes = list(getattr(error, "__notes__", ()))
    return written({"kind": kind, "message": error.message, "hint": error.hint, "notes": notes})


def _error_of(data: bytes, rank: int) -> KernelError:
    told = read(data)
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
