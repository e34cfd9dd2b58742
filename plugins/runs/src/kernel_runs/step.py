"""A step that failed, made again: the run as it was before it, its batch, and what is found in them.

Nothing is written, and of the callbacks only those react that had a hand in the making of the pipeline.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from kernel.config import Config
from kernel.errors import KernelError, UsageError
from kernel.numeric import blas
from kernel.training import checkpoint, snapshot
from kernel.training.batches import Batches
from kernel.training.prepare import prepare
from kernel.training.run import Run
from kernel.training.snapshot import Snapshot
from kernel.training.update import NotFinite, learn, shards

from .nonfinite import Finding, spoilt_weights, watched

MOST = 5
"""Examples that are looked for, where many make a batch fail."""


@dataclass(frozen=True)
class Failure:
    """What a repeated step showed, with a batch of `size` examples. message: how it failed, None if it did not.

    weights: those that were spoilt before it. findings: what was not finite in it, in order. culprits: see `culprits`.
    """

    step: int
    epoch: int
    size: int
    message: str | None
    weights: list[Finding]
    findings: list[Finding]
    culprits: list[list[Any]]


def kept_step(output: Path) -> Snapshot:
    """The step that the run in an output failed in. `UsageError` if none is kept."""
    folder = checkpoint.failed(output)
    if not folder.is_dir():
        raise UsageError(
            f"{output} has no step to repeat",
            hint="A run keeps the step in which a loss is nan or infinite, until another run begins there.",
        )
    return checkpoint.read(folder)


def as_it_was(taken: Snapshot, config: Config, *, gpu_id: int = -1) -> tuple[Run, Iterator[Sequence[Any]]]:
    """A run in the state that was kept, and its batches from there on: in a step that failed, they begin with that of the step."""
    config = config.copy()
    # It might write where the run has written.
    config.setdefault("training", {})["logger"] = None
    run = prepare(config, gpu_id=gpu_id, seed=taken.run["seed"])
    batches = Batches(run)
    before = 0

    def restore(position: Any) -> None:
        nonlocal before
        if "config" in taken.tree:
            before = position["batches"] - 1
            position = position["position"]
        batches.restore(position)

    snapshot.restore(run, taken, restore)
    return run, islice(batches, before, None)


def repeat(run: Run, batch: Sequence[Any]) -> Failure:
    """Make the step of a batch again, with every layer watched, and find the examples that are to blame."""
    if run.settings.before_update is not None:
        run.settings.before_update(run.pipeline, {"step": run.step, "epoch": run.epoch})
    models = run.pipeline.all_models()
    weights = spoilt_weights(models)
    message, failed, part = None, 0, batch
    with _computing(run), watched(models) as findings:
        losses: dict[str, float] = {}
        try:
            for failed, part in enumerate(shards(run, batch)):
                learn(run, part, failed, losses)
                run.parameters.collect(failed)
        except NotFinite as error:
            message = error.message.partition(";")[0]
    found: list[list[Any]] = []
    if message is not None and not weights:
        # With such weights, any example would do.
        found = culprits(part, lambda some: _fails(run, some, failed))
    return Failure(run.step, run.epoch, len(batch), message, weights, list(findings), found)


def culprits(batch: Sequence[Any], fails: Callable[[Sequence[Any]], bool]) -> list[list[Any]]:
    """What makes a batch fail, found by halving it: examples that do so by themselves, `MOST` at most, and groups that only do
    so together, because neither half of them does."""
    if len(batch) < 2:
        return [list(batch)]
    found: list[list[Any]] = []
    middle = len(batch) // 2
    for half in (batch[:middle], batch[middle:]):
        if len(found) < MOST and fails(half):
            found += culprits(half, fails)
    return found[:MOST] or [list(batch)]


def _fails(run: Run, part: Sequence[Any], shard: int) -> bool:
    with _computing(run):
        try:
            learn(run, part, shard, {})
        except NotFinite:
            return True
        except KernelError:
            # A part may be too small for what a component computes; that is another failure.
            return False
    return False


@contextmanager
def _computing(run: Run) -> Iterator[None]:
    """As in a step, of which nothing is to stay."""
    with np.errstate(all="ignore"), blas.one_thread():
        try:
            yield
        finally:
            run.parameters.zero_gradients()


@dataclass(frozen=True)
class Overflow:
    """The step that made weights nan or infinite: these. learn_rate: of the step, if the optimizer says it."""

    step: int
    epoch: int
    learn_rate: float | None
    weights: list[Finding]


def overflow(run: Run, batches: Iterable[Sequence[Any]], last: int) -> Overflow | None:
    """Train on, from a checkpoint, until weights are not finite; up to the step `last`."""
    for batch in batches:
        if run.step >= last:
            return None
        rate = getattr(run.optimizer, "learn_rate", None)
        try:
            losses = run.hook.update(run=run, batch=batch)
        except NotFinite:
            return None
        weights = spoilt_weights(run.pipeline.models())
        if weights:
            return Overflow(run.step, run.epoch, rate, weights)
        run.advance(batch, losses)
    return None


def described(run: Run, example: Any) -> str:
    """An example for a message: where it was read, or its place in the corpus, and how it begins."""
    place = getattr(example, "origin", "")
    if not place and run.examples is not None:
        number = next((number for number, other in enumerate(run.examples) if other is example), None)
        place = "" if number is None else f"example {number + 1} of {run.settings.train_corpus}"
    text = getattr(getattr(example, "reference", None), "text", None)
    shown = repr(example) if text is None else f'"{text}"'
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."
    return f"{place}: {shown}" if place else shown


# Characters of an example.
_SHOWN = 80
