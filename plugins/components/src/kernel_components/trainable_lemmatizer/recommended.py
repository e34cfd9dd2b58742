"""What `kernel init config` writes for the lemmatizer that learns."""

from kernel.language import SHARED, Recommendation
from kernel_components.token_vectors import first_weights, sources


def trainable_lemmatizer(lang: str, optimize: str, gpu: bool) -> Recommendation:
    """One linear layer over shared token vectors."""
    output = {"nO": None, "normalize": False, **first_weights(gpu)}
    model = {"@architectures": "kernel.Tagger.v2", **output, "tok2vec": SHARED}
    return Recommendation({"model": model}, sources(gpu))
