"""The kernel's own answers to the events of a run, registered like anybody else's."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import inf, isfinite
from typing import Any

import numpy as np

from kernel.errors import ConfigError, DataError, TrainingError, held, tell, warn
from kernel.numeric import blas, random
from kernel.numeric.schedules import Schedule, by_step
from kernel.registries.blame import naming
from kernel.state import copied, is_stateful
from kernel.training.batches import parts
from kernel.training.equality import check_weights
from kernel.training.hooks import hookimpl
from kernel.training.output import Unsavable, advice
from kernel.training.protocols import Pipeline
from kernel.training.run import Run

_SHOWN = 10


class Builtin:
    """Update, evaluation and limits. dropout: of the section that describes the run."""

    def __init__(self, dropout: Schedule, section: str = "training") -> None:
        self._dropout = by_step(dropout)
        self._section = section
        # Of a streamed corpus, after its latest pass.
        self._dev: Any = None
        self._is_restored = False

    def state(self) -> Any:
        """Where the schedule of the dropout stands, and the development corpus if it is streamed."""
        with naming(f"state() of {self._section}.dropout"):
            dropout = self._dropout.state()
        return {"dropout": dropout, "dev": self._dev}

    def restore(self, state: Any) -> None:
        """Let both go on from there."""
        with naming(f"restore() of {self._section}.dropout"):
            self._dropout.restore(state["dropout"])
        self._dev, self._is_restored = state["dev"], True

    @hookimpl
    def update(self, run: Run, batch: Sequence[Any]) -> dict[str, float]:
        """Gradients of every part of the batch, summed in their order, then one step of the optimizer.

        After an error nothing is left of the gradients: a callback may swallow it and go on with the next batch.
        """
        settings = run.settings
        if settings.before_update is not None:
            with naming(f"{run.section}.before_update at step {run.step}"):
                settings.before_update(run.pipeline, {"step": run.step, "epoch": run.epoch})
        run.dropout = self._dropout(run.step)
        _check_rates(run)
        losses: dict[str, float] = {}
        # Overflow shows in the loss, which is checked: one message instead of one from every layer.
        with np.errstate(all="ignore"), blas.one_thread(), _all_or_nothing(run):
            if run.team.count > 1:
                learn_together(run, shards(run, batch), losses)
            else:
                for shard, part in enumerate(shards(run, batch)):
                    learn(run, part, shard, losses)
                    run.parameters.collect(shard)
            run.parameters.step(run.optimizer)
        # What is drawn from here on doesn't depend on who learnt from which shard.
        random.seed_all(run.seed, "updated", run.step)
        # thinc's optimizers say which rates change. Without any, nothing is drawn.
        if getattr(run.optimizer, "schedules", True):
            random.seed_all(run.seed, "schedules", run.step)
        run.optimizer.step_schedules()
        return {name: float(loss) for name, loss in losses.items()}

    @hookimpl
    def evaluate(self, run: Run) -> dict[str, Any]:
        """The pipeline's own scores over the development corpus, which is read anew if the run is streamed.

        Without one, the pipeline says what it knows by itself.
        """
        random.seed_all(run.seed, "evaluate", run.step)
        examples = run.dev_examples
        if examples is None:
            examples = self._read(run)
        if not examples and run.dev_corpus is not None:
            raise DataError(f"{run.settings.dev_corpus} has no examples to evaluate on")
        if run.dev_examples is None and not run.history:
            warn_of_unknown(run.pipeline, examples, run.settings.dev_corpus)
        if run.team.count > 1:
            check_weights(run, f"the evaluation after step {run.step}")
        with run.averaged(), np.errstate(all="ignore"), blas.one_thread():
            return evaluate(run, examples)

    def _read(self, run: Run) -> list[Any]:
        """A pass of the development corpus, which may differ from the one before. Without a state, all are taken for equal."""
        read: Any = run.dev_corpus
        kept: Any = read
        if not is_stateful(kept):
            return list(read(run.pipeline))
        if self._is_restored and self._dev is not None:
            kept.restore(copied(self._dev, run.settings.dev_corpus))
        self._is_restored = False
        examples = list(read(run.pipeline))
        self._dev = copied(kept.state(), run.settings.dev_corpus)
        return examples

    @hookimpl
    def should_stop(self, run: Run) -> str | None:
        """The limits of the config. `max_epochs` is not here: it ends the data."""
        settings = run.settings
        if settings.max_steps and run.step >= settings.max_steps:
            return f"max_steps = {settings.max_steps} reached"
        has_score = run.best_score is not None
        if settings.patience and has_score and run.step - run.best_step >= settings.patience:
            return f"no better score for {run.step - run.best_step} steps (patience = {settings.patience})"
        return None


class NotFinite(Unsavable):
    """The loss of a component is nan or infinite. The weights are still those from before the step."""


def shards(run: Run, batch: Sequence[Any]) -> list[list[Any]]:
    """The parts that a batch is learnt in, one after the other."""
    return parts(batch, max(run.settings.shards, run.settings.accumulate_gradient))


def learn(run: Run, part: Sequence[Any], shard: int, losses: dict[str, float]) -> None:
    """Add the gradients of a part of the batch, and its losses, with what is drawn in the present step. `NotFinite`."""
    gradients(run, part, shard, losses)
    _check_finite(losses, run)


def gradients(run: Run, part: Sequence[Any], shard: int, losses: dict[str, float]) -> None:
    """Add the gradients of a part of the batch, and its losses, with what is drawn in the present step."""
    random.seed_all(run.seed, "update", run.step, shard)
    with random.scope(seed=run.seed, step=run.step, shard=shard):
        run.pipeline.update(part, drop=run.dropout, sgd=False, losses=losses)


def learn_together(run: Run, parts: Sequence[Sequence[Any]], losses: dict[str, float]) -> None:
    """The gradients of a batch, of whose parts each member of the team learns from some; the same as those of one process.

    parts: by shard. losses: get those of all members. `NotFinite` comes from every member alike.
    """
    team, own, told = run.team, dict[int, Any](), dict[int, Any]()
    if not team.owns(0):
        # Gradients that a callback has added before are those of the first shard, as with one process.
        run.parameters.zero_gradients()
    last = max((shard for shard in range(len(parts)) if team.owns(shard)), default=-1)
    for shard, part in enumerate(parts):
        if team.owns(shard):
            found: dict[str, float] = {}
            with held() as said:
                gradients(run, part, shard, found)
            lost = {name: float(loss) for name, loss in found.items()}
            array, touched = run.parameters.take(is_last=shard == last)
            own[shard] = array
            told[shard] = {"losses": lost, "touched": touched, "said": said}
            told[shard] |= {"size": len(array), "dtype": array.dtype.str}
    examples, words = sum(map(len, parts)), sum(len(each) for part in parts for each in part)
    at = f"step {run.step}, of epoch {run.epoch}, with {examples} examples of {words} words"
    every = {shard: each for member in team.told(told, at) for shard, each in member.items()}
    for shard in range(len(parts)):
        # In the order in which one process would have told it; the first member alone is heard.
        tell(every[shard]["said"])
        _add(losses, every[shard]["losses"], run)
    order = [shard for shard in range(len(parts)) if every[shard]["touched"]]
    if order:
        wanted = {shard: own[shard] for shard in order if shard in own}
        first = every[order[0]]
        if len(sizes := {(every[shard]["size"], every[shard]["dtype"]) for shard in order}) > 1:
            # All members say so alike: none waits for one that can't add its gradients up.
            differing = " and ".join(f"{size} of type {dtype[1:]}" for size, dtype in sorted(sizes))
            raise TrainingError(
                f"the workers have different numbers of weights at step {run.step}: {differing}",
                hint="A component that makes or resizes weights in update(), where each worker has its own part of the batch, can't be "
                "trained by several: do so in initialize(), or in a callback.",
            )
        total = team.total(wanted, order, first["size"], first["dtype"])
        run.parameters.put(total, {path for shard in order for path in every[shard]["touched"]})


def evaluate(run: Run, examples: Sequence[Any]) -> dict[str, Any]:
    """The pipeline's scores over examples, the same for every member of the team.

    A pipeline whose `evaluate` takes a team spreads the work; with any other every member does all of it. One that takes `predicted`
    hands over the examples with its predictions.
    """
    team, takes = run.team, inspect.signature(run.pipeline.evaluate).parameters
    more: dict[str, Any] = {}
    if "predicted" in takes and team.is_first:
        more["predicted"] = lambda done: run.hook.predicted(run=run, examples=done)
    if team.count == 1:
        return run.pipeline.evaluate(examples, **more)
    if "team" in takes:
        more["team"] = team
    found: dict[str, Any] = team.agreed(run.pipeline.evaluate(examples, **more))
    return found


def warn_of_gold(pipeline: Pipeline, examples: Sequence[Any], where: str) -> None:
    """Warn of what makes scores say little: components without any gold label, and labels that one can't predict.

    where: the corpus, or what was read.
    """
    for name, holds in pipeline.unlabelled(examples).items():
        warn(f"{where} has no label for '{name}', so that its scores say nothing. It holds {holds}")
    warn_of_unknown(pipeline, examples, where)


def warn_of_unknown(pipeline: Pipeline, examples: Sequence[Any], corpus: str) -> None:
    """Warn of labels in the development data that a component can't predict. corpus: its name in the config."""
    for name, labels in pipeline.unknown_labels(examples).items():
        warn(f"{corpus} has labels that '{name}' did not see in training: {_first(labels)}")


def _first(labels: Sequence[str]) -> str:
    """The first labels, and how many more there are: morphology has hundreds."""
    shown = ", ".join(labels[:_SHOWN])
    return f"{shown} and {len(labels) - _SHOWN} more" if len(labels) > _SHOWN else shown


def _check_rates(run: Run) -> None:
    """`ConfigError` if a schedule gave what could not be written in its place."""
    if not 0 <= run.dropout < 1:
        raise ConfigError(
            f"{run.section}.dropout is {run.dropout} at step {run.step}, but it must be from 0 to below 1",
            hint="Its schedule must stay in that range.",
        )
    rate = getattr(run.optimizer, "learn_rate", 0.0)
    if isinstance(rate, (int, float)) and not 0 <= rate < inf:
        raise ConfigError(
            f"the learn rate is {rate} at step {run.step}, but it must be a finite number of at least 0",
            hint="Its schedule must stay in that range until the last step.",
        )


@contextmanager
def _all_or_nothing(run: Run) -> Iterator[None]:
    try:
        yield
    except BaseException:
        run.parameters.zero_gradients()
        raise


def _add(losses: dict[str, float], found: Mapping[str, float], run: Run) -> None:
    """Add the losses of a part of the batch to those of the parts before it."""
    for name, loss in found.items():
        losses[name] = losses.get(name, 0.0) + loss
    _check_finite(losses, run)


def _check_finite(losses: Mapping[str, float], run: Run) -> None:
    for name, loss in losses.items():
        if not isfinite(loss):
            raise NotFinite(
                f"the loss of '{name}' is {float(loss)} at step {run.step}; the last saved model is kept",
                hint=advice(run, "repeats the step, and names the layer and the examples"),
            )
