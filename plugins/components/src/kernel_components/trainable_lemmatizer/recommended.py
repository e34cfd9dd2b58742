"""What `kernel init config` writes for the lemmatizer that learns."""

from kernel.language import SHARED, Recommendation
from kernel_components.token_vectors import sources


def trainable_lemmatizer(lang: str, optimize: str, gpu: bool) -> Recommendation:
    """One linear layer over shared token vectors; over those of a transformer, which learns slowly, not from zeros."""
    first = {"init_W": {"@initializers": "glorot_uniform_init.v1"}} if gpu else {}
    model = {"@architectures": "kernel.Tagger.v2", "nO": None, "normalize": False, **first, "tok2vec": SHARED}
    return Recommendation({"model": model}, sources(gpu))
