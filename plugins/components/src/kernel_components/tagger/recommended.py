"""What `kernel init config` writes for the tagger."""

from typing import Any

from kernel.language import SHARED, Recommendation
from kernel_components.token_vectors import sources


def tagger(lang: str, optimize: str, gpu: bool) -> Recommendation:
    """One linear layer over shared token vectors; over those of a transformer, which learns slowly, not from zeros."""
    first = {"init_W": {"@initializers": "glorot_uniform_init.v1"}} if gpu else {}
    model = {"@architectures": "kernel.Tagger.v2", "nO": None, "normalize": False, **first, "tok2vec": SHARED}
    settings: dict[str, Any] = {"model": model}
    return Recommendation(settings if gpu else {"label_smoothing": 0.05, **settings}, sources(gpu))
