"""Batches come in an order that a resumed run goes on with, wherever it was cut."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations, islice, pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel import registry
from kernel.training.batches import Batches, parts
from kernel.training.hooks import Hooks, hookimpl
from kernel.training.output import TRAINING
from kernel.training.run import Run


@given(st.lists(st.integers(0, 50)), st.integers(1, 10))
def test_parts_hold_everything_once_and_are_even(lengths: list[int], number: int) -> None:
    batch = [(place, *range(length)) for place, length in enumerate(lengths)]
    found = parts(batch, number)
    assert sorted(item for part in found for item in part) == batch
    assert len(found) == min(number, len(batch))
    assert all(found)
    # Within a part by length, and of equal length as in the batch, so that one part is the batch sorted.
    assert all(part == sorted(part, key=len) for part in found)
    assert all(one[0] < other[0] for part in found for one, other in pairwise(part) if len(one) == len(other))
    # The last example that a part got, its shortest, came when it had the fewest words.
    sizes = [sum(map(len, part)) for part in found]
    assert all(size - len(part[0]) <= min(sizes) for size, part in zip(sizes, found, strict=True))


def test_parts_share_long_and_short_items() -> None:
    batch = [range(length) for length in (9, 1, 8, 2)]
    assert [list(map(len, part)) for part in parts(batch, 2)] == [[1, 9], [2, 8]]


def test_the_largest_part_is_no_larger_than_the_best_by_a_third() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        lengths = rng.integers(1, 20, size=6).tolist()
        found = parts([range(length) for length in lengths], 2)
        best = min(
            max(total := sum(chosen), sum(lengths) - total)
            for size in range(7)
            for chosen in combinations(lengths, size)
        )
        assert max(sum(map(len, part)) for part in found) <= best * (4 / 3 - 1 / 6)


def test_empty_items_are_spread_as_well() -> None:
    assert [len(part) for part in parts([()] * 6, 3)] == [2, 2, 2]


class Item:
    """An example. name: where it comes from, and a random number that was drawn for it."""

    def __init__(self, name: str, length: int) -> None:
        self.name, self.length = name, length

    def __len__(self) -> int:
        return self.length


def item(name: str, length: int) -> Any:
    return Item(name, length)


def pair(name: str, length: int) -> Any:
    # Nothing can refer weakly to a tuple.
    return (name, *range(length - 1))


def name_of(example: Any) -> str:
    return example.name if isinstance(example, Item) else example[0]


class Reader:
    """Each record under a number of the pass and a random one; some records become two, some none."""

    def __init__(self, lengths: Sequence[int], make: Callable[[str, int], Any]) -> None:
        self.lengths, self.make = lengths, make
        self.passes = 0

    def __call__(self, pipeline: Any) -> Iterator[Any]:
        self.passes += 1
        for record, length in enumerate(self.lengths):
            for copy in range(1 + (length % 5 == 0) - (length % 7 == 0)):
                yield self.make(f"{self.passes}/{record}/{copy}/{np.random.random():.6f}", length)


class RestoredReader(Reader):
    """The same with a state."""

    def __init__(self, lengths: Sequence[int], make: Callable[[str, int], Any]) -> None:
        super().__init__(lengths, make)
        self.given = self.first = self.read = 0

    def __call__(self, pipeline: Any) -> Iterator[Any]:
        first, self.first = self.first, 0
        self.passes += not first
        number = 0
        for record, length in enumerate(self.lengths):
            for copy in range(1 + (length % 5 == 0) - (length % 7 == 0)):
                number += 1
                if number > first:
                    self.read += 1
                    self.given = number
                    yield self.make(f"{self.passes}/{record}/{copy}/{np.random.random():.6f}", length)
        self.given = 0

    def state(self) -> list[int]:
        return [self.passes, self.given]

    def restore(self, state: list[int]) -> None:
        self.passes, self.first = state


def without_state(size: int) -> Callable[[Iterable[Any]], Iterator[list[Any]]]:
    """Batches of random sizes that keep what is left for the next pass."""
    left: list[Any] = []

    def batches(examples: Iterable[Any]) -> Iterator[list[Any]]:
        for example in examples:
            left.append(example)
            if len(left) >= np.random.randint(1, size + 1):
                batch = left[:]
                left.clear()
                yield batch

    return batches


class Carrying:
    """The same with a state."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.left: list[Any] = []

    def __call__(self, examples: Iterable[Any]) -> Iterator[list[Any]]:
        for example in examples:
            self.left.append(example)
            if len(self.left) >= np.random.randint(1, self.size + 1):
                batch, self.left = self.left, []
                yield batch

    def state(self) -> dict[str, Any]:
        return {"left": self.left}

    def restore(self, state: dict[str, Any]) -> None:
        self.left = state["left"]


class Reservoir(Carrying):
    """Exchanges each example for a random one that it holds, gives some twice, and leaves each pass early."""

    seen = 0

    def __call__(self, examples: Iterable[Any]) -> Iterator[list[Any]]:
        for example in examples:
            if self.seen == 40:
                break
            self.seen += 1
            self.left.append(example)
            place = np.random.randint(len(self.left))
            if len(self.left) > self.size:
                yield [self.left.pop(place)]
            else:
                yield [self.left[place]]
        self.seen = 0

    def state(self) -> dict[str, Any]:
        return {"left": self.left, "seen": self.seen}

    def restore(self, state: dict[str, Any]) -> None:
        self.left, self.seen = state["left"], state["seen"]


def random_sizes() -> Iterator[float]:
    size = 3.0
    while True:
        size = max(1.0, size + np.random.choice([-1, 0, 1]))
        yield size


def made(name: str, *arguments: Any) -> Any:
    return registry.get("batchers", f"kernel.{name}.v1")(*arguments)


BATCHERS: dict[str, Callable[[], Any]] = {
    "words": lambda: made("batch_by_words", 12, 0.3, True),
    "words with a schedule": lambda: made("batch_by_words", [3, 9, 30], 0.0, False),
    "padded": lambda: made("batch_by_padded", 20, 9, True),
    "sequence with a random schedule": lambda: made("batch_by_sequence", random_sizes()),
    "without state": lambda: without_state(4),
    "carrying": lambda: Carrying(4),
    "reservoir": lambda: Reservoir(5),
}
READERS = {"in memory": Reader, "streamed": Reader, "streamed with state": RestoredReader}


class Log:
    """The epochs as they are announced."""

    def __init__(self) -> None:
        self.epochs: list[int] = []

    @hookimpl
    def epoch_start(self, run: Run, epoch: int) -> None:
        self.epochs.append(epoch)
        np.random.random()


def prepared(reader: str, batcher: str, lengths: Sequence[int], make: Any = item, seed: int = 0) -> Run:
    """A run as `prepare` leaves it: a streamed corpus has been sampled."""
    corpus = READERS[reader](lengths, make)
    in_memory = reader == "in memory"
    np.random.seed(1)
    sample = list(islice(corpus(None), None if in_memory else 3))
    hooks = Hooks()
    hooks.add([("log", log := Log())])
    chosen = SimpleNamespace(
        batcher=BATCHERS[batcher](), max_epochs=0 if in_memory else -1, train_corpus="corpora.train"
    )
    nothing: Any = None
    run = Run(
        config=nothing,
        kind=TRAINING,
        pipeline=nothing,
        settings=chosen,
        optimizer=nothing,
        parameters=nothing,
        hooks=hooks,
        train_corpus=corpus,
        dev_corpus=corpus,
        weights={},
        examples=sample if in_memory else None,
        seed=seed,
    )
    run.facts["log"] = log
    return run


def drawn(run: Run, batches: Iterable[Any], number: int, shards: int = 1) -> list[Any]:
    """What a run sees in so many batches; something draws random numbers meanwhile."""
    found = []
    for batch in islice(batches, number):
        names = [[name_of(example) for example in part] for part in parts(batch, shards)]
        found.append((run.epoch, names))
        np.random.seed(len(found))
    return found


def through_a_file(state: Any) -> Any:
    return json.loads(json.dumps(state))


lengths_of_data = st.lists(st.integers(1, 9), min_size=9, max_size=90)


pipelines = given(
    reader=st.sampled_from(sorted(READERS)),
    batcher=st.sampled_from(sorted(BATCHERS)),
    lengths=lengths_of_data,
    make=st.sampled_from([item, pair]),
    cuts=st.lists(st.integers(0, 40), min_size=1, max_size=3),
    shards=st.integers(1, 3),
    seed=st.integers(0, 5),
)


def check_cuts(
    reader: str, batcher: str, lengths: list[int], make: Any, cuts: list[int], shards: int, seed: int
) -> None:
    """Compare a run that was cut and resumed some times with a straight one."""
    rest = 30
    # A record that becomes no example, or only too long ones, would end the run.
    lengths = [*lengths, 1, 2, 3]
    straight = prepared(reader, batcher, lengths, make, seed)
    expected = drawn(straight, Batches(straight), sum(cuts) + rest, shards)
    found, epochs, state = [], [], None
    for number in [*cuts, rest]:
        run = prepared(reader, batcher, lengths, make, seed)
        batches = Batches(run)
        if state is not None:
            batches.restore(state)
        found += drawn(run, batches, number, shards)
        epochs += run.facts["log"].epochs
        state = through_a_file(batches.state())
    assert found == expected
    assert epochs == straight.facts["log"].epochs


@pytest.mark.needs("kernel-nlp-batchers")
@settings(max_examples=50, deadline=None)
@pipelines
def test_batches_before_and_after_are_those_of_a_straight_run(**pipeline: Any) -> None:
    check_cuts(**pipeline)


@pytest.mark.slow
@pytest.mark.needs("kernel-nlp-batchers")
@settings(max_examples=5000, deadline=None)
@pipelines
def test_batches_of_thousands_of_pipelines(**pipeline: Any) -> None:
    check_cuts(**pipeline)
