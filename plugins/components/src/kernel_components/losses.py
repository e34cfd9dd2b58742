"""Loss and gradient of label predictions, for all tokens of a batch at once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

# How gold labels are written: the number of the class; MISSING where nothing is known; `excluded(k)` where only
# that class k is wrong is known.
MISSING = -1


def excluded(label: int) -> int:
    """The code for "anything but this class"."""
    return -2 - label


def cross_entropy(
    ops: Any, probabilities: Any, gold: NDArray[np.int32], label_smoothing: float = 0.0
) -> tuple[float, Any]:
    """The loss and its gradient with respect to the logits of a softmax.

    probabilities: (N, classes). gold: int32 (N,), see above. The loss is the sum of the squared gradient. The
    target is 1 for the gold class, or 1 - label_smoothing with the rest spread over the other classes; a row
    whose gold is missing has no gradient, and one that only excludes a class has one for that class alone.
    """
    xp = ops.xp
    classes = probabilities.shape[1]
    check_smoothing(label_smoothing, classes)
    codes = ops.asarray(gold)
    spread = label_smoothing / (classes - 1) if label_smoothing else 0.0
    gradient = probabilities - spread if spread else probabilities.copy()
    known = xp.flatnonzero(codes >= 0)
    gradient[known, codes[known]] -= 1.0 - label_smoothing - spread
    if len(known) < len(codes):
        gradient[codes < 0] = 0.0
        negative = xp.flatnonzero(codes < MISSING)
        wrong = -2 - codes[negative]
        gradient[negative, wrong] = probabilities[negative, wrong]
    flat = gradient.ravel()
    return float(flat @ flat), gradient


def distillation(probabilities: Any, taught: Any) -> tuple[float, Any]:
    """How far probabilities are from a teacher's, and the gradient with respect to the logits of their softmax.

    probabilities: (N, classes). taught: (N, K), those of the first K classes, which sum to 1. Others are new: only the
    probabilities that the first K have among each other are compared. The gradient is that of the Kullback-Leibler
    divergence (Hinton, Vinyals and Dean 2015), the loss the sum of its squares, as in `cross_entropy`.
    """
    known = taught.shape[1]
    if known == probabilities.shape[1]:
        gradient = probabilities - taught
    else:
        own = probabilities[:, :known]
        gradient = probabilities * 0
        gradient[:, :known] = own / own.sum(axis=1, keepdims=True).clip(1e-30) - taught
    flat = gradient.ravel()
    return float(flat @ flat), gradient


def check_smoothing(label_smoothing: float, classes: int) -> None:
    """`ValueError` if the gold class would not stay the likeliest."""
    if not label_smoothing:
        return
    limit = (classes - 1) / classes if classes > 1 else 0.0
    if not 0.0 <= label_smoothing < limit:
        raise ValueError(
            f"label_smoothing is {label_smoothing}, but with {classes} labels it must be from 0 to below {limit:.3g}"
        )
