"""Which labels of which suggested spans are kept, from their scores."""

import numpy as np
from numpy.typing import NDArray

Chosen = tuple[NDArray[np.intp], NDArray[np.intp]]
"""Places of suggested spans, and numbers of labels, both (K,)."""


def several(scores: NDArray[np.float32], threshold: float, max_positive: int | None) -> Chosen:
    """All labels that reach the threshold, of each span the `max_positive` best at most: in the order of spans, then labels.

    scores: (S, labels).
    """
    keep = scores >= threshold
    if max_positive is not None and max_positive < scores.shape[1]:
        crowded = np.flatnonzero(keep.sum(axis=1) > max_positive)
        worst = np.argsort(-scores[crowded], axis=1, kind="stable")[:, max_positive:]
        keep[crowded[:, None], worst] = False
    rows, labels = np.nonzero(keep)
    return rows, labels


def best(scores: NDArray[np.float32], n_labels: int, threshold: float) -> Chosen:
    """The best label of each span if it reaches the threshold, unless it is the one after the `n_labels`, which says that there is none.

    scores: (S, n_labels or n_labels + 1).
    """
    winners = scores.argmax(axis=1)
    reached = scores[np.arange(len(scores)), winners] >= threshold
    rows = np.flatnonzero((winners < n_labels) & reached)
    return rows, winners[rows]


def without_overlap(
    chosen: Chosen, scores: NDArray[np.float32], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> Chosen:
    """The chosen spans that share no token with a better one, the best first.

    starts, ends: of all suggested spans, counted over the documents, so that no two of different documents overlap.
    """
    rows, labels = chosen
    order = np.argsort(-scores[rows, labels], kind="stable")
    taken = np.zeros(int(ends.max(initial=0)), dtype=bool)
    rows, labels = rows[order], labels[order]
    keep = np.zeros(len(rows), dtype=bool)
    for place, (start, end) in enumerate(zip(starts[rows].tolist(), ends[rows].tolist(), strict=True)):
        if not taken[start:end].any():
            taken[start:end] = keep[place] = True
    return rows[keep], labels[keep]
