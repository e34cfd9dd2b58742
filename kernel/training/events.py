"""The events of a run, one function each.

A callback is an object with methods marked `@kernel.hookimpl`. A method is named like its event and takes any subset
of the arguments listed here. Where an event has a "first result", callbacks are asked in the order of the config, the
kernel's own implementation comes last, and the first answer that is not None counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from kernel.config import Config
    from kernel.training.protocols import Pipeline
    from kernel.training.run import Info, Run

hookspec = pluggy.HookspecMarker("kernel")


@hookspec
def config_ready(config: Config) -> None:
    """The config is filled and checked; nothing but the callbacks has been built."""


@hookspec
def pipeline_created(pipeline: Pipeline, config: Config) -> None:
    """The pipeline is built, its weights are not initialised yet."""


@hookspec
def pipeline_initialized(pipeline: Pipeline, config: Config) -> None:
    """The pipeline has its labels, shapes and first weights."""


@hookspec
def train_start(run: Run) -> None:
    """Before the first batch is read. `run.step` is 0, unless the run is resumed; callbacks get their states back after it."""


@hookspec
def epoch_start(run: Run, epoch: int) -> None:
    """Before the first batch of an epoch; epochs are counted from 0."""


@hookspec(firstresult=True)
def update(run: Run, batch: Sequence[Any]) -> Mapping[str, float] | None:
    """Learn from one batch; returns the loss of each component.

    The kernel's own runs the pipeline over the parts of the batch and applies the optimizer once.
    A wrapper can time or change it.
    """


@hookspec
def step_end(run: Run, info: Info) -> None:
    """After each update, before the evaluation if one is due."""


@hookspec(firstresult=True)
def evaluate(run: Run) -> Mapping[str, Any] | None:
    """Score the pipeline; returns metric -> value.

    The kernel's own runs the pipeline over `training.dev_corpus` with the averaged weights, if there are any.
    """


@hookspec
def predicted(run: Run, examples: Sequence[Any]) -> None:
    """Within an evaluation, once the pipeline has predicted the examples and before it scores them: they hold both until the end.

    It comes from pipelines whose `evaluate` takes `predicted`, where all is predicted: of several workers, in the first. What is to
    be kept of the examples is copied; they stay as they are.
    """


@hookspec
def evaluated(run: Run, scores: Mapping[str, Any], is_best: bool) -> None:
    """After an evaluation, before the pipeline is saved. `run.score` is the weighted score."""


@hookspec(firstresult=True)
def should_stop(run: Run) -> str | None:
    """Asked after every step; the first text is the reason for which training ends. True stands for the callback's name."""


@hookspec
def saved(run: Run, path: Path, is_best: bool) -> None:
    """A directory has been written: `model-last` (is_best False) or `model-best` (is_best True)."""


@hookspec
def train_error(run: Run, error: BaseException) -> None:
    """Training failed or was interrupted; `model-last` has been saved where that was possible.

    Every callback is asked: an error in one of them is a warning. After an error in `train_end` it comes too.
    """


@hookspec
def train_end(run: Run, reason: str) -> None:
    """Training ended in order; `reason` says why: a limit, a callback, or that the caller left the loop."""
