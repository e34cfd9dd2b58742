"""The scorer of span categorisers."""

from collections.abc import Callable, Iterable
from typing import Any

from kernel.scores.scorer import Scorer
from kernel.tokens import Doc
from kernel.training import Example

DEFAULT_KEY = "sc"


def make_spancat_scorer() -> Callable[..., dict[str, Any]]:
    """Return a function of examples and `spans_key` that gives `spans_{key}_p`, `_r`, `_f` and `_per_type`."""
    return score_spancat


def score_spancat(
    examples: Iterable[Example], *, spans_key: str = DEFAULT_KEY, **settings: Any
) -> dict[str, Any]:
    """Compare the spans of a group and their labels, which may overlap; documents whose gold lacks the group are left out."""
    attr = f"spans_{spans_key}"

    def spans(doc: Doc, _: str) -> Any:
        return doc.spans.get(spans_key, ())

    def annotated(doc: Doc) -> bool:
        return spans_key in doc.spans

    return Scorer.score_spans(
        examples, attr, getter=spans, has_annotation=annotated, labeled=True, allow_overlap=True
    )
