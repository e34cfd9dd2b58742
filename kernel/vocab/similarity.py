"""Cosine similarity of two vectors, and of two things that have one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.errors import warn


def cosine(left: NDArray[Any], right: NDArray[Any]) -> float:
    """Cosine of the angle between two vectors; 0 if one is all zeros or they differ in width."""
    if left.shape != right.shape or left.size == 0:
        return 0.0
    norms = float(np.linalg.norm(left)) * float(np.linalg.norm(right))
    return float(left @ right) / norms if norms else 0.0


def similarity(one: Any, other: Any) -> float:
    """Similarity of two documents, spans, tokens or word forms: 1 if they have the same words, else the cosine.

    A warning tells where there is nothing to compare, or only what says little.
    """
    kind = type(one).__name__
    if hasattr(other, "words") and list(one.words()) == list(other.words()):
        return 1.0
    if not one.vocab.vectors.n_keys or not one.vocab.vectors:
        warn(
            f"{kind}.similarity: there are no word vectors, so that the tensors of the pipeline are compared, if there are "
            "any: they say what a word does in its sentence, not what it means. Load vectors into the vocab"
        )
    left, right = one.vector, other.vector
    if not (one.has_vector and other.has_vector):
        warn(f"{kind}.similarity: one of the two has no vector, so that it is 0")
    return cosine(left, right)
