"""A corpus that is made of others, its parts: each is read where it lies, and every process of a team gets all examples."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

import numpy as np

from kernel.component import Finding
from kernel.errors import DataError
from kernel.language import parcels
from kernel.state import copied, is_stateful
from kernel.training.team import Team
from kernel_readers.parts.owners import digest_of, is_here, owners
from kernel_readers.parts.source import Block, Source

# Examples of each part that are read together, and sent together to the other processes.
AT_ONCE = 32


@dataclass
class _Place:
    """Where a pass stands. key: of what its parts draw. given: examples of the present block that were given.

    parts: of each part, as it was before that block: how many of its examples were read before, whether it has ended, and its state.
    """

    key: int
    given: int = 0
    has_ended: bool = False
    parts: list[dict[str, Any]] = field(default_factory=list)


class PartedCorpus:
    """Examples of several corpora in turn, one of each, until all have ended.

    parts: name -> corpus. In a team of processes, a part is read by one of those on whose machine it is, and the others get its examples
    from there; the order is the same for any number of processes. `state` is the place of the latest pass that was begun.
    """

    def __init__(self, parts: Mapping[str, Any]) -> None:
        self._parts = dict(parts)
        self._team, self._owners = Team(), [0] * len(parts)
        self._digest: str | None = None
        self._place: _Place | None = None
        self._restored: dict[str, Any] = {}
        self._findings: dict[int, Sequence[Finding]] = {}
        self.is_streamed = any(getattr(part, "is_streamed", False) for part in parts.values())

    @property
    def findings(self) -> Sequence[Finding]:
        """What the latest passes that came to their end took, and what they left."""
        return [finding for number in sorted(self._findings) for finding in self._findings[number]]

    def share(self, team: Team) -> None:
        """Let each member read what is on its machine. Every member calls this, and makes the same passes then."""
        every = team.told([is_here(part) for part in self._parts.values()])
        self._team, self._owners = team, owners(every)
        own = {number: digest_of(part) for number, part in self._own()}
        found = {int(number): each for told in team.told(own) for number, each in told.items()}
        self._digest = _sum(found)

    def digest(self) -> str:
        """Of the data of all parts."""
        if self._digest is None:
            self._digest = _sum({number: digest_of(part) for number, part in self._own()})
        return self._digest

    def state(self) -> dict[str, Any]:
        """Where the latest pass stands, as plain data; empty before the first."""
        place = self._place
        if place is None:
            return dict(self._restored)
        return {"key": place.key, "given": place.given, "ended": place.has_ended, "parts": place.parts}

    def restore(self, state: dict[str, Any]) -> None:
        """Let the next pass go on from a state. `DataError` if it is one of other parts."""
        if state and len(state["parts"]) not in (0, len(self._parts)):
            raise DataError(
                f"there are {len(self._parts)} parts, and there were {len(state['parts'])} when the pass began",
                hint="A pass goes on with the same parts only.",
            )
        self._restored, self._place = dict(state), None

    def __call__(self, nlp: Any) -> Iterator[Any]:
        """The examples for a pipeline."""
        state, self._restored = self._restored, {}
        parts = state.get("parts") or [None] * len(self._parts)
        for part, each in zip(self._parts.values(), parts, strict=True):
            if each is not None and is_stateful(part):
                part.restore(copied(each["state"], "a part"))
        if not state or state["ended"]:
            parts, first, key = [None] * len(parts), 0, int(np.random.randint(1 << 31))
        else:
            first, key = state["given"], state["key"]
            self._place = _Place(key, first, parts=parts)
        sources = {number: Source(part, nlp, key, number, parts[number]) for number, part in self._own()}
        return self._pass(nlp, sources, _Place(key), first)

    def _own(self) -> list[tuple[int, Any]]:
        """(number, part) of those that this process reads."""
        return [
            (number, part)
            for number, part in enumerate(self._parts.values())
            if self._owners[number] == self._team.rank
        ]

    def _pass(self, nlp: Any, sources: Mapping[int, Source], place: _Place, first: int) -> Iterator[Any]:
        """first: examples of the first block that were given already."""
        while True:
            blocks = self._exchanged(nlp, sources)
            self._place, place.given = place, first
            place.parts = [block.before for block in blocks]
            for example in _in_turn(blocks)[first:]:
                place.given += 1
                yield example
            first = 0
            self._findings |= {
                number: block.findings for number, block in enumerate(blocks) if block.findings is not None
            }
            if all(block.has_ended for block in blocks):
                break
        place.parts, place.given, place.has_ended = [block.after for block in blocks], 0, True

    def _exchanged(self, nlp: Any, sources: Mapping[int, Source]) -> list[Block]:
        """The next block of every part, by their numbers."""
        is_quiet = not self._team.is_first
        own = {number: each.block(AT_ONCE, is_quiet=is_quiet) for number, each in sources.items()}
        if self._team.count > 1:
            every = self._team.exchanged(parcels.pack(nlp, own))
            for rank, data in enumerate(every):
                if rank != self._team.rank:
                    own |= parcels.unpack(nlp, data)
            if self._team.is_first:
                for number in sorted(own):
                    own[number].say()
        return [own[number] for number in range(len(self._parts))]


def _in_turn(blocks: Iterable[Block]) -> list[Any]:
    nothing = object()
    rounds = zip_longest(*(block.examples for block in blocks), fillvalue=nothing)
    return [example for each in rounds for example in each if example is not nothing]


def _sum(digests: Mapping[int, str]) -> str:
    lines = "".join(f"{digests[number]}\n" for number in sorted(digests))
    return hashlib.sha256(lines.encode()).hexdigest()


def make_parts(parts: dict[str, Callable[[Any], Iterable[Any]]]) -> PartedCorpus:
    """Read several corpora as one, an example of each in turn, until all have ended. When several processes train together, each part is
    read on a machine that has it, and need not be on the others.

    parts: corpora, a block with @readers each.
    """
    if not parts:
        raise DataError(
            "the corpus has no parts", hint="Give it a block with @readers below .parts for each."
        )
    return PartedCorpus(parts)
