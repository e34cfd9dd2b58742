"""Texts for plugins that batch or change examples."""

from kernel.cli.scaffold.kinds import Kind

BATCHERS = Kind(
    module="batcher",
    function="make_batcher",
    registered="$owner.batch_by_count.v1",
    about="a batcher by the number of examples and of words",
    code='''"""A batcher by the number of examples and of words."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any


def make_batcher(
    size: int = 32, max_words: int = 1000
) -> Callable[[Iterable[Any]], Iterator[list[Any]]]:
    """Batches of at most `size` examples and `max_words` words.

    An example that is longer than that is a batch of its own.
    """

    def batches(examples: Iterable[Any]) -> Iterator[list[Any]]:
        batch: list[Any] = []
        words = 0
        for example in examples:
            if batch and (len(batch) == size or words + len(example) > max_words):
                yield batch
                batch, words = [], 0
            batch.append(example)
            words += len(example)
        if batch:
            yield batch

    return batches
''',
    test='''"""The batcher goes through the conformance suite."""

from typing import ClassVar

from kernel.testing import BatcherSuite


class TestBatcher(BatcherSuite):
    name = "$owner.batch_by_count.v1"
    settings: ClassVar = {"size": 4, "max_words": 20}
    # No batch of several examples has more words; so many are read ahead at most.
    limit = 20
    window = 5
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
