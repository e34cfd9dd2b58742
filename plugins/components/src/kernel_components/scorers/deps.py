"""The scorer of parsers."""

from collections.abc import Callable, Iterable
from typing import Any

from kernel.scores.scorer import Scorer
from kernel.training import Example
from kernel_components.scorers.sents import score_sents


def make_parser_scorer() -> Callable[..., dict[str, Any]]:
    """Return a function of examples that gives `dep_uas`, `dep_las`, `dep_las_per_type`, `sents_p`, `sents_r` and `sents_f`."""
    return score_parse


def score_parse(examples: Iterable[Example], **settings: Any) -> dict[str, Any]:
    """Compare predicted trees and sentences with gold ones. Arcs with the labels `p` and `punct` don't count.

    Documents without gold sentences are left out of the scores of sentences, tokens without a gold label of those of arcs.
    """
    examples = list(examples)
    return {**score_sents(examples), **Scorer.score_deps(examples, **settings)}
