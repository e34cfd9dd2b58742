"""A step that failed, made again: the run as it was before it, its batch, and what is found in them.

Nothing is written, and of the callbacks only those react that had a hand in the making of the pipeline.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np

from kernel.config import Config
from kernel.errors import KernelError, UsageError
from kernel.numeric import blas
from kernel.numeric import shims as of_shims
from kernel.numeric.parameters import shims
from kernel.numeric.server import touch
from kernel.training import checkpoint, snapshot
from kernel.training.batches import Batches
from kernel.training.callback_state import CallbackStates, callbacks_of
from kernel.training.prepare import prepare
from kernel.training.run import Run
from kernel.training.snapshot import Snapshot
from kernel.training.team import Team
from kernel.training.update import NotFinite, learn, shards

from .nonfinite import Finding, Numbers, numbers_in, of_modules, places, spoilt_weights, watched

MOST = 5
"""Examples that are looked for, where many make a batch fail."""


@dataclass(frozen=True)
class Failure:
    """What a repeated step showed, with a batch of `size` examples. message: of the loss, None if that is finite.

    weights: those that were spoilt before it. findings: what was not finite in it, in order. gradients: of all weights, from
    the part that was learnt from last. culprits: see `culprits`.
    """

    step: int
    epoch: int
    size: int
    message: str | None
    weights: list[Finding]
    findings: list[Finding]
    gradients: Numbers
    culprits: list[list[Any]]
    learn_rate: float | None = None


def kept_step(output: Path) -> Snapshot:
    """The step that the run in an output failed in, or else its last checkpoint. `UsageError` if there is neither."""
    folder = checkpoint.failed(output)
    if folder.is_dir():
        return checkpoint.read(folder)
    found = checkpoint.latest(output)
    if found is None or found[1].run["reason"] is not None:
        raise UsageError(
            f"{output} has no step to repeat",
            hint="A run keeps the step in which a loss is nan or infinite, until another run begins there.",
        )
    return found[1]


def is_failed(taken: Snapshot) -> bool:
    """Whether what was kept is a step that failed; a checkpoint otherwise."""
    return bool(taken.part("failed"))


def as_it_was(taken: Snapshot, *, gpu_id: int = -1) -> tuple[Run, Iterator[Sequence[Any]]]:
    """A run in the state that was kept, and its batches from there on: in a step that failed, they begin with that of the step."""
    config = Config().from_str(taken.part("config"))
    quiet = config.copy()
    # A logger might write where that of the run has written.
    section = (taken.part("facts") or {}).get("section", "training")
    quiet.setdefault(section, {})["logger"] = None
    run = prepare(quiet, gpu_id=gpu_id, seed=taken.run["seed"], section=section, team=Team())
    run.config = config
    batches = Batches(run)
    before = 0

    def restore(position: Any) -> None:
        nonlocal before
        if is_failed(taken):
            before = position["batches"] - 1
            position = position["position"]
        batches.restore(position)

    snapshot.restore(run, taken, restore)
    # Of what is called at events, the function before each update alone is called here.
    own = [each for each in callbacks_of(run) if each[1] is run.settings.before_update]
    CallbackStates(own).restore([each for each in taken.part("callbacks") if each[0] in dict(own)])
    return run, islice(batches, before, None)


def repeat(run: Run, batch: Sequence[Any]) -> Failure:
    """Make the step of a batch again, but for the optimizer's part, with every layer watched; find the examples to blame."""
    if run.settings.before_update is not None:
        run.settings.before_update(run.pipeline, {"step": run.step, "epoch": run.epoch})
    models = run.pipeline.all_models()
    weights, message = spoilt_weights(models), None
    failed, part, gradients = 0, batch, Numbers()
    with _computing(run), watched(models) as findings:
        losses: dict[str, float] = {}
        try:
            for failed, part in enumerate(shards(run, batch)):
                learn(run, part, failed, losses)
                gradients = _gradients(run)
                if not gradients.is_finite:
                    break
                run.parameters.collect(failed)
        except NotFinite as error:
            message = error.message.partition(";")[0]
    found: list[list[Any]] = []
    # With such weights, any example would do.
    if not weights and (message is not None or not gradients.is_finite):
        found = culprits(part, lambda some: _fails(run, some, failed))
    return Failure(run.step, run.epoch, len(batch), message, weights, list(findings), gradients, found)


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
            return not _gradients(run).is_finite
        except NotFinite:
            return True
        except KernelError:
            # A part may be too small for what a component computes; that is another failure.
            return False


def _gradients(run: Run) -> Numbers:
    """Of all weights of the part that has been learnt from, those of other frameworks too."""
    own = run.parameters.gradients
    layers = (node for node, _ in places(run.pipeline.all_models()).values())
    others = (array for node in layers for _, array in of_modules(node, "grad"))
    return numbers_in(chain([] if own is None else [own], others))


@contextmanager
def _computing(run: Run) -> Iterator[None]:
    """As in a step, of which nothing is to stay."""
    with np.errstate(all="ignore"), blas.one_thread():
        try:
            yield
        finally:
            run.parameters.zero_gradients()


def first_failure(run: Run, batches: Iterable[Sequence[Any]], end: int | None = None) -> Failure | None:
    """Train on from a checkpoint until the loss or weights are not finite, and repeat that step; None if they stay so.

    end: the step to stop before, None for where the run itself would have ended.
    """
    for batch in batches:
        reason = run.hook.should_stop(run=run) if end is None else run.step >= end
        if run.step and reason:
            return None
        take_back = _weights_now(run)
        rate = getattr(run.optimizer, "learn_rate", None)
        try:
            losses = run.hook.update(run=run, batch=batch)
        except NotFinite:
            return repeat(run, batch)
        if spoilt_weights(run.pipeline.models()):
            take_back()
            return replace(repeat(run, batch), learn_rate=rate)
        run.advance(batch, losses)
    return None


def _weights_now(run: Run) -> Callable[[], None]:
    """What sets all weights to what they are now."""
    own = None if run.parameters.weights is None else run.parameters.weights.copy()
    others = [(shim, deepcopy(of_shims.state_of(shim))) for _, shim in shims(run.pipeline.models())]

    def take_back() -> None:
        if own is not None:
            run.parameters.weights[...] = own
        for model in run.pipeline.models().values():
            touch(model)
        for shim, state in others:
            of_shims.restore(shim, state)

    return take_back


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
