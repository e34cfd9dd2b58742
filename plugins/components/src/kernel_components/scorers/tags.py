"""The scorer of the tagger."""

from collections.abc import Callable, Iterable
from typing import Any

from kernel.scores.scorer import Scorer
from kernel.training import Example


def make_tagger_scorer() -> Callable[..., dict[str, Any]]:
    """Return a function of examples that gives `tag_acc`."""
    return score_tags


def score_tags(examples: Iterable[Example], **settings: Any) -> dict[str, Any]:
    """Compare predicted tags with gold ones: `tag_acc`."""
    return Scorer.score_token_attr(examples, "tag", **settings)
