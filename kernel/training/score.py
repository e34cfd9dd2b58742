"""The final score: which metrics count, and how much."""

from __future__ import annotations

from collections.abc import Mapping
from math import fsum, isfinite
from typing import Any, SupportsFloat

from kernel.errors import TrainingError, warn

# How far weights that are meant to sum to 1 are from it, at most.
_ROUNDING = 1e-9


def score_weights(
    defaults: Mapping[str, float | None], own: Mapping[str, float | None]
) -> dict[str, float | None]:
    """The weight of each metric: the pipeline's defaults, overridden by the config's, scaled to a sum of 1.

    A weight of 0 shows a metric without counting it; None hides it.
    """
    weights = {**defaults, **own}
    # The plain sum rounds otherwise from Python 3.12 on.
    total = fsum(abs(weight) for weight in weights.values() if weight)
    return {name: weight / total if weight else weight for name, weight in weights.items()}


def weighted_score(scores: Mapping[str, Any], weights: Mapping[str, float | None]) -> float | None:
    """The mean of the scores, each with its weight. Metrics that were not measured (absent or None) have no part in it.

    None if no metric with a weight was measured. `TrainingError` for a weighted metric that is not a finite number.
    """
    total = measured = 0.0
    for name, weight in weights.items():
        score = scores.get(name)
        if not weight or score is None:
            continue
        if isinstance(score, Mapping) or not isinstance(score, SupportsFloat):
            raise TrainingError(
                f"the score '{name}' has a weight but is not a number: {type(score).__name__}",
                hint=f"Set training.score_weights.{name} to 0 or null.",
            )
        if not isfinite(score):
            raise TrainingError(f"the score '{name}' is {float(score)}")
        total += float(score) * weight
        measured += abs(weight)
    if not measured:
        return None
    # All of them measured is the usual case, whose weights sum to 1: nothing is rounded then.
    return total if abs(measured - 1.0) < _ROUNDING else total / measured


def warn_of_missing(
    scores: Mapping[str, Any], weights: Mapping[str, float | None], sources: Mapping[str, str]
) -> None:
    """Warn of metrics that have a weight, but are not among the scores, and of a score without any part.

    sources: metric -> the component that said it would deliver it.
    """
    weighted = [name for name, weight in weights.items() if weight]
    for name in weighted:
        if name in scores:
            continue
        said = (
            f"the score '{name}' has the weight {weights[name]:.2g} in the final score, but no scorer returned it: "
            "it has no part in it"
        )
        if name in sources:
            warn(f"{said}. It should come from the scorer of component '{sources[name]}'.")
        else:
            known = ", ".join(sorted(key for key, score in scores.items() if isinstance(score, (int, float))))
            warn(
                f"{said}. It is in training.score_weights, but no component says that it has such a score. There are: {known}."
            )
    unmeasured = [name for name in weighted if name in scores and scores[name] is None]
    if unmeasured and len(unmeasured) == len(weighted):
        warn(
            f"there is no final score: {', '.join(unmeasured)} can't be measured on the development corpus, which lacks the "
            "annotation. The last model is kept as the best."
        )
