"""Moving averages of the weights, for evaluation and saving."""

from typing import Any

from kernel import hookimpl
from kernel.config.ranges import BelowOne, NonNegativeInt
from kernel.numeric.server import read
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
        self.values: dict[tuple[int, str], Any] = {}

    @hookimpl
    def step_end(self, run: Run) -> None:
        count = run.step - self.start_step
        if count < 1:
            return
        keep = min(self.decay, (1 + count) / (10 + count))
        for model in run.pipeline.models().values():
            for node in model.walk():
                for name in node.param_names:
                    if node.has_param(name):
                        self._add((node.id, name), read(node, name), keep)
        run.averages = self.values

    def _add(self, key: tuple[int, str], value: Any, keep: float) -> None:
        average = self.values.get(key)
        if average is None or average.shape != value.shape:
            self.values[key] = value.copy()
        else:
            average += (1 - keep) * (value - average)
