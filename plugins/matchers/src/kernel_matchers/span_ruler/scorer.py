"""The scorer of rulers that set spans."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from kernel.scores.scorer import Scorer
from kernel.tokens import Doc
from kernel.training import Example

DEFAULT_KEY = "ruler"


def make_overlapping_labeled_spans_scorer(spans_key: str = DEFAULT_KEY) -> Callable[..., dict[str, Any]]:
    """Return a function of examples that gives `spans_{key}_p`, `_r`, `_f` and `_per_type`. spans_key: the group of `doc.spans`."""
    return partial(overlapping_labeled_spans_score, spans_key=spans_key)


def overlapping_labeled_spans_score(
    examples: Iterable[Example], *, spans_key: str, **settings: Any
) -> dict[str, Any]:
    """Compare the spans of a group and their labels, which may overlap; documents whose gold lacks the group are left out."""

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
