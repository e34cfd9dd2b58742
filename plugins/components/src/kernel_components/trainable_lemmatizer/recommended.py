"""What `kernel init config` writes for the lemmatizer that learns."""

from kernel.language import Recommendation
from kernel_components.token_labels import recommended


def trainable_lemmatizer(lang: str, optimize: str, gpu: bool) -> Recommendation:
    """One linear layer over shared token vectors."""
    return recommended.token_labels(gpu, label_smoothing=0.0)
