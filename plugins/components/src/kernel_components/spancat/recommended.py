"""What `kernel init config` writes for the span categorisers."""

from typing import Any

from kernel.language import SHARED, Recommendation
from kernel_components.scorers.spancat import DEFAULT_KEY
from kernel_components.token_vectors import sources

# Where another component finds the spans, its group is what is suggested: also in training, so that it sets it there.
BEHIND = {
    "span_finder": Recommendation(
        {"suggester": {"@misc": "kernel.preset_spans_suggester.v1", "spans_key": DEFAULT_KEY}},
        sections={"training": {"annotating_components": ["span_finder"]}},
        comments={
            "training.annotating_components": "What span_finder finds, in training too, is what is suggested for categories: see the suggester."
        },
    )
}
REDUCER = {"@layers": "kernel.mean_max_reducer.v1", "hidden_size": 128}


def spancat(lang: str, optimize: str, gpu: bool) -> Recommendation:
    """Categories of n-grams of one to three tokens, or of what a span finder before finds, over shared token vectors."""
    return categorizer({"@layers": "kernel.LinearLogistic.v1", "nO": None, "nI": None}, gpu)


def categorizer(scorer: dict[str, Any], gpu: bool) -> Recommendation:
    """The model with the last layer `scorer`."""
    model = {
        "@architectures": "kernel.SpanCategorizer.v1",
        "tok2vec": SHARED,
        "reducer": REDUCER,
        "scorer": scorer,
    }
    return Recommendation({"model": model}, sources(gpu), behind=BEHIND)
