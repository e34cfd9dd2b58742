"""Cosine similarity of two vectors."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def cosine(left: NDArray[Any], right: NDArray[Any]) -> float:
    """Cosine of the angle between two vectors; 0 if one is all zeros or they differ in width."""
    if left.shape != right.shape or left.size == 0:
        return 0.0
    norms = float(np.linalg.norm(left)) * float(np.linalg.norm(right))
    return float(left @ right) / norms if norms else 0.0
