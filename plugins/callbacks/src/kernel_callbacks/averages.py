"""Moving averages of the weights, for evaluation and saving."""

from collections.abc import Mapping
from typing import Any

from thinc.api import get_array_module

from kernel import hookimpl
from kernel.config.ranges import BelowOne, NonNegativeInt
from kernel.numeric.parameters import paths, shims
from kernel.numeric.server import read
from kernel.numeric.shims import weights_of
from kernel.training.run import Run


def averages(decay: BelowOne = 0.999, start_step: NonNegativeInt = 0) -> "Averages":
    """Evaluate and save exponential moving averages of the weights; training goes on with the weights themselves.

    decay: share of the old average that a step keeps; early steps keep less, (1 + n) / (10 + n), so that the first
    weights don't linger (Polyak and Juditsky 1992; the warm-up is TensorFlow's). start_step: first step that counts.
    """
    return Averages(decay, start_step)


class Averages:
    def __init__(self, decay: float, start_step: int) -> None:
        self.decay = decay
        self.start_step = start_step
        # By paths, which are the same in every process.
        self.values: dict[str, Any] = {}

    @hookimpl
    def step_end(self, run: Run) -> None:
        count = run.step - self.start_step
        if count < 1:
            return
        keep = min(self.decay, (1 + count) / (10 + count))
        for path, (node, name) in paths(run.pipeline.models()).items():
            if node.has_param(name):
                self._add(path, read(node, name), keep)
        for path, shim in shims(run.pipeline.models()):
            for name, value in weights_of(shim).items():
                self._add(f"{path}:{name}", value, keep)
        run.averages = self.values

    def state(self) -> dict[str, Any]:
        return {"values": self.values}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.values = state["values"]

    def _add(self, key: str, value: Any, keep: float) -> None:
        average = self.values.get(key)
        if average is None or average.shape != value.shape:
            self.values[key] = value.copy()
            return
        # Those of a run that is resumed come from a file, and belong to the device of the weights.
        average = self.values[key] = get_array_module(value).asarray(average)
        average += (1 - keep) * (value - average)
