"""The scorer of the morphologizer."""

from collections.abc import Callable, Iterable
from typing import Any

from kernel.scores.scorer import Scorer
from kernel.training import Example


def make_morphologizer_scorer() -> Callable[..., dict[str, Any]]:
    """Return a function of examples that gives `pos_acc`, `morph_acc`, `morph_micro_p/r/f` and `morph_per_feat`."""
    return score_morph


def score_morph(examples: Iterable[Example], **settings: Any) -> dict[str, Any]:
    """Compare parts of speech, whole sets of features, and single features with gold ones."""
    examples = list(examples)
    return {
        **Scorer.score_token_attr(examples, "pos", **settings),
        **Scorer.score_token_attr(examples, "morph", **settings),
        **Scorer.score_token_attr_per_feat(examples, "morph", **settings),
    }
