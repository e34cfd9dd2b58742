"""What `kernel init config` writes for the morphologizer."""

from kernel.language import Recommendation
from kernel_components.token_labels import recommended


def morphologizer(lang: str, optimize: str, gpu: bool) -> Recommendation:
    """As for the tagger: its labels are only more."""
    return recommended.token_labels(gpu)
