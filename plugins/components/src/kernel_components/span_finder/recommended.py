"""What `kernel init config` writes for the span finder."""

from kernel.language import SHARED, Recommendation
from kernel_components.token_vectors import sources


def span_finder(lang: str, optimize: str, gpu: bool) -> Recommendation:
    """One linear layer over shared token vectors."""
    model = {
        "@architectures": "kernel.SpanFinder.v1",
        "tok2vec": SHARED,
        "scorer": {"@layers": "kernel.LinearLogistic.v1", "nO": 2, "nI": None},
    }
    return Recommendation({"model": model}, sources(gpu))
