"""What `kernel init config` writes for the tagger."""

from kernel.language import Recommendation
from kernel_components.token_labels import recommended


def tagger(lang: str, optimize: str, gpu: bool) -> Recommendation:
    """One linear layer over shared token vectors."""
    return recommended.token_labels(gpu)
