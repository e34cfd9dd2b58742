"""What `kernel init config` writes for the span categorisers."""

from typing import Any

from kernel.language import SHARED, Recommendation
from kernel_components.token_vectors import sources

REDUCER = {"@layers": "kernel.mean_max_reducer.v1", "hidden_size": 128}


def spancat(lang: str, optimize: str, gpu: bool) -> Recommendation:
    """Categories of n-grams of one to three tokens, over shared token vectors."""
    return categorizer({"@layers": "kernel.LinearLogistic.v1", "nO": None, "nI": None}, gpu)


def categorizer(scorer: dict[str, Any], gpu: bool) -> Recommendation:
    """The model with the last layer `scorer`."""
    model = {
        "@architectures": "kernel.SpanCategorizer.v1",
        "tok2vec": SHARED,
        "reducer": REDUCER,
        "scorer": scorer,
    }
    return Recommendation({"model": model}, sources(gpu))
