"""Rehearsal during training: components from a trained pipeline keep to what they knew."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from math import isfinite
from typing import Any

import numpy as np

from kernel import hookimpl
from kernel.config import Config
from kernel.config.ranges import BelowOne, PositiveFloat, PositiveInt
from kernel.config.sources import problem_at
from kernel.errors import ConfigError, DataError, Problem, TrainingError, UsageError, warn
from kernel.numeric import random
from kernel.registries.blame import naming
from kernel.registries.registry import nearest_name
from kernel.state import copied, is_stateful
from kernel.training.prepare import corpus as find_corpus
from kernel.training.protocols import Corpus
from kernel.training.run import Run
from kernel.training.update import shards

_NAME = "kernel.Rehearse.v1"


def rehearse(
    corpus: str | None = None,
    components: Sequence[str] | None = None,
    weight: PositiveFloat = 2.0,
    every: PositiveInt = 1,
    dropout: BelowOne = 0.0,
) -> "Rehearse":
    """Let components say of texts what they said before this training, while they learn something else.

    The gradient that leads back is added to that of the batch. They rehearse on the texts of the batch, whose annotations are not
    looked at. corpus: more texts to rehearse on, such as "corpora.raw", about as many words a step as the batch has. components: those that
    rehearse; null for all that are taken from a trained pipeline (source) and are not frozen. weight: of the gradient, beside
    that of the batch. every: steps from one rehearsal to the next. dropout: while rehearsing. The losses are those of
    `<component>_rehearsal`.
    """
    return Rehearse(corpus, components, weight, every, dropout)


class Rehearse:
    """Remembers when the pipeline has its first weights: a run that is resumed begins with the same ones."""

    def __init__(
        self,
        corpus: str | None,
        components: Sequence[str] | None,
        weight: float,
        every: int,
        dropout: float,
    ) -> None:
        self.corpus, self.components = corpus, components
        self.weight, self.every, self.dropout = weight, every, dropout
        self.corpora: dict[str, Corpus] = {}
        """What it reads besides the corpora of `[training]`, by name."""
        self._stream: Stream | None = None

    @hookimpl
    def config_ready(self, config: Config) -> None:
        if self.corpus is not None:
            found = find_corpus(config.interpolate(), config, self.corpus, _setting(config, "corpus"))
            self.corpora = {self.corpus: found}
            self._stream = Stream(found, self.corpus)

    @hookimpl
    def pipeline_initialized(self, pipeline: Any, config: Config) -> None:
        if not hasattr(pipeline, "rehearse"):
            raise UsageError(f"pipelines of the class {type(pipeline).__name__} can't rehearse")
        names = self.components
        if names is None:
            names = [name for name in pipeline.copied_components if name in pipeline.models()]
        if not names:
            raise UsageError(
                f"{_NAME} has nothing to keep: no component that is trained is taken from a trained pipeline",
                hint="Take components over with source = ..., or name in `components` those whose first weights are to be kept.",
            )
        # A pipeline class of another package needn't tell the names, and says itself which it doesn't know.
        known = list(getattr(pipeline, "component_names", names))
        problems = [_unknown(config, name, known) for name in names if name not in known]
        if problems:
            raise ConfigError(problems)
        new = [name for name in names if name not in pipeline.copied_components]
        if new:
            warn(
                f"{_NAME} keeps the first weights of {', '.join(map(repr, new))}, which know nothing: only components that are taken "
                "from a trained pipeline (source) have something to keep"
            )
        pipeline.remember(names)

    @hookimpl(wrapper=True)
    def update(
        self, run: Run, batch: Sequence[Any]
    ) -> Generator[None, Mapping[str, float], dict[str, float]]:
        losses = {} if run.step % self.every else self._rehearse(run, batch)
        return {**(yield), **{f"{name}_rehearsal": loss for name, loss in losses.items()}}

    def _rehearse(self, run: Run, batch: Sequence[Any]) -> dict[str, float]:
        """Add the gradient to that of the step, which the update of the batch completes."""
        losses: dict[str, float] = {}
        # What the update draws is the same with it and without.
        with random.apart(run.seed, "rehearse", run.step), np.errstate(all="ignore"):
            examples = list(batch)
            if self._stream is not None:
                examples += self._stream.take(run, sum(map(len, batch)))
            for shard, part in enumerate(shards(run, examples)):
                with random.scope(seed=run.seed, step=run.step, shard=shard):
                    run.pipeline.rehearse(  # type: ignore[attr-defined]
                        part, drop=self.dropout, sgd=False, losses=losses, weight=self.weight
                    )
        for name, loss in losses.items():
            if not isfinite(loss):
                run.parameters.zero_gradients()
                raise TrainingError(f"the rehearsal loss of '{name}' is {float(loss)}")
        return {name: float(loss) for name, loss in losses.items()}

    def state(self) -> dict[str, Any] | None:
        return None if self._stream is None else self._stream.state()

    def restore(self, state: dict[str, Any] | None) -> None:
        if self._stream is not None and state is not None:
            self._stream.restore(state)


def _setting(config: Config, key: str) -> str:
    """The path of a setting of this callback; "" if it is not in the config."""
    callbacks = config.get("training", {}).get("callbacks") or {}
    paths = [
        f"training.callbacks.{name}"
        for name, block in callbacks.items()
        if isinstance(block, Mapping) and block.get("@callbacks") == _NAME
    ]
    return f"{paths[0]}.{key}" if len(paths) == 1 else ""


def _unknown(config: Config, name: str, known: list[str]) -> Problem:
    close = nearest_name(name, known)
    return problem_at(
        config.sources,
        _setting(config, "components"),
        f"the pipeline has no component '{name}'",
        expected=f"one of: {', '.join(known)}",
        suggestion=f"Did you mean '{close}'?" if close else None,
    )


class Stream:
    """The examples of a corpus, pass after pass, without end.

    A corpus with a state is put back to where it stood; of others, the latest pass is read again up to there.
    """

    def __init__(self, corpus: Corpus, name: str) -> None:
        self._corpus, self._name = corpus, name
        # The number of the pass, and of the examples that were taken from it.
        self._pass = self._taken = 0
        self._examples: Iterator[Any] | None = None
        # What was restored, until an example is read.
        self._restored: dict[str, Any] | None = None

    def take(self, run: Run, words: int) -> list[Any]:
        """The next examples, until they have about as many words; at least one. `DataError` if the corpus is empty."""
        found: list[Any] = []
        while not found or words > 0:
            example = self._next(run)
            found.append(example)
            words -= max(len(example), 1)
        return found

    def _next(self, run: Run) -> Any:
        while True:
            if self._examples is None:
                self._examples = self._begin(run)
            example = self._read(run, self._examples)
            if example is not None:
                return example
            if not self._taken:
                raise DataError(f"{self._name} has no examples to rehearse on")
            self._pass, self._taken, self._examples = self._pass + 1, 0, None

    def _read(self, run: Run, examples: Iterator[Any]) -> Any:
        """The next example of a pass; None after the last one."""
        # Under a seed of its own, so that reading it again gives the same.
        random.seed_all(run.seed, "rehearse", self._name, self._pass, self._taken)
        example = next(examples, None)
        if example is not None:
            self._taken += 1
        return example

    def _begin(self, run: Run) -> Iterator[Any]:
        random.seed_all(run.seed, "rehearse", self._name, self._pass)
        examples = iter(self._corpus(run.pipeline))
        if self._restored is not None and self._restored["corpus"] is None:
            wanted, self._taken = self._taken, 0
            while self._taken < wanted:
                if self._read(run, examples) is None:
                    raise DataError(
                        f"{self._name} gave {self._taken} examples, not {wanted} or more, when it was read again to resume the run",
                        hint="Its data have changed, or it does not give the same at each reading.",
                    )
        self._restored = None
        return examples

    def state(self) -> dict[str, Any]:
        """The number of the pass, how many of its examples were taken, and where the corpus stands."""
        if self._restored is not None:
            return self._restored
        stands = None
        if is_stateful(self._corpus) and (self._pass or self._taken):
            with naming(f"state() of {self._name}"):
                stands = copied(self._corpus.state(), self._name)
        return {"pass": self._pass, "taken": self._taken, "corpus": stands}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on there."""
        self._restored, self._examples = state, None
        self._pass, self._taken = state["pass"], state["taken"]
        if state["corpus"] is not None and is_stateful(self._corpus):
            with naming(f"restore() of {self._name}"):
                self._corpus.restore(copied(state["corpus"], self._name))
