"""Which candidate a mention means: prior probability and similarity of context and entity, for all mentions of a batch at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kernel_linking.kb.candidate import Columns

NIL = "NIL"
"""The id of a mention that means no entity of the knowledge base."""


def undecided(found: Columns, n_mentions: int, threshold: float | None) -> NDArray[np.bool_]:
    """Which mentions need scores, (n_mentions,): those with several candidates, and with a threshold all that have any."""
    counts = np.bincount(found.mentions, minlength=n_mentions)
    return counts > (0 if threshold is not None else 1)


def choose(
    found: Columns,
    is_open: NDArray[np.bool_],
    encodings: NDArray[np.float32] | None,
    *,
    incl_prior: bool,
    threshold: float | None,
) -> NDArray[np.int64]:
    """The place of the best candidate of each mention in `found`, (mentions,); -1 for none.

    is_open: what `undecided` says. encodings: a row for each mention that is open; None leaves the context out. The score is
    p + s - p * s of the prior p and the cosine s; the first of several best ones is taken. threshold: scores below it are of none.
    """
    best = np.full(len(is_open), -1, dtype=np.int64)
    places = np.arange(len(found.mentions))
    scored = is_open[found.mentions]
    alone = places[~scored]
    best[found.mentions[alone]] = alone
    places = places[scored]
    if not len(places):
        return best
    mentions = found.mentions[places]
    scores = found.priors[places] if incl_prior else np.zeros(len(places), dtype=np.float32)
    if encodings is not None:
        rows = (np.cumsum(is_open) - 1)[mentions]
        similar = cosines(encodings[rows], found.vectors[found.rows[places]])
        scores = scores + similar - scores * similar
    firsts = np.flatnonzero(np.diff(mentions, prepend=-1))
    highest = np.maximum.reduceat(scores, firsts)
    counts = np.diff(firsts, append=len(scores))
    winners = np.flatnonzero(scores == np.repeat(highest, counts))
    # Of several that are equally good the first.
    owners, first = np.unique(mentions[winners], return_index=True)
    best[owners] = places[winners[first]]
    if threshold is not None:
        best[mentions[firsts[highest < threshold]]] = -1
    return best


def cosines(X: NDArray[np.float32], Y: NDArray[np.float32]) -> NDArray[np.float32]:
    """The cosine of each row of one array with the same row of the other; 0 where one is zeros."""
    norms = np.sqrt(np.einsum("ij,ij->i", X, X) * np.einsum("ij,ij->i", Y, Y))
    products = np.einsum("ij,ij->i", X, Y)
    similar: NDArray[np.float32] = np.divide(products, norms, out=np.zeros_like(products), where=norms > 0)
    return similar
