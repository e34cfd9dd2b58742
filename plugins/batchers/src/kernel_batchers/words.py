"""Batches of about the same number of words."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from kernel_batchers.sizes import Length, Sizes, Sizing


def batch_by_words(
    size: Sizing, tolerance: float, discard_oversize: bool, get_length: Length | None = None
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
        filling = _Pile()
        waiting = _Pile()
        for example in examples:
            words = length(example)
            if words > target * (1 + tolerance):
                if not discard_oversize:
                    yield [example]
                continue
            while True:
                if not waiting.items and filling.words + words <= target:
                    filling.add(example, words)
                    break
                if filling.words + waiting.words + words <= target * (1 + tolerance):
                    waiting.add(example, words)
                    break
                # The target may have shrunk below an example that fitted when it was looked at.
                alone = not filling.items and not waiting.items
                if filling.items:
                    yield filling.items
                target = sizes.draw()
                filling, waiting = waiting, _Pile()
                if alone:
                    filling.add(example, words)
                    break
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
