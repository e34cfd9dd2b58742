"""Batches of about the same number of words."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from kernel.config.ranges import NonNegativeFloat
from kernel_batchers.sizes import Length, Sizes, Sizing


def batch_by_words(
    size: Sizing, tolerance: NonNegativeFloat, discard_oversize: bool, get_length: Length | None = None
) -> Callable[[Iterable[Any]], Iterator[list[Any]]]:
    """Batches of about `size` words, in the order of the data.

    size: words in a batch; each batch draws the next value of a schedule. tolerance: share of `size` by which a batch
    may still be looked beyond, so that a long example waits for the next batch and shorter ones after it are seen
    first. An example longer than size * (1 + tolerance) is a batch of its own, or dropped if discard_oversize.
    get_length: length of an example, `len` if None.
    """
    sizes = Sizes(size)
    length = get_length or len

    def batches(examples: Iterable[Any]) -> Iterator[list[Any]]:
        target = sizes.draw()
        filling, waiting = _Pile(), _Pile()
        for example in examples:
            words = length(example)
            if words > target * (1 + tolerance):
                if not discard_oversize:
                    yield [example]
                continue
            if _add(example, words, filling, waiting, target, tolerance):
                continue
            if filling.items:
                yield filling.items
            target = sizes.draw()
            filling, waiting = waiting, _Pile()
            if _add(example, words, filling, waiting, target, tolerance):
                continue
            # What was waiting fills a batch on its own.
            if filling.items:
                yield filling.items
            target = sizes.draw()
            filling = _Pile()
            filling.add(example, words)
        if filling.items or waiting.items:
            yield filling.items + waiting.items

    return batches


class _Pile:
    def __init__(self) -> None:
        self.items: list[Any] = []
        self.words = 0

    def add(self, item: Any, words: int) -> None:
        self.items.append(item)
        self.words += words


def _add(item: Any, words: int, filling: _Pile, waiting: _Pile, target: float, tolerance: float) -> bool:
    """Put an item on the batch that is being filled, or with those that wait for the next; False if it fits neither."""
    if not waiting.items and filling.words + words <= target:
        filling.add(item, words)
    elif filling.words + waiting.words + words <= target * (1 + tolerance):
        waiting.add(item, words)
    else:
        return False
    return True
