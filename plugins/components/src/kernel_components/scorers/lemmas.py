"""The scorer of lemmatizers."""

from collections.abc import Callable, Iterable
from typing import Any

from kernel.scores.scorer import Scorer
from kernel.training import Example


def make_lemmatizer_scorer() -> Callable[..., dict[str, Any]]:
    """Return a function of examples that gives `lemma_acc`."""
    return score_lemmas


def score_lemmas(examples: Iterable[Example], **settings: Any) -> dict[str, Any]:
    """Compare predicted lemmas with gold ones: `lemma_acc`."""
    return Scorer.score_token_attr(examples, "lemma", **settings)
