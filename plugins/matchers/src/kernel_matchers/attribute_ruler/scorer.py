"""The scorer of rules for attributes: all attributes that a tagger, a morphologizer or a lemmatizer sets."""

from collections.abc import Callable, Iterable
from typing import Any

from kernel.scores.scorer import Scorer
from kernel.training import Example


def make_attribute_ruler_scorer() -> Callable[..., dict[str, Any]]:
    """Return a function of examples that gives `tag_acc`, `pos_acc`, `morph_acc` with `morph_micro_*` and `morph_per_feat`, `lemma_acc`."""
    return score_attributes


def score_attributes(examples: Iterable[Example], **settings: Any) -> dict[str, Any]:
    """Compare predicted tags, coarse tags, features and lemmas with gold ones; what gold tokens lack is left out."""
    examples = list(examples)
    scores: dict[str, Any] = {}
    for attr in ("tag", "pos", "morph", "lemma"):
        scores |= Scorer.score_token_attr(examples, attr, **settings)
    scores |= Scorer.score_token_attr_per_feat(examples, "morph", **settings)
    return scores
