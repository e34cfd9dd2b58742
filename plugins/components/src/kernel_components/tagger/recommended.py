"""What `kernel init config` writes for the tagger."""

from typing import Any

from kernel.language import SHARED, Recommendation
from kernel_components.token_vectors import first_weights, sources


def tagger(lang: str, optimize: str, gpu: bool) -> Recommendation:
    """One linear layer over shared token vectors."""
    output = {"nO": None, "normalize": False, **first_weights(gpu)}
    model = {"@architectures": "kernel.Tagger.v2", **output, "tok2vec": SHARED}
    settings: dict[str, Any] = {"model": model}
    return Recommendation(settings if gpu else {"label_smoothing": 0.05, **settings}, sources(gpu))
