"""The scorer of entity linking."""

from collections.abc import Callable, Iterable
from typing import Any

from kernel.scores.scorer import Scorer
from kernel.training import Example
from kernel_linking.entity_linker.choose import NIL


def make_entity_linker_scorer() -> Callable[..., dict[str, Any]]:
    """Return a function of examples that scores the links of entities: the `nel_*` scores."""
    return score_entity_links


def score_entity_links(examples: Iterable[Example], **settings: Any) -> dict[str, Any]:
    """Compare the ids of predicted entities with those of gold ones that have the same characters."""
    return Scorer.score_links(examples, **{"negative_labels": [NIL], **settings})
