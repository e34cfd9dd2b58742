"""The suite for batchers."""

from collections.abc import Iterable, Iterator
from itertools import chain, count, islice
from typing import Any, ClassVar

from kernel.numeric.random import seed_all
from kernel.state import copied, is_stateful
from kernel.testing.suites.base import Suite

_LENGTHS = (3, 1, 8, 2, 2, 12, 5, 1, 1, 4, 7, 6, 2, 9, 3, 1, 5, 5, 2, 10)


class BatcherSuite(Suite):
    """A function of the registry `batchers`: returns a function from an iterable of examples to batches.

    limit: what no batch of two or more examples may exceed by `measure`; None for no limit. drops: whether examples may
    be left out (too long ones, for instance). window: how many examples may be read ahead of a batch.
    """

    kind = "batchers"
    limit: ClassVar[float | None] = None
    drops: ClassVar[bool] = False
    window: ClassVar[int] = 10_000

    def items(self) -> list[Any]:
        """Examples: anything with a length."""
        return [[place] * length for place, length in enumerate(_LENGTHS)]

    def measure(self, batch: list[Any]) -> float:
        """The size of a batch that `limit` bounds; here its number of words."""
        return sum(map(len, batch))

    def batches(self, items: Iterable[Any]) -> list[list[Any]]:
        """All batches of a new batcher."""
        seed_all(self.seed, self.name)
        return [list(batch) for batch in self.build()(items)]

    def golden(self) -> Any:
        return [[item[0] for item in batch] for batch in self.batches(self.items())]

    def test_nothing_is_lost_or_doubled(self) -> None:
        items = self.items()
        found = sorted(id(item) for item in chain.from_iterable(self.batches(items)))
        expected = sorted(map(id, items))
        if self.drops:
            assert len(found) == len(set(found)) and set(found) <= set(expected), (
                "an example was doubled or made up"
            )
        else:
            assert found == expected, f"{len(items)} examples went in, {len(found)} came out"

    def test_no_batch_is_empty(self) -> None:
        assert all(self.batches(self.items())), "a batch is empty"

    def test_no_batch_is_too_large(self) -> None:
        if self.limit is not None:
            sizes = [self.measure(batch) for batch in self.batches(self.items()) if len(batch) > 1]
            assert max(sizes, default=0) <= self.limit, (
                f"a batch has size {max(sizes)}, more than {self.limit}"
            )

    def test_no_examples_give_no_batches(self) -> None:
        assert self.batches([]) == []

    def test_one_example_is_one_batch(self) -> None:
        assert self.batches([["word"]]) == [[["word"]]]

    def test_examples_are_read_as_they_are_needed(self) -> None:
        read = 0

        def endless() -> Iterator[Any]:
            nonlocal read
            while read <= self.window:
                read += 1
                yield ["word"] * (1 + read % 4)
            raise AssertionError(f"{self.window} examples were read before the first batch came")

        assert len(list(islice(self.build()(endless()), 1))) == 1

    def test_equal_seeds_give_equal_batches(self) -> None:
        assert self.batches(self.items()) == self.batches(self.items())

    def test_the_next_epoch_is_whole_too(self) -> None:
        batcher = self.build()
        items = self.items()
        for _ in range(3):
            found = list(chain.from_iterable(batcher(items)))
            assert self.drops or len(found) == len(items)

    def test_a_state_leads_on_from_where_it_was_taken(self) -> None:
        if not is_stateful(self.build()):
            return
        items = self.items()
        straight = self.build()
        expected = [self._ask(iter(straight(items)), count()) for _ in range(2)]
        for cut in range(len(expected[0]) + 2):
            before, after = self._resumed(items, cut)
            assert [before + after[0], after[1]] == expected, (
                f"a state that was taken after {cut} batches does not lead to the batches that were still to come"
            )

    def _resumed(self, items: list[Any], cut: int) -> tuple[Any, list[Any]]:
        """So many batches, and those of another batcher with its state, to the end of the next pass."""
        batcher, other = self.build(), self.build()
        stream = iter(items)
        passing = iter(batcher(stream))
        before = self._ask(passing, range(cut))
        held = {id(item) for item in items}
        state = copied(batcher.state(), self.name, lambda thing: thing if id(thing) in held else None)
        other.restore(state)
        rest = self._ask(iter(other(stream)), count(cut))
        return before, [rest, self._ask(iter(other(items)), count())]

    def _ask(self, batches: Iterator[Any], numbers: Iterable[int]) -> list[list[int]]:
        """What the batches hold, each made under a seed of its own."""
        found = []
        for number in numbers:
            seed_all(self.seed, self.name, number)
            batch = next(batches, None)
            if batch is None:
                break
            found.append([id(item) for item in batch])
        return found
