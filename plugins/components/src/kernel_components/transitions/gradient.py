"""The losses of a batch of states."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


def gradient(scores: Floats, costs: NDArray[np.int16]) -> tuple[Floats, float]:
    """The gradient (S, classes) of the scores, and the reported loss: the sum of its squares.

    Every state is asked to put its probability on the actions of lowest cost, at most 1: with p the softmax over all
    classes and q the same over those actions only, the gradient is p - q, that of -log(sum of p over those actions).
    States without an action of cost 0 or 1 teach nothing.
    """
    lowest = costs.min(axis=1, keepdims=True)
    best = costs <= lowest
    p = scores - scores.max(axis=1, keepdims=True)
    np.exp(p, out=p)
    q = p * best
    p /= p.sum(axis=1, keepdims=True)
    total = q.sum(axis=1, keepdims=True)
    hopeless = (lowest > 1) | (total <= 0)
    total[hopeless] = 1
    q /= total
    p -= q
    if hopeless.any():
        p[hopeless[:, 0]] = 0
    return p, float(np.vdot(p, p))


def rehearsal_gradient(scores: Floats, taught: Floats, classes: NDArray[np.int64]) -> tuple[Floats, float]:
    """The gradient (S, classes of the model) of scores that are to be like a teacher's, and the sum of its squares.

    classes: those to compare. With p and q the softmax of `scores` and of `taught` over these, the gradient is p - q, that of
    the Kullback-Leibler divergence of p from q (Hinton, Vinyals and Dean 2015). Others have none.
    """
    difference = _softmax(scores[:, classes]) - _softmax(taught[:, classes])
    gradient = np.zeros_like(scores)
    gradient[:, classes] = difference
    return gradient, float(np.vdot(difference, difference))


def _softmax(scores: Floats) -> Floats:
    p: Floats = scores - scores.max(axis=1, keepdims=True)
    np.exp(p, out=p)
    p /= p.sum(axis=1, keepdims=True)
    return p
