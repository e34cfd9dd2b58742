"""Stop when a score no longer gets better."""

from collections.abc import Mapping
from math import inf
from typing import Any, Literal, SupportsFloat

from kernel import hookimpl
from kernel.config.ranges import NonNegativeFloat, PositiveInt
from kernel.errors import TrainingError, warn
from kernel.training.run import Run


def early_stop(
    patience: PositiveInt,
    metric: str = "score",
    min_delta: NonNegativeFloat = 0.0,
    mode: Literal["max", "min"] = "max",
) -> "EarlyStop":
    """Stop after `patience` evaluations in a row without a better value.

    metric: a score of the pipeline, or "score" for the weighted one. min_delta: how much better is better. mode: whether
    more ("max") or less ("min") is better. (`training.patience` counts steps and watches the weighted score.)
    Evaluations in which it could not be measured are not counted.
    """
    return EarlyStop(patience, metric, min_delta, mode)


class EarlyStop:
    def __init__(self, patience: int, metric: str, min_delta: float, mode: str) -> None:
        self.patience = patience
        self.metric = metric
        self.min_delta = min_delta
        self.sign = -1 if mode == "min" else 1
        self.best: float | None = None
        self.waited = 0
        self.is_warned = False

    @hookimpl
    def evaluated(self, run: Run, scores: Mapping[str, Any]) -> None:
        value = run.score if self.metric == "score" else scores.get(self.metric)
        if value is None and (self.metric == "score" or self.metric in scores):
            if not self.is_warned:
                warn(f"'{self.metric}' was not measured: such evaluations are not counted by EarlyStop")
            self.is_warned = True
            return
        if not isinstance(value, SupportsFloat):
            known = ", ".join(sorted(scores)) or "none"
            raise TrainingError(f"no score '{self.metric}' to watch; there are: {known}")
        signed = self.sign * float(value)
        # Never true of a NaN, which must not become the best value either.
        if signed > (-inf if self.best is None else self.best + self.min_delta):
            self.best, self.waited = signed, 0
        else:
            self.waited += 1

    def state(self) -> dict[str, Any]:
        return {"best": self.best, "waited": self.waited, "is_warned": self.is_warned}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.best, self.waited, self.is_warned = state["best"], state["waited"], state["is_warned"]

    @hookimpl
    def should_stop(self) -> str | None:
        if self.waited < self.patience:
            return None
        return f"'{self.metric}' has not improved in {self.waited} evaluations"
