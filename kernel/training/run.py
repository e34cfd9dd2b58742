"""The state of a training run: one small dataclass that the loop advances and callbacks read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from kernel.training.protocols import Callbacks, Corpus, Pipeline
from kernel.training.score import warn_of_missing, weighted_score
from kernel.training.team import Team

if TYPE_CHECKING:
    from kernel.config import Config
    from kernel.files.lock import Lock
    from kernel.numeric.parameters import Parameters
    from kernel.training.kinds import RunKind


@dataclass
class Info:
    """What one step did.

    losses: component -> loss of this step. words and seconds: since the start. score and scores: set if the step
    was evaluated.
    """

    step: int
    epoch: int
    losses: dict[str, float]
    words: int
    seconds: float
    score: float | None = None
    scores: dict[str, Any] | None = None


@dataclass
class Run:
    """A training run. Callbacks read it, and leave it as it is; the text below a field says what it has."""

    config: Config
    """Filled, not interpolated."""
    kind: RunKind
    """Which kind of run it is."""
    pipeline: Pipeline
    """What is trained."""
    settings: Any
    """The section that describes it, `[training]`, built; sections inside it that packages supply are attributes of it."""
    optimizer: Any
    """That of its section."""
    parameters: Parameters
    """Weights and gradients of all models."""
    hooks: Callbacks
    """The callbacks."""
    train_corpus: Corpus
    """The training corpus, to be read anew for each epoch."""
    dev_corpus: Corpus | None
    """The development corpus, None where a kind of run can do without."""
    weights: dict[str, float | None]
    """Metric -> share in the final score, None for hidden ones."""
    examples: Sequence[Any] | None = None
    """The whole training corpus, None when it is streamed."""
    dev_examples: Sequence[Any] | None = None
    """The development corpus once it has been read, likewise."""
    output: Path | None = None
    """Directory for the models, None to save nothing."""
    lock: Lock | None = None
    """Of the output, if it is held from before training to after it."""
    seed: int = 0
    """What everything random in the run is drawn from."""
    device: int = -1
    """Number of the GPU, -1 for the CPU."""
    team: Team = field(default_factory=Team)
    """The processes that train together, this one among them. Who writes or tells asks `run.team.is_first`."""
    step: int = 0
    """Number of updates so far."""
    epoch: int = 0
    """Number of finished epochs."""
    words: int = 0
    """Number of words learnt from so far, each time they were seen."""
    losses: dict[str, float] = field(default_factory=dict)
    """Component -> sum since the last evaluation."""
    scores: dict[str, Any] = field(default_factory=dict)
    """Of the latest evaluation."""
    history: list[tuple[float | None, int]] = field(default_factory=list)
    """(score, step) of every evaluation, the score None if nothing of it was measured."""
    best_score: float | None = None
    """None before the first evaluation."""
    best_step: int = 0
    """The earliest with the best score."""
    kept_step: int = 0
    """The latest with the best score, whose weights are those of the best model."""
    dropout: float = 0.0
    """The rate of the latest step."""
    averages: Mapping[Any, Any] | None = None
    """Weights to evaluate and save instead of the trained ones, by the paths of `kernel.numeric.parameters`, or keyed
    (node id, parameter name); None for those of the optimizer, if it keeps any."""
    reason: str | None = None
    """Why the run ended, None while it goes on."""
    was_left: bool = False
    """Whether it ended because the caller left the loop, also for Ctrl-C or SIGTERM: it can be resumed."""
    saved_step: int | None = None
    """The step of the weights in `model-last`."""
    is_claimed: bool = False
    """Whether the output belongs to this run already: what an earlier one left there has moved away, or is replaced."""
    resumed: Any = None
    """What the run goes on from, a `kernel.training.resume.Left`; None if it begins anew, or has begun."""
    facts: dict[str, Any] = field(default_factory=dict)
    """The manifest, see `kernel.training.manifest.facts`: what stands in `run.json`, besides the SHA-256 of the config."""
    started: float = field(default_factory=perf_counter)
    """When the run began, as `time.perf_counter` counts seconds."""

    def __post_init__(self) -> None:
        self.hooks.place = lambda: f"at step {self.step}"

    @property
    def total_epochs(self) -> int:
        """Number of finished epochs, those of earlier runs included that this one goes on from: what is shown."""
        return self.kind.epochs_before(self.settings) + self.epoch

    @property
    def section(self) -> str:
        """The section of the config that describes it."""
        return self.kind.section

    @property
    def hook(self) -> Any:
        """The events: `run.hook.step_end(run=run, info=info)`."""
        return self.hooks.call

    @property
    def seconds(self) -> float:
        """Since the start of the run."""
        return perf_counter() - self.started

    @property
    def score(self) -> float | None:
        """The weighted score of the latest evaluation, None if nothing of it was measured."""
        return self.history[-1][0] if self.history else None

    @property
    def is_evaluated(self) -> bool:
        """Whether the latest step has been evaluated."""
        return bool(self.history) and self.history[-1][1] == self.step

    @property
    def evaluation_due(self) -> bool:
        """Whether the latest step is one to evaluate."""
        frequency = self.settings.eval_frequency
        return bool(frequency > 0 and self.step % frequency == 0)

    def advance(self, batch: Sequence[Any], losses: Mapping[str, float]) -> Info:
        """Count a finished update."""
        self.step += 1
        self.words += sum(map(len, batch))
        for name, loss in losses.items():
            self.losses[name] = self.losses.get(name, 0.0) + loss
        return Info(self.step, self.epoch, dict(losses), self.words, self.seconds)

    def record(self, scores: Mapping[str, Any]) -> bool:
        """Keep the scores of an evaluation; whether they are the best so far (the latest of equals is).

        Without a score, the latest is the best as long as no other evaluation had one.
        """
        if not self.history:
            warn_of_missing(scores, self.weights, self.pipeline.score_sources)
        score = weighted_score(scores, self.weights)
        is_best = self.best_score is None or (score is not None and score >= self.best_score)
        if score is not None and (self.best_score is None or score > self.best_score):
            self.best_score, self.best_step = score, self.step
        if is_best:
            self.kept_step = self.step
        self.scores = dict(scores)
        self.history.append((score, self.step))
        return is_best

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """The averaged weights, if there are any, in place of the trained ones."""
        averages = self.averages if self.averages is not None else self.parameters.averages(self.optimizer)
        with self.parameters.use_params(averages):
            yield
