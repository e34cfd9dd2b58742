"""The columns of a flat batch of documents: what is given, what is wanted, and what is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Signs = NDArray[np.int8]


class Constraints:
    """What a batch says before it is parsed.

    lengths: tokens in each document. sent_start: sentence starts that are given, by token: 1 here starts a sentence, -1
    none does, 0 nothing is known. None: nothing is known of any.
    """

    def __init__(self, lengths: Sequence[int] | Numbers, sent_start: Signs | None = None) -> None:
        self.lengths = np.asarray(lengths, dtype=np.int64)
        self.ends: Numbers = np.cumsum(self.lengths)
        self.n = int(self.ends[-1]) if len(self.ends) else 0
        self.sent_start = sent_start if sent_start is not None and sent_start.any() else None


@dataclass(slots=True)
class Gold:
    """The tree that is to be found. It is projective; an arc that crosses others can't be reached."""

    heads: Numbers
    """By token, its head's place in the batch; its own place for a root, -1 where nothing is known."""
    labels: Numbers
    """The label number of the arc to the head; -1 where any will do."""
    starts: Signs
    """1 starts a sentence, -1 starts none, 0 unknown."""
    parts: tuple[Gold, ...] = field(default=(), repr=False)
    """The documents that a batch was joined of."""

    @classmethod
    def join(cls, parts: Sequence[Gold]) -> Gold:
        """One flat batch out of several documents."""
        offset, heads = 0, []
        for part in parts:
            heads.append(np.where(part.heads >= 0, part.heads + offset, -1))
            offset += len(part.heads)
        if not parts:
            nothing = np.zeros(0, dtype=np.int64)
            return cls(nothing, nothing, nothing.astype(np.int8))
        return cls(
            np.concatenate(heads),
            np.concatenate([part.labels for part in parts]),
            np.concatenate([part.starts for part in parts]),
            tuple(parts),
        )


@dataclass(slots=True)
class Parse:
    """What the decoder found."""

    heads: Numbers
    """By token, its head's place in the batch; its own place if it has none."""
    labels: Numbers
    """The label number of the arc to the head; -1 where there is none."""
    starts: Signs
    """1 where a sentence was begun or was given to start, -1 where it was given that none starts, else 0."""
