"""Examples have addresses, by which they are found again; what is kept for that does not grow with the data."""

import logging
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import islice
from types import SimpleNamespace
from typing import Any, cast

import pytest

from kernel.errors import DataError, TrainingError
from kernel.training.passes import Passes, Shuffled, shuffled
from kernel.training.run import Run


class Item:
    """An example. One may refer to it weakly."""

    def __init__(self, number: int) -> None:
        self.number = number


class Numbers:
    """A streamed corpus with a state. read: how many examples it has made."""

    def __init__(self, size: int, make: Callable[[int], Any] = Item) -> None:
        self.size, self.first, self.place, self.read = size, 0, 0, 0
        self.make = make

    def __call__(self, pipeline: Any) -> Iterator[Item]:
        first, self.first = self.first, 0
        for number in range(first, self.size):
            self.place, self.read = number + 1, self.read + 1
            yield self.make(number)
        self.place = 0

    def state(self) -> int:
        return self.place

    def restore(self, state: int) -> None:
        self.first = state


def stateless(size: int) -> Callable[[Any], Iterator[Item]]:
    return lambda pipeline: (Item(number) for number in range(size))


def passes(corpus: Any) -> Passes:
    settings = SimpleNamespace(train_corpus="corpora.train")
    run = SimpleNamespace(examples=None, train_corpus=corpus, pipeline=None, seed=0, settings=settings)
    return Passes(cast(Run, run), is_tracked=True)


def test_an_epoch_in_memory_has_its_own_order_from_any_place() -> None:
    corpus, again = Shuffled(range(20), seed=3), Shuffled(range(20), seed=3)
    for epoch in range(2):
        assert list(corpus(None)) == shuffled(range(20), 3, epoch)
    passing = corpus(None)
    begun = list(islice(passing, 5))
    again.restore(corpus.state())
    assert begun + list(again(None)) == shuffled(range(20), 3, 2)
    assert again.state() == [3, 0]
    # A pass that was left is not gone on with.
    next(corpus(None))
    assert list(corpus(None)) == shuffled(range(20), 3, 4)


def test_a_corpus_with_a_state_is_read_from_the_mark_only() -> None:
    before = passes(Numbers(1_000_000))
    given = list(islice(before.begin(0), 900))
    address = before.address(given[880])
    assert address == (0, 880)
    corpus = Numbers(1_000_000)
    found, rest = passes(corpus).restore(before.state([address]), [address])
    assert found[address].number == 880
    assert corpus.read <= 900 - 832
    assert next(rest).number == 900


def test_an_object_that_was_not_read_has_no_address() -> None:
    here = passes(Numbers(10))
    source = here.begin(0)
    first = next(source)
    assert here.address(first) == (0, 0)
    assert here.address(Item(0)) is None


def peak(work: Callable[[], object]) -> int:
    """The most bytes that were in use at once."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_examples_that_nobody_holds_are_forgotten_while_a_batch_is_made() -> None:
    def read(number: int) -> int:
        # One batch that takes them all, and drops them.
        return sum(1 for _ in passes(Numbers(number)).begin(0))

    # The interpreter keeps the memory of some tuples for later ones.
    read(17_000)
    assert peak(lambda: read(34_000)) < 1.3 * peak(lambda: read(17_000))


@pytest.mark.parametrize("make", [Item, lambda number: (number, "a tuple")])
def test_what_is_kept_does_not_grow_with_the_data(make: Any) -> None:
    def read(number: int) -> None:
        here = passes(Numbers(1_000, make))
        for epoch in range(number):
            for place, example in enumerate(here.begin(epoch)):
                if place % 50 == 0 and here.is_crowded:
                    address = here.address(example)
                    assert address == (epoch, place)
                    here.keep([address])

    assert peak(lambda: read(9)) < 1.5 * peak(lambda: read(3))


def test_what_has_no_state_is_read_from_the_beginning_and_that_is_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    before = passes(stateless(100))
    list(before.begin(0))
    given = list(islice(before.begin(1), 30))
    address = before.address(given[-1])
    assert address == (1, 29)
    with caplog.at_level(logging.INFO, "kernel"):
        found, rest = passes(stateless(100)).restore(before.state([address]), [address])
    assert found[address].number == 29 and next(rest).number == 30
    assert (
        "corpora.train is read again from the beginning of the run, 130 examples, because it has no state() and restore()"
        in caplog.text
    )


@pytest.mark.parametrize(
    ("size", "says"), [(20, "gave 20 examples, not 30 or more"), (120, "gave more than 100 examples")]
)
def test_data_of_another_size_are_an_error(size: int, says: str) -> None:
    before = passes(stateless(100))
    source = before.begin(0)
    if size > 100:
        list(source)
        source = before.begin(1)
    list(islice(source, 30))
    with pytest.raises(DataError, match=says):
        passes(stateless(size)).restore(before.state([]), [])


def test_a_corpus_that_has_lost_its_state_is_an_error() -> None:
    before = passes(Numbers(1000))
    list(islice(before.begin(0), 200))
    with pytest.raises(TrainingError, match="corpora.train, which has no restore"):
        passes(stateless(1000)).restore(before.state([]), [])


def test_a_state_that_is_no_plain_data_names_the_corpus() -> None:
    corpus = Numbers(1000)
    corpus.state = lambda: {1, 2}  # type: ignore[assignment,return-value,method-assign]
    with pytest.raises(TrainingError, match=r"the state of corpora\.train holds an object of type set"):
        list(passes(corpus).begin(0))
