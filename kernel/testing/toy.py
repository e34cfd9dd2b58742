"""A training run that needs no plugin: a line through points, by the real loop."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np
from thinc.api import Linear, Model

from kernel.config import Config, fill, resolve
from kernel.errors import TrainingError
from kernel.numeric.bytes import model_from_bytes, model_to_bytes
from kernel.registries.family import registry
from kernel.rehearsal import squared_difference, teacher, weighted
from kernel.training.prepare import prepare
from kernel.training.protocols import BasePipeline
from kernel.training.resume import check, find
from kernel.training.run import Run

CONFIG = """
[nlp]
lang = "toy"
[components]
[components.line]
@architectures = "toy.Line.v1"
[corpora]
[corpora.train]
@readers = "toy.Points.v1"
number = 16
[corpora.dev]
@readers = "toy.Points.v1"
number = 5
[training]
max_steps = 6
eval_frequency = 2
patience = 0
[training.callbacks]
[training.batcher]
@batchers = "toy.eights.v1"
[training.optimizer]
@optimizers = "Adam.v1"
learn_rate = 0.05
use_averages = false
"""


class ToyPipeline(BasePipeline):
    """y = w x + b. Its examples are tuples (x, y) of two numbers."""

    score_weights: Mapping[str, float | None] = {"accuracy": 1.0}

    def __init__(self, model: Any) -> None:
        self.model = model
        self.meta: dict[str, Any] = {"lang": "toy"}

    @classmethod
    def fill_config(cls, config: Config) -> Config:
        """Add the defaults of the one component."""
        filled = config.copy()
        filled["components"] = fill(config["components"], path="components", config=config)
        return filled

    @classmethod
    def from_config(cls, config: Config) -> "ToyPipeline":
        """Build the model that `[components.line]` describes."""
        return cls(resolve(config.interpolate()["components"], config=config, path="components")["line"])

    def initialize(self, get_examples: Callable[[], Iterable[Any]], *, settings: dict[str, Any]) -> None:
        """Infer the shapes."""
        self.model.initialize(*self._arrays(list(get_examples())))

    def update(
        self, examples: Sequence[Any], *, drop: float, sgd: Literal[False], losses: dict[str, float]
    ) -> None:
        """Squared error and its gradient."""
        inputs, targets = self._arrays(examples)
        guesses, backprop = self.model.begin_update(inputs)
        backprop(guesses - targets)
        losses["line"] = losses.get("line", 0.0) + float(((guesses - targets) ** 2).sum())

    @property
    def copied_components(self) -> list[str]:
        """The one component, as if it came from a trained pipeline."""
        return ["line"]

    def remember(self, components: Iterable[str] | None = None) -> None:
        """Keep a copy of the model for `rehearse`."""
        self._teacher = teacher("line", self.model)

    def rehearse(
        self,
        examples: Sequence[Any],
        *,
        drop: float,
        sgd: Literal[False],
        losses: dict[str, float],
        weight: float,
    ) -> None:
        """Squared difference from what was remembered, and its gradient."""
        inputs, _ = self._arrays(examples)
        guesses, backprop = self.model.begin_update(inputs)
        loss, gradient = squared_difference(guesses, self._teacher(inputs, self.model.ops))
        backprop(weighted(gradient, weight))
        losses["line"] = losses.get("line", 0.0) + loss

    def evaluate(
        self, examples: Iterable[Any], *, predicted: Callable[[Sequence[Any]], object] | None = None
    ) -> dict[str, Any]:
        """A number from 0 to 1 that grows as the error falls. predicted: gets (input, right answer, prediction) of each."""
        inputs, targets = self._arrays(list(examples))
        guesses = self.model.predict(inputs)
        if predicted is not None:
            columns = (self.model.ops.to_numpy(part)[:, 0].tolist() for part in (inputs, targets, guesses))
            predicted(list(zip(*columns, strict=True)))
        return {"accuracy": float(1 / (1 + ((guesses - targets) ** 2).mean()))}

    def models(self) -> dict[str, Any]:
        """The one model."""
        return {"line": self.model}

    def to_disk(self, path: Path) -> None:
        """Write the weights."""
        (path / "line").write_bytes(model_to_bytes(self.model))

    @classmethod
    def from_disk(cls, path: Path) -> "ToyPipeline":
        """Read the weights."""
        pipeline = cls(_line())
        model_from_bytes(pipeline.model, (path / "line").read_bytes())
        return pipeline

    def _arrays(self, examples: Sequence[Any]) -> tuple[Any, Any]:
        numbers = self.model.ops.asarray2f(examples)
        return numbers[:, :1], numbers[:, 1:]


@contextmanager
def toy_run(
    *,
    callbacks: Mapping[str, Any] | None = None,
    logger: Any = None,
    output: Path | None = None,
    fails: bool = False,
    config: str = "",
    resume: bool = False,
) -> Iterator[Run]:
    """A prepared run of six steps with an evaluation after every second one.

    callbacks: as in `[training.callbacks]`. logger: as `[training.logger]`. fails: whether the fourth update fails.
    config: what else stands in its config, as text. resume: go on with the run that was left in the output.
    """
    with registry.restored():
        register()
        whole = Config.from_str(CONFIG).merge(Config.from_str(config))
        whole["training"]["callbacks"] = dict(callbacks or {})
        if logger is not None:
            whole["training"]["logger"] = logger
        if fails:
            whole["training"]["before_update"] = {"@misc": "toy.failing.v1"}
        run = prepare(whole, output=output)
        try:
            left = find(output, resume=resume)
            if left is not None:
                check(run, left, ())
            yield run
        finally:
            run.team.close()


def register() -> None:
    """Let configs name what the run is made of."""
    registry.languages("toy", ToyPipeline)
    registry.architectures("toy.Line.v1", _line)
    registry.readers("toy.Points.v1", _points)
    registry.batchers("toy.eights.v1", _eights)
    registry.misc("toy.failing.v1", _failing)


def _line() -> Model[Any, Any]:
    return Linear(nO=1)


def _points(number: int) -> Callable[[Any], Iterator[Any]]:
    def read(pipeline: Any) -> Iterator[Any]:
        for x in np.linspace(-1, 1, number).tolist():
            yield x, 2 * x + 1

    return read


def _eights() -> Callable[[Iterable[Any]], Iterator[list[Any]]]:
    def batches(examples: Iterable[Any]) -> Iterator[list[Any]]:
        kept = list(examples)
        for start in range(0, len(kept), 8):
            yield kept[start : start + 8]

    return batches


def _failing() -> Callable[[Any, Mapping[str, Any]], None]:
    def fail(pipeline: Any, place: Mapping[str, Any]) -> None:
        if place["step"] == 3:
            raise ToyError("the toy run was asked to fail")

    return fail


class ToyError(TrainingError):
    """The failure that `toy_run(fails=True)` asks for."""
