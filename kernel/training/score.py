"""The final score: which metrics count, and how much."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from kernel.errors import TrainingError, warn


def score_weights(
    defaults: Mapping[str, float | None], own: Mapping[str, float | None]
) -> dict[str, float | None]:
    """The weight of each metric: the pipeline's defaults, overridden by the config's, scaled to a sum of 1.

    A weight of 0 shows a metric without counting it; None hides it.
    """
    weights = {**defaults, **own}
    total = sum(abs(weight) for weight in weights.values() if weight)
    return {name: weight / total if weight else weight for name, weight in weights.items()}


def weighted_score(scores: Mapping[str, Any], weights: Mapping[str, float | None]) -> float:
    """The sum of the scores, each times its weight. Metrics that were not measured (absent or None) don't count.

    `TrainingError` for a weighted metric that is not a finite number.
    """
    total = 0.0
    for name, weight in weights.items():
        score = scores.get(name)
        if not weight or score is None:
            continue
        if (
            isinstance(score, Mapping)
            or not isinstance(score, (int, float))
            and not hasattr(score, "__float__")
        ):
            raise TrainingError(
                f"the score '{name}' has a weight but is not a number: {type(score).__name__}",
                hint=f"Set training.score_weights.{name} to 0 or null.",
            )
        if not isfinite(score):
            raise TrainingError(f"the score '{name}' is {float(score)}")
        total += float(score) * weight
    return total


def warn_of_missing(
    scores: Mapping[str, Any], weights: Mapping[str, float | None], sources: Mapping[str, str]
) -> None:
    """Warn of metrics that have a weight, but are not among the scores.

    sources: metric -> the component that said it would deliver it.
    """
    for name, weight in weights.items():
        if not weight or name in scores:
            continue
        said = f"the score '{name}' has the weight {weight:.2g} in the final score, but no scorer returned it: it counts as 0"
        if name in sources:
            warn(f"{said}. It should come from the scorer of component '{sources[name]}'.")
        else:
            known = ", ".join(sorted(key for key, score in scores.items() if isinstance(score, (int, float))))
            warn(
                f"{said}. It is in training.score_weights, but no component says that it has such a score. There are: {known}."
            )
