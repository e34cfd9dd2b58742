"""The scorer of sentence boundaries."""

from collections.abc import Callable, Iterable
from typing import Any

from kernel.scores.scorer import Scorer
from kernel.tokens import Doc
from kernel.training import Example


def make_senter_scorer() -> Callable[..., dict[str, Any]]:
    """Return a function of examples that gives `sents_p`, `sents_r` and `sents_f`."""
    return score_sents


def score_sents(examples: Iterable[Example], **settings: Any) -> dict[str, Any]:
    """Compare predicted sentences with gold ones; documents without gold boundaries are left out."""
    return Scorer.score_spans(
        examples, "sents", **{"has_annotation": _has_sents, "labeled": False, **settings}
    )


def _has_sents(doc: Doc) -> bool:
    return doc.has_annotation("SENT_START")
