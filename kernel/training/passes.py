"""The examples of the training corpus, pass by pass, each with its address: (epoch, place in its pass).

A batcher may hold examples that it has not given out yet. A checkpoint keeps their addresses, not the examples, and a
*mark*: the state of the corpus at or before the oldest of them. A resumed run reads on from the mark.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import ref

from kernel.errors import DataError, TrainingError, note
from kernel.numeric.random import seed_all, stream
from kernel.registries.blame import naming
from kernel.state import copied, is_stateful
from kernel.training.protocols import Corpus
from kernel.training.run import Run

Address = tuple[int, int]

_MARK_EVERY = 64
_ROOM = 1024
_MOST_MARKS = 256


def shuffled(examples: Sequence[Any], seed: int, epoch: int) -> list[Any]:
    """The examples in the order of an epoch."""
    order = stream(seed, "shuffle", epoch).permutation(len(examples))
    return [examples[index] for index in order.tolist()]


class Shuffled:
    """A corpus in memory: each pass has the order of its epoch."""

    def __init__(self, examples: Sequence[Any], seed: int) -> None:
        self._examples, self._seed = examples, seed
        self._next = self._stands = [0, 0]

    def __call__(self, pipeline: Any) -> Iterator[Any]:
        """The examples of the next epoch; after `restore`, the rest of one."""
        epoch, first = self._next
        self._next = [epoch + 1, 0]
        order = shuffled(self._examples, self._seed, epoch)
        for place, example in enumerate(order[first:], start=first + 1):
            self._stands = [epoch, place]
            yield example
        self._stands = self._next

    def state(self) -> list[int]:
        """Epoch and place."""
        return self._stands

    def restore(self, state: list[int]) -> None:
        """Let the next pass go on there."""
        self._next = self._stands = state


@dataclass(frozen=True)
class _Mark:
    """Where the corpus can be put back to. is_taken: False for a corpus as it was before its first pass."""

    address: Address
    is_taken: bool = False
    corpus: Any = None


class Passes:
    """The passes of a run over its training corpus.

    is_tracked: whether addresses are asked for. Examples of a streamed corpus are read under a seed of their own each, so
    that reading them again gives the same, whatever else was drawn meanwhile.
    """

    def __init__(self, run: Run, *, is_tracked: bool) -> None:
        self._run = run
        self._is_streamed = run.examples is None
        self._corpus: Corpus = run.train_corpus
        if run.examples is not None:
            self._corpus = Shuffled(run.examples, run.seed)
        self._is_tracked = is_tracked
        self._can_mark = is_tracked and is_stateful(self._corpus)
        self._epoch = self._place = 0
        self._begun = self._ended = False
        self._marks = [_Mark((0, 0))]
        self._earlier: list[tuple[int, bool]] = []
        self._known: dict[int, tuple[Callable[[], Any], Address]] = {}
        self._room, self._many = _ROOM, _MOST_MARKS // 16

    def begin(self, epoch: int, place: int = 0) -> Iterator[Any]:
        """The examples of a pass, to be pulled one by one. place: of its first example, after a restore."""
        if self._begun:
            self._earlier.append((self._place, self._ended))
            if self._ended and self._can_mark:
                self._mark((epoch, 0))
        self._begun, self._ended = True, False
        self._epoch, self._place = epoch, place
        return self._pull(iter(self._corpus(self._run.pipeline)), place)

    def _pull(self, source: Iterator[Any], first: int) -> Iterator[Any]:
        while True:
            if self._can_mark and self._place % _MARK_EVERY == 0 and self._place > first:
                self._mark((self._epoch, self._place))
            if self._is_streamed:
                seed_all(self._run.seed, "example", self._epoch, self._place)
            try:
                example = next(source)
            except StopIteration:
                self._ended = True
                return
            if self._is_tracked:
                self._known[id(example)] = (_holder(example), (self._epoch, self._place))
                if len(self._known) > self._room:
                    self._forget(lambda held, address: held() is not None)
            self._place += 1
            yield example

    def _mark(self, address: Address) -> None:
        with naming(f"state() of {self._name}"):
            state = self._corpus.state()  # type: ignore[attr-defined]
        self._marks.append(_Mark(address, True, copied(state, self._name)))
        if len(self._marks) > _MOST_MARKS:
            # The first and the latest are kept. From an earlier mark, more is read again.
            self._marks = [*self._marks[:-1:2], self._marks[-1]]

    @property
    def _name(self) -> str:
        return str(self._run.settings.train_corpus)

    def address(self, thing: Any) -> Address | None:
        """Where an example was read; None for any other object."""
        held, address = self._known.get(id(thing), (None, None))
        return address if held is not None and held() is thing else None

    @property
    def is_crowded(self) -> bool:
        """Whether much is kept that may not be needed any more: see `keep`."""
        return len(self._known) > self._room // 2 or len(self._marks) > self._many

    def keep(self, addresses: Collection[Address]) -> None:
        """Forget what only served to find other examples again than these."""
        wanted = set(addresses)
        self._forget(lambda held, address: address in wanted)
        kept = self._mark_before(addresses)
        dropped = self._marks[kept].address[0] - self._marks[0].address[0]
        self._marks, self._earlier = self._marks[kept:], self._earlier[dropped:]
        self._many = max(_MOST_MARKS // 16, 2 * len(self._marks))

    def _forget(self, is_kept: Callable[[Callable[[], Any], Address], bool]) -> None:
        self._known = {key: each for key, each in self._known.items() if is_kept(*each)}
        self._room = max(_ROOM, 4 * len(self._known))

    def _mark_before(self, addresses: Iterable[Address]) -> int:
        oldest = min([*addresses, (self._epoch, self._place)])
        return max(number for number, mark in enumerate(self._marks) if mark.address <= oldest)

    def state(self, addresses: Collection[Address]) -> dict[str, Any]:
        """What it takes to read on, and to read the examples of these addresses again."""
        kept = self._mark_before(addresses)
        mark = self._marks[kept]
        dropped = mark.address[0] - self._marks[0].address[0]
        return {
            "mark": {"address": list(mark.address), "is_taken": mark.is_taken, "corpus": mark.corpus},
            "earlier": [list(each) for each in self._earlier[dropped:]],
            "epoch": self._epoch,
            "place": self._place,
            "ended": self._ended,
        }

    def restore(
        self, state: dict[str, Any], addresses: Collection[Address]
    ) -> tuple[dict[Address, Any], Iterator[Any]]:
        """The examples of the addresses, and the rest of the pass. Those in between are read again.

        DataError if the corpus does not give as many examples as before.
        """
        first, mark = self._put_back(state)
        wanted, found = set(addresses), {}
        passes = [*map(tuple, state["earlier"]), (state["place"], state["ended"])]
        self._say_cost(first, passes, mark)
        for epoch, (length, ended) in enumerate(passes, start=first):
            seed_all(self._run.seed, "epoch", epoch)
            source = self.begin(epoch, mark if epoch == first else 0)
            while self._place < length:
                address = (epoch, self._place)
                for example in source:
                    if address in wanted:
                        found[address] = example
                    break
                else:
                    raise self._changed(epoch, f"{self._place} examples, not {length} or more")
            if ended and next(source, None) is not None:
                raise self._changed(epoch, f"more than {length} examples")
        return found, source

    def _put_back(self, state: dict[str, Any]) -> Address:
        mark = state["mark"]
        epoch, place = mark["address"]
        if mark["is_taken"]:
            if not is_stateful(self._corpus):
                raise TrainingError(
                    f"the checkpoint holds a state of {self._name}, which has no restore() any more",
                    hint="Resume with the version of its package that the run was begun with, or begin anew.",
                )
            with naming(f"restore() of {self._name}"):
                self._corpus.restore(copied(mark["corpus"], self._name))
        self._marks = [_Mark((epoch, place), mark["is_taken"], mark["corpus"])]
        self._earlier, self._begun, self._known = [], False, {}
        return epoch, place

    @property
    def cost(self) -> str:
        """What making the batches of a run again takes besides, for a message."""
        return f" from {self._name}, which is read from its beginning" if self._is_streamed else ""

    def _say_cost(self, first: int, passes: Sequence[tuple[int, bool]], mark: int) -> None:
        number = sum(length for length, _ in passes) - mark
        if self._is_streamed and not is_stateful(self._corpus) and number:
            note(
                f"{self._name} is read again from the beginning of the run, {number} examples, because it has no state() "
                "and restore()"
            )

    def _changed(self, epoch: int, gave: str) -> DataError:
        return DataError(
            f"{self._name} gave {gave}, when epoch {epoch} was read again to resume the run",
            hint="Its data have changed, or it does not give the same at each reading.",
        )


def _holder(example: Any) -> Callable[[], Any]:
    try:
        return ref(example)
    except TypeError:
        return lambda: example
