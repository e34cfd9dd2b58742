"""The scorer of entity recognisers."""

from collections.abc import Callable, Iterable
from typing import Any

from kernel.scores.scorer import Scorer
from kernel.training import Example


def make_ner_scorer() -> Callable[..., dict[str, Any]]:
    """Return a function of examples that gives `ents_p`, `ents_r`, `ents_f` and `ents_per_type`."""
    return score_entities


def score_entities(examples: Iterable[Example], **settings: Any) -> dict[str, Any]:
    """Compare predicted entities with gold ones; documents without gold entity annotation are left out."""
    return Scorer.score_ents(examples)
