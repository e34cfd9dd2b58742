"""The scorers of the text classifiers."""

from collections.abc import Callable, Iterable
from typing import Any

from kernel.scores.scorer import Scorer
from kernel.training import Example


def make_textcat_scorer() -> Callable[..., dict[str, Any]]:
    """Return a function of examples and `labels` that scores categories of which one holds."""
    return score_exclusive


def make_textcat_multilabel_scorer() -> Callable[..., dict[str, Any]]:
    """Return a function of examples and `labels` that scores categories of which any number holds."""
    return score_multilabel


def score_exclusive(examples: Iterable[Example], **settings: Any) -> dict[str, Any]:
    """Compare the best predicted category with the gold one: the `cats_*` scores."""
    return Scorer.score_cats(examples, "cats", **{**settings, "multi_label": False})


def score_multilabel(examples: Iterable[Example], **settings: Any) -> dict[str, Any]:
    """Compare each predicted category that reaches the threshold with the gold ones: the `cats_*` scores."""
    return Scorer.score_cats(examples, "cats", **{**settings, "multi_label": True})
