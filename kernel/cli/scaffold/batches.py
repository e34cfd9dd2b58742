"""Texts for plugins that batch or change examples."""

from kernel.cli.scaffold.kinds import Kind

BATCHERS = Kind(
    module="batcher",
    function="make_batcher",
    registered="$owner.batch_by_count.v1",
    about="a batcher by the number of examples and of words",
    code='''"""A batcher by the number of examples and of words."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from typing import Any

from kernel.numeric.schedules import by_step

# A number, or a schedule: a value a batch.
Size = int | Sequence[int] | Generator[float, None, None] | Callable[[int], float]


class ByCount:
    """Batches of at most so many examples and words. What it holds between two batches is its state."""

    def __init__(self, size: Size, max_words: int) -> None:
        self.limits = by_step(size)
        self.max_words = max_words
        self.made = 0
        self.waiting: list[Any] = []

    def __call__(self, examples: Iterable[Any]) -> Iterator[list[Any]]:
        """The batches of an epoch."""
        limit = self.limits(self.made)
        words = sum(map(len, self.waiting))
        for example in examples:
            batch = self.waiting
            words += len(example)
            if batch and (len(batch) >= limit or words > self.max_words):
                self.waiting, words = [example], len(example)
                self.made += 1
                yield batch
                limit = self.limits(self.made)
            else:
                batch.append(example)
        if self.waiting:
            batch, self.waiting = self.waiting, []
            self.made += 1
            yield batch

    def state(self) -> dict[str, Any]:
        """Where it stands, for a run that is to be resumed."""
        return {"made": self.made, "waiting": self.waiting, "size": self.limits.state()}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on there."""
        self.made, self.waiting = state["made"], state["waiting"]
        self.limits.restore(state["size"])


def make_batcher(
    size: Size = 32, max_words: int = 1000
) -> Callable[[Iterable[Any]], Iterator[list[Any]]]:
    """Batches of at most `size` examples and `max_words` words.

    size: a number, or a schedule that is read once a batch, counted on over the epochs.
    An example that is longer than `max_words` is a batch of its own.
    """
    return ByCount(size, max_words)
''',
    test='''"""The batcher goes through the conformance suite."""

from typing import ClassVar

from kernel import registry
from kernel.testing import BatcherSuite


class TestBatcher(BatcherSuite):
    name = "$owner.batch_by_count.v1"
    settings: ClassVar = {"size": 4, "max_words": 20}
    # No batch of several examples has more words; so many are read ahead at most.
    limit = 20
    window = 5


def test_a_schedule_gives_a_size_to_every_batch() -> None:
    batches = registry.batchers.get("$owner.batch_by_count.v1")([1, 2])
    assert list(batches(["a", "b", "c"])) == [["a"], ["b", "c"]]
    # It goes on where it was, and keeps its last value.
    assert list(batches(["a", "b", "c"])) == [["a", "b"], ["c"]]
''',
    config={"training.batcher": '@batchers = "$owner.batch_by_count.v1"\nsize = 32\nmax_words = 1000'},
)

AUGMENTERS = Kind(
    module="augmenter",
    function="make_augmenter",
    registered="$owner.lower_case.v1",
    about="an augmenter that adds lower-case variants of examples",
    code='''"""An augmenter that adds lower-case variants of examples."""

import random
from collections.abc import Callable, Iterator

from kernel.language import Language
from kernel.tokens import Doc
from kernel.training import Example


def make_augmenter(
    level: float = 0.1,
) -> Callable[[Language, Example], Iterator[Example]]:
    """Yield every example, and some in lower case too. level: the share of those."""

    def augment(nlp: Language, example: Example) -> Iterator[Example]:
        yield example
        # Seeded by the run, so that the same config gives the same examples.
        if random.random() < level:
            yield lower_case(nlp, example)

    return augment


def lower_case(nlp: Language, example: Example) -> Example:
    """The same example in lower case."""
    content = example.to_dict()
    tokens = content["token_annotation"]
    words = [word.lower() for word in tokens["ORTH"]]
    tokens["ORTH"] = words
    return Example.from_dict(
        Doc(nlp.vocab, words=words, spaces=tokens["SPACY"]), content
    )
''',
    test='''"""The augmenter goes through the conformance suite."""

from typing import ClassVar

from kernel.testing import AugmenterSuite


class TestAugmenter(AugmenterSuite):
    name = "$owner.lower_case.v1"
    settings: ClassVar = {"level": 1.0}

    def test_the_second_example_is_in_lower_case(self) -> None:
        for _, second in self.augmented():
            assert second.reference.text == second.reference.text.lower()
''',
    config={
        "corpora.train.augmenter": '@augmenters = "$owner.lower_case.v1"\nlevel = 0.1',
    },
)
