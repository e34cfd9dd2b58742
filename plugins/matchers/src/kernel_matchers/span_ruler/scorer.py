"""The scorer of rulers that set spans."""

from collections.abc import Callable, Iterable
from typing import Any

from kernel.scores.scorer import Scorer
from kernel.tokens import Doc
from kernel.training import Example

DEFAULT_KEY = "ruler"


def make_overlapping_labeled_spans_scorer(spans_key: str | None = None) -> Callable[..., dict[str, Any]]:
    """Return a function of examples that gives `spans_{key}_p`, `_r`, `_f` and `_per_type`. spans_key: the group of `doc.spans`, null for that of the component."""
    if spans_key is None:
        return overlapping_labeled_spans_score

    def score(examples: Iterable[Example], **settings: Any) -> dict[str, Any]:
        return overlapping_labeled_spans_score(examples, **{**settings, "spans_key": spans_key})

    return score


def overlapping_labeled_spans_score(
    examples: Iterable[Example], *, spans_key: str | None = DEFAULT_KEY, **settings: Any
) -> dict[str, Any]:
    """Compare the spans of a group and their labels, which may overlap; documents whose gold lacks the group are left out.

    Without a group there is nothing to compare.
    """
    if spans_key is None:
        return {}

    def spans(doc: Doc, _: str) -> Any:
        return doc.spans.get(spans_key, ())

    def annotated(doc: Doc) -> bool:
        return spans_key in doc.spans

    return Scorer.score_spans(
        examples,
        f"spans_{spans_key}",
        getter=spans,
        has_annotation=annotated,
        labeled=True,
        allow_overlap=True,
    )
