"""The order of the data: epochs, shuffling, batches and the parts of a batch; and where a run stands in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from heapq import heapreplace
from typing import Any

from kernel.errors import DataError, TrainingError, note
from kernel.numeric.random import seed_all
from kernel.registries.blame import naming
from kernel.state import copied, is_stateful
from kernel.training.passes import Address, Passes, shuffled
from kernel.training.run import Run

_EXAMPLE = "kernel.example"
_END = object()


class Batches:
    """The batches of all epochs; announces each epoch and counts it when it is over.

    `max_epochs`: N > 0 ends after N epochs, 0 never; -1 streams. A streamed corpus is asked anew for each epoch,
    and nothing is shuffled here. An epoch without a single batch is a `DataError`.

    The global random generators are seeded before each batch, and before each example of a streamed corpus, so that a
    resumed run draws what the run would have drawn.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._batcher = run.settings.batcher
        self._has_state = is_stateful(self._batcher)
        self._passes = Passes(run, is_tracked=self._has_state)
        self._running: Iterator[Any] | None = None
        self._requests = self._restored = 0
        self._is_empty = self._is_between = True
        self._position: dict[str, Any] = self.state()
        self._since = 0

    def __iter__(self) -> Iterator[Sequence[Any]]:
        """The batches from where it stands."""
        run = self._run
        limit = run.settings.max_epochs
        while limit < 1 or run.epoch < limit:
            if self._running is None:
                seed_all(run.seed, "epoch", run.epoch)
                run.hook.epoch_start(run=run, epoch=run.epoch)
                self._begin(run.epoch)
            while (batch := self._request()) is not _END:
                if batch:
                    self._since += 1
                    yield batch
            if self._is_empty:
                raise DataError(
                    f"epoch {run.epoch} of {run.settings.train_corpus} gave no batch",
                    hint="Its examples may all be longer than the batcher accepts (discard_oversize).",
                )
            run.epoch += 1

    def _begin(self, epoch: int) -> None:
        run = self._run
        # A callback may have drawn numbers at the start of the epoch; a resumed run doesn't call it again.
        seed_all(run.seed, "epoch", epoch)
        # Who keeps no state may want to know how many examples there are.
        in_memory = None if self._has_state else run.examples
        source = self._passes.begin(epoch) if in_memory is None else shuffled(in_memory, run.seed, epoch)
        self._running = iter(self._batcher(source))
        self._is_empty = True

    def _request(self) -> Any:
        seed_all(self._run.seed, "batch", self._requests)
        self._requests += 1
        self._is_between = False
        assert self._running is not None
        batch = next(self._running, _END)
        self._is_between = True
        if batch is _END:
            self._running = None
            return batch
        if not isinstance(batch, Sequence):
            raise TrainingError(
                f"{self._run.section}.batcher must give lists of examples, not {type(batch).__name__}"
            )
        if batch:
            self._is_empty = False
        if self._has_state and self._passes.is_crowded:
            self._passes.keep(self._pending()[1])
        return batch

    def state(self) -> dict[str, Any]:
        """Where it stands, as plain data: ask between two batches.

        A batcher that has a state is kept with the addresses of the examples that it holds; for one that has none, the
        number of batches is kept.
        """
        if not self._is_between:
            raise TrainingError(
                "the making of a batch was broken off, so that there is no place to go on from"
            )
        if self._requests and self._requests == self._restored:
            # Nobody has asked since, so that the batcher has not begun to go on.
            return self._position
        state: dict[str, Any] = {"epoch": self._run.epoch, "requests": self._requests}
        if self._requests and self._has_state:
            batcher, addresses = self._pending()
            state["is_running"] = self._running is not None
            state["batcher"] = batcher
            state["pending"] = [list(each) for each in addresses]
            state["data"] = self._passes.state(addresses)
            state["is_empty"] = self._is_empty
        self._position, self._since = state, 0
        return state

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on where a run stood that was prepared from the same config. Once, before the first batch is asked for.

        What has no state is replayed from the beginning of the run, and a note says what that costs.
        """
        if "batcher" in state:
            self._put_back(state)
        else:
            self._replay(state)
        self._requests = self._restored = state["requests"]
        self._run.epoch = state["epoch"]
        self._position, self._since = dict(state), 0

    def latest(self) -> dict[str, Any]:
        """How to come to the latest batch again: `restore(position)`, then ask for so many `batches`."""
        return {"position": self._position, "batches": self._since}

    def _pending(self) -> tuple[Any, list[Address]]:
        """The state of the batcher with numbers in the place of examples, and the addresses of those."""
        addresses: dict[Address, int] = {}

        def known(thing: Any) -> Any:
            if type(thing) is dict and _EXAMPLE in thing:
                raise TrainingError(
                    f"the state of {self._run.section}.batcher may not have the key {_EXAMPLE!r}"
                )
            address = self._passes.address(thing)
            return None if address is None else {_EXAMPLE: addresses.setdefault(address, len(addresses))}

        with naming(f"state() of {self._run.section}.batcher"):
            own = self._batcher.state()
        state = copied(own, f"{self._run.section}.batcher", known)
        return state, list(addresses)

    def _put_back(self, state: Mapping[str, Any]) -> None:
        if not self._has_state:
            raise TrainingError(
                f"the checkpoint holds a state of {self._run.section}.batcher, which has no restore() any more",
                hint="Resume with the version of its package that the run was begun with, or begin anew.",
            )
        addresses = [(epoch, place) for epoch, place in state["pending"]]
        examples, rest = self._passes.restore(state["data"], addresses)
        own = _with_examples(state["batcher"], [examples[each] for each in addresses])
        with naming(f"restore() of {self._run.section}.batcher"):
            self._batcher.restore(own)
        self._running = iter(self._batcher(rest)) if state["is_running"] else None
        self._is_empty = state["is_empty"]

    def _replay(self, state: Mapping[str, Any]) -> None:
        number = state["requests"]
        if number:
            note(
                f"{number} batches are made again{self._passes.cost}, because {self._run.section}.batcher has no state() and restore()"
            )
        epoch = 0
        while self._requests < number:
            if self._running is None:
                seed_all(self._run.seed, "epoch", epoch)
                self._begin(epoch)
            if self._request() is _END:
                epoch += 1
        if epoch != state["epoch"]:
            raise DataError(
                f"{number} batches of {self._run.settings.train_corpus} led to epoch {epoch}, not to epoch {state['epoch']} as before",
                hint="Its data have changed, or it does not give the same at each reading.",
            )


def parts(batch: Sequence[Any], number: int) -> list[list[Any]]:
    """Cut a batch into `number` parts of nearly equal numbers of words, or as many as it has examples; each is sorted by length.

    The longest come first, each to the part with the fewest words so far (R. L. Graham, Bounds on Multiprocessing Timing Anomalies, 1969);
    of equals, to that with the fewest examples, then to the first. Where each part is another process's, all wait for the largest.
    """
    by_length = sorted(batch, key=len)
    dealt: list[list[Any]] = [[] for _ in range(min(number, len(by_length)))]
    loads = [(0, 0, place) for place in range(len(dealt))]
    while by_length:
        words, examples, place = loads[0]
        example = by_length.pop()
        dealt[place].append(example)
        heapreplace(loads, (words + len(example), examples + 1, place))
    return [part[::-1] for part in dealt]


def _with_examples(state: Any, examples: Sequence[Any]) -> Any:
    if type(state) in (list, tuple):
        return type(state)(_with_examples(each, examples) for each in state)
    if type(state) is dict:
        if _EXAMPLE in state:
            return examples[state[_EXAMPLE]]
        return {key: _with_examples(each, examples) for key, each in state.items()}
    return state
