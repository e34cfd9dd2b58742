"""Batches of a stream, and sizes that change from one to the next."""

from collections.abc import Iterable, Iterator
from itertools import count, islice
from typing import TypeVar

from kernel.errors import UsageError
from kernel.numeric.schedules import Schedule, by_step

Item = TypeVar("Item")


def minibatch(items: Iterable[Item], size: Schedule) -> Iterator[list[Item]]:
    """Cut a stream into lists. size: of each, or a schedule of sizes, whose last value goes on."""
    stream, size_at = iter(items), by_step(size)
    for step in count():
        wanted = int(size_at(step))
        if wanted < 1:
            raise UsageError(f"minibatch: the size of batch {step} is {wanted}; it must be at least 1")
        batch = list(islice(stream, wanted))
        if not batch:
            return
        yield batch


def compounding(start: float, stop: float, compound: float) -> Iterator[float]:
    """Numbers from `start` on, each `compound` times the one before, that stay at `stop` once they have reached it."""
    within = min if stop >= start else max
    value = float(start)
    while True:
        yield within(value, stop)
        value = within(value * compound, stop)


def decaying(start: float, stop: float, decay: float) -> Iterator[float]:
    """Numbers that fall like `start / (1 + decay * step)`, but not below `stop`."""
    for step in count():
        yield max(start / (1.0 + decay * step), stop)
