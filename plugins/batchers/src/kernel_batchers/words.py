"""Batches of about the same number of words."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from kernel.config.ranges import NonNegativeFloat
from kernel_batchers.sizes import Length, Sizes, Sizing


@dataclass
class _Pile:
    items: list[Any] = field(default_factory=list)
    words: int = 0

    def add(self, item: Any, words: int) -> None:
        self.items.append(item)
        self.words += words


@dataclass
class _Standing:
    """Where a pass stands between two batches. target: size of the batch that is being filled, None before the first."""

    target: float | None = None
    filling: _Pile = field(default_factory=_Pile)
    waiting: _Pile = field(default_factory=_Pile)
    ready: list[list[Any]] = field(default_factory=list)


class ByWords:
    """See `batch_by_words`."""

    def __init__(self, size: Sizing, tolerance: float, discard_oversize: bool, length: Length) -> None:
        self._sizes = Sizes(size)
        self._tolerance, self._discards, self._length = tolerance, discard_oversize, length
        self._latest = _Standing()
        self._restored: _Standing | None = None

    def __call__(self, examples: Iterable[Any]) -> Iterator[list[Any]]:
        """The batches of a pass; after `restore`, those that were still to come."""
        now = self._latest = self._restored or _Standing()
        self._restored = None
        if now.target is None:
            now.target = self._sizes.draw()
        yield from _come(now.ready)
        for example in examples:
            self._take(example, now)
            yield from _come(now.ready)
        last = now.filling.items + now.waiting.items
        now.filling, now.waiting = _Pile(), _Pile()
        if last:
            yield last
        self._latest = _Standing()

    def _take(self, example: Any, now: _Standing) -> None:
        assert now.target is not None
        words = self._length(example)
        if words > now.target * (1 + self._tolerance):
            if not self._discards:
                now.ready.append([example])
            return
        if self._add(example, words, now):
            return
        self._close(now)
        now.filling, now.waiting = now.waiting, _Pile()
        if self._add(example, words, now):
            return
        # What was waiting fills a batch on its own.
        self._close(now)
        now.filling = _Pile()
        now.filling.add(example, words)

    def _close(self, now: _Standing) -> None:
        if now.filling.items:
            now.ready.append(now.filling.items)
        now.target = self._sizes.draw()

    def _add(self, item: Any, words: int, now: _Standing) -> bool:
        """Put an item on the batch that is being filled, or with those that wait for the next; False if it fits neither."""
        assert now.target is not None
        if not now.waiting.items and now.filling.words + words <= now.target:
            now.filling.add(item, words)
        elif now.filling.words + now.waiting.words + words <= now.target * (1 + self._tolerance):
            now.waiting.add(item, words)
        else:
            return False
        return True

    def state(self) -> dict[str, Any]:
        """The examples that wait, and how far the schedule is."""
        now = self._restored or self._latest
        return {
            "target": now.target,
            "filling": vars(now.filling),
            "waiting": vars(now.waiting),
            "ready": now.ready,
            "sizes": self._sizes.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Let the next pass go on there."""
        self._restored = _Standing(
            state["target"], _Pile(**state["filling"]), _Pile(**state["waiting"]), state["ready"]
        )
        self._sizes.restore(state["sizes"])


def _come(ready: list[list[Any]]) -> Iterator[list[Any]]:
    while ready:
        yield ready.pop(0)


def batch_by_words(
    size: Sizing, tolerance: NonNegativeFloat, discard_oversize: bool, get_length: Length | None = None
) -> Callable[[Iterable[Any]], Iterator[list[Any]]]:
    """Batches of about `size` words, in the order of the data.

    size: words in a batch; each batch draws the next value of a schedule. tolerance: share of `size` by which a batch
    may still be looked beyond, so that a long example waits for the next batch and shorter ones after it are seen
    first. An example longer than size * (1 + tolerance) is a batch of its own, or dropped if discard_oversize.
    get_length: length of an example, `len` if None.
    """
    return ByWords(size, tolerance, discard_oversize, get_length or len)
