"""The order of the data: epochs, shuffling, batches and the parts of a batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from kernel.errors import DataError, TrainingError
from kernel.numeric.random import seed_all, stream
from kernel.training.run import Run


def batches(run: Run) -> Iterator[Sequence[Any]]:
    """The batches of all epochs; announces each epoch and counts it when it is over.

    `training.max_epochs`: N > 0 ends after N epochs, 0 never; -1 streams, that is, it asks the corpus anew for each
    epoch and shuffles nothing. An epoch without a single batch is a `DataError`.
    """
    limit = run.settings.max_epochs
    while limit < 1 or run.epoch < limit:
        seed_all(run.seed, "epoch", run.epoch)
        run.hook.epoch_start(run=run, epoch=run.epoch)
        empty = True
        for batch in run.settings.batcher(_epoch(run)):
            if not isinstance(batch, Sequence):
                raise TrainingError(
                    f"training.batcher must give lists of examples, not {type(batch).__name__}"
                )
            if batch:
                empty = False
                yield batch
        if empty:
            raise DataError(
                f"epoch {run.epoch} of {run.settings.train_corpus} gave no batch",
                hint="Its examples may all be longer than the batcher accepts (discard_oversize).",
            )
        run.epoch += 1


class Batches:
    """Stand-in."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._pulled = 0
        self._skip = 0

    def __iter__(self) -> Iterator[Sequence[Any]]:
        for batch in batches(self._run):
            self._pulled += 1
            if self._skip:
                self._skip -= 1
                continue
            yield batch

    def state(self) -> Any:
        return self._pulled

    def restore(self, state: Any) -> None:
        self._skip = state
        self._run.epoch = 0


def parts(batch: Sequence[Any], number: int) -> list[list[Any]]:
    """Cut a batch into `number` parts of nearly equal size: sorted by length, dealt in turn; empty ones are dropped."""
    by_length = sorted(batch, key=len)
    return [by_length[first::number] for first in range(min(number, len(by_length)))]


def _epoch(run: Run) -> Iterable[Any]:
    if run.examples is None:
        return run.train_corpus(run.pipeline)
    order = stream(run.seed, "shuffle", run.epoch).permutation(len(run.examples))
    return [run.examples[index] for index in order.tolist()]
