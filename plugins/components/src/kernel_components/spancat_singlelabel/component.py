"""The span categoriser for categories of which one holds at most: the same component with an output that says none."""

from collections.abc import Callable
from typing import Any

from thinc.api import Model, Ragged

from kernel.config.ranges import NonNegativeFloat
from kernel.language import Language
from kernel.tokens import Doc
from kernel_components.scorers.spancat import DEFAULT_KEY
from kernel_components.spancat.component import MODEL, SCORE_WEIGHTS, SCORER, SUGGESTER, SpanCategorizer
from kernel_components.spancat_singlelabel import recommended

SINGLELABEL_MODEL: dict[str, Any] = {**MODEL, "scorer": recommended.SOFTMAX}


@Language.factory(
    "spancat_singlelabel",
    assigns=["doc.spans"],
    default_config={
        "spans_key": DEFAULT_KEY,
        "model": SINGLELABEL_MODEL,
        "negative_weight": 1.0,
        "suggester": SUGGESTER,
        "scorer": SCORER,
        "allow_overlap": True,
    },
    default_score_weights=SCORE_WEIGHTS,
    recommend=recommended.spancat_singlelabel,
)
def make_spancat_singlelabel(
    nlp: Language,
    name: str,
    suggester: Callable[..., Ragged],
    model: Model[tuple[list[Doc], Ragged], Any],
    spans_key: str,
    negative_weight: NonNegativeFloat,
    allow_overlap: bool,
    scorer: Callable[..., dict[str, Any]] | None,
) -> SpanCategorizer:
    """Gives spans one category or none. They may overlap.

    suggester: the spans that are looked at. model: documents and spans to probabilities of the categories, and last that none holds,
    which sum to 1. spans_key: the group of `doc.spans` that is learnt and set. negative_weight: what the gradient of spans that are
    nothing is multiplied by: below 1 finds more spans, above 1 fewer. allow_overlap: whether spans that are set may share tokens; if
    not, the better one stays.
    """
    return SpanCategorizer(
        nlp.vocab,
        model,
        suggester,
        name,
        add_negative_label=True,
        spans_key=spans_key,
        negative_weight=negative_weight,
        allow_overlap=allow_overlap,
        max_positive=1,
        threshold=None,
        scorer=scorer,
    )
