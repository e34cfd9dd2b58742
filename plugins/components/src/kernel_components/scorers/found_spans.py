"""The scorer of span finders."""

from collections.abc import Callable, Iterable
from typing import Any

from kernel.scores.scorer import Scorer
from kernel.training import Example
from kernel_components.scorers.spancat import DEFAULT_KEY


def make_span_finder_scorer() -> Callable[..., dict[str, Any]]:
    """Return a function of examples and `spans_key` that gives `spans_{spans_key}_p`, `_r` and `_f`."""
    return score_found_spans


def score_found_spans(
    examples: Iterable[Example], spans_key: str = DEFAULT_KEY, **settings: Any
) -> dict[str, Any]:
    """Compare predicted spans with those of gold documents that have the group; labels don't count, and spans may overlap."""
    prefix = "spans_"
    return Scorer.score_spans(
        examples,
        f"{prefix}{spans_key}",
        getter=lambda doc, attr: doc.spans.get(attr.removeprefix(prefix), ()),
        has_annotation=lambda doc: spans_key in doc.spans,
        labeled=False,
        allow_overlap=True,
    )
