"""The scorer of rulers that set entities."""

from collections.abc import Callable, Iterable
from typing import Any

from kernel.scores.scorer import Scorer
from kernel.training import Example


def make_entity_ruler_scorer() -> Callable[..., dict[str, Any]]:
    """Return a function of examples that gives `ents_p`, `ents_r`, `ents_f` and `ents_per_type`."""
    return entity_ruler_score


def entity_ruler_score(examples: Iterable[Example], **settings: Any) -> dict[str, Any]:
    """Compare predicted entities with gold ones; documents without gold entity annotation are left out."""
    return Scorer.score_ents(examples)
