"""The scorers of text classifiers under their first version numbers, which configs of the field still name."""

from collections.abc import Callable
from typing import Any

from kernel_components.scorers.cats import score_exclusive, score_multilabel


def make_textcat_scorer_v1() -> Callable[..., dict[str, Any]]:
    """Return what kernel.textcat_scorer.v2 returns. For configs that name it."""
    return score_exclusive


def make_textcat_multilabel_scorer_v1() -> Callable[..., dict[str, Any]]:
    """Return what kernel.textcat_multilabel_scorer.v2 returns. For configs that name it."""
    return score_multilabel
