"""The states that a decoder went through, one a token."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kernel_components.biluo.moves import LAST, OUT, UNIT

Numbers = NDArray[np.int64]


@dataclass(slots=True)
class Path:
    """Every action consumes one token, so a batch of N tokens has at most N states.

    action: the action taken at each token (MISSING: no state, the document was given up before).
    label: the label number of that action, -1 for O and for blocked tokens.
    start: the first token of the open entity in the state *before* the action, -1 when none is open.
    entity: the label number of that open entity, -1 when none is open.
    """

    action: NDArray[np.int8]
    label: Numbers
    start: Numbers
    entity: Numbers

    def entities(self) -> tuple[Numbers, Numbers, Numbers]:
        """Starts, ends (exclusive) and label numbers of the finished entities, in order of their starts."""
        busy = (self.action != OUT).nonzero()[0]
        if not len(busy):
            # As in most short texts.
            return busy, busy, self.label[:0]
        unit = busy[(self.action[busy] == UNIT) & (self.label[busy] >= 0)]
        last = busy[self.action[busy] == LAST]
        starts = np.concatenate((unit, self.start[last]))
        ends = np.concatenate((unit, last)) + 1
        labels = np.concatenate((self.label[unit], self.entity[last]))
        order = np.argsort(starts, kind="stable")
        return starts[order], ends[order], labels[order]

    def states(self) -> Numbers:
        """Tokens that have a state."""
        return np.flatnonzero(self.action)

    def slots(self, n_slots: int, tokens: Numbers) -> NDArray[np.int32]:
        """Feature tokens of the states at `tokens`."""
        return slot_ids(n_slots, tokens, self.start[tokens])


def slot_ids(n_slots: int, tokens: Numbers, starts: Numbers | None = None) -> NDArray[np.int32]:
    """The tokens whose vectors make up a state, (S, n_slots), -1 where there is none.

    3 slots: the token, the first token of the open entity, the token before. 6 slots: the token, then up to five
    tokens of the open entity from its first on. A state depends on nothing else, whatever was decided before.
    """
    ids = np.full((len(tokens), n_slots), -1, dtype=np.int32)
    ids[:, 0] = tokens
    if starts is None:
        return ids
    if n_slots == 3:
        ids[:, 1] = starts
        ids[:, 2] = np.where(starts >= 0, tokens - 1, -1)
    else:
        inside = starts[:, None] + np.arange(n_slots - 1)
        ids[:, 1:] = np.where((starts[:, None] >= 0) & (inside < tokens[:, None]), inside, -1)
    return ids
