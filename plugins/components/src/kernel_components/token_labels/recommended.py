"""What `kernel init config` writes for labels of tokens."""

from typing import Any

from kernel.language import SHARED, Recommendation
from kernel_components.token_vectors import first_weights, sources


def token_labels(gpu: bool, label_smoothing: float = 0.05) -> Recommendation:
    """One linear layer over shared token vectors.

    label_smoothing: 0 for a component that has no such setting. A transformer does without.
    """
    output = {"nO": None, "normalize": False, **first_weights(gpu)}
    settings: dict[str, Any] = {"model": {"@architectures": "kernel.Tagger.v2", **output, "tok2vec": SHARED}}
    smoothed = label_smoothing and not gpu
    return Recommendation(
        {"label_smoothing": label_smoothing, **settings} if smoothed else settings, sources(gpu)
    )
