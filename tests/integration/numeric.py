"""A `--code` file with a pipeline that has no text in it: linear regression on arrays."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from thinc.api import Linear, Model

import kernel
from kernel import registry
from kernel.config import fill, resolve
from kernel.errors import DataError
from kernel.numeric.bytes import model_from_bytes, model_to_bytes
from kernel.training.protocols import BasePipeline


class Row:
    """One example: inputs and the number to predict from them."""

    def __init__(self, inputs: list[float], target: float) -> None:
        self.inputs = inputs
        self.target = target
        self.guess: float | None = None

    def __len__(self) -> int:
        return len(self.inputs)


@registry.readers("numbers.Rows.v1")
def rows(path: Path, limit: int = 0) -> Callable[[Any], Iterator[Row]]:
    def read(pipeline: Any) -> Iterator[Row]:
        if not path.exists():
            raise DataError("no such file", path=path)
        for number, line in enumerate(path.read_text().splitlines()):
            if limit and number >= limit:
                break
            *inputs, target = map(float, line.split())
            yield Row(inputs, target)

    return read


@registry.batchers("numbers.Batches.v1")
def batches(size: int) -> Callable[[Iterable[Row]], Iterator[list[Row]]]:
    def cut(examples: Iterable[Row]) -> Iterator[list[Row]]:
        stream = iter(examples)
        while batch := list(islice(stream, size)):
            yield batch

    return cut


@registry.architectures("numbers.Line.v1")
def line(offset: float = 0.0) -> Model:
    return Linear(nO=1)


@registry.languages("numbers")
class Numbers(BasePipeline):
    score_weights: Mapping[str, float | None] = {"r2": 1.0, "mse": 0.0}

    def __init__(self, model: Model) -> None:
        self.model = model
        self.meta: dict[str, Any] = {"kind": "numbers"}
        self.seen = 0

    @classmethod
    def fill_config(cls, config: kernel.Config) -> kernel.Config:
        filled = config.copy()
        filled["components"] = fill(config["components"], path="components", config=config)
        return filled

    @classmethod
    def from_config(cls, config: kernel.Config) -> "Numbers":
        block = config.interpolate()["components"]["line"]
        return cls(resolve(block, config=config, path="components.line")["model"])

    def initialize(
        self, get_examples: Callable[[], Iterable[Row]] | None, *, settings: dict[str, Any]
    ) -> None:
        examples = [Row([0.0, 0.0], 0.0)] if get_examples is None else list(get_examples())
        self.seen = len(examples)
        self.model.initialize(*self._arrays(examples))

    def update(self, examples: Sequence[Row], *, drop: float, sgd: bool, losses: dict[str, float]) -> None:
        inputs, targets = self._arrays(examples)
        guesses, backprop = self.model.begin_update(inputs)
        difference = guesses - targets
        backprop(difference)
        losses["line"] = losses.get("line", 0.0) + float((difference**2).sum())

    def evaluate(
        self, examples: Iterable[Row], *, predicted: Callable[[list[Row]], object] | None = None
    ) -> dict[str, Any]:
        examples = list(examples)
        inputs, targets = self._arrays(examples)
        guesses = self.model.predict(inputs)
        if predicted is not None:
            for row, guess in zip(examples, guesses[:, 0].tolist(), strict=True):
                row.guess = guess
            predicted(examples)
        errors = (guesses - targets) ** 2
        return {"mse": float(errors.mean()), "r2": 1 - float(errors.mean() / targets.var())}

    def models(self) -> dict[str, Model]:
        return {"line": self.model}

    def use_params(self, params: Mapping[Any, Any]) -> AbstractContextManager[Any]:
        return self.model.use_params(params) if params else nullcontext()

    def to_disk(self, path: Path) -> None:
        (path / "line").write_bytes(model_to_bytes(self.model))
        (path / "meta.json").write_text(json.dumps(self.meta, sort_keys=True))

    @classmethod
    def from_disk(cls, path: Path) -> "Numbers":
        pipeline = cls.from_config(kernel.Config.from_disk(path / "config.cfg"))
        model_from_bytes(pipeline.model, (path / "line").read_bytes())
        pipeline.meta = json.loads((path / "meta.json").read_text())
        return pipeline

    def _arrays(self, examples: Sequence[Row]) -> tuple[Any, Any]:
        inputs = self.model.ops.asarray2f([row.inputs for row in examples])
        return inputs, self.model.ops.asarray2f([[row.target] for row in examples])


def write_rows(path: Path, number: int, seed: int) -> None:
    """Rows of y = 2a - b + 1 with a little noise."""
    generator = np.random.default_rng(seed)
    inputs = generator.normal(size=(number, 2))
    targets = inputs @ [2.0, -1.0] + 1.0 + generator.normal(scale=0.01, size=number)
    lines = (f"{a} {b} {target}" for (a, b), target in zip(inputs, targets, strict=True))
    path.write_text("\n".join(lines) + "\n")
