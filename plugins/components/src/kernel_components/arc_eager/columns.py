"""The columns of a flat batch of documents: what is given, what is wanted, and what is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kernel_components.arc_eager.gold_path import GoldPath, gold_path

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
    paths: dict[tuple[bytes, int, int], GoldPath] = field(default_factory=dict, repr=False)
    """The way to the tree, by what is given and what is kept of it."""

    def path(self, given: Signs | None, every: int, reach: int) -> GoldPath:
        """The way to the tree of one document: see `gold_path`. given: sentence starts. It is gone once."""
        key = (b"" if given is None or not given.any() else given.tobytes(), every, reach)
        found = self.paths.get(key)
        if found is None:
            preset = given.tolist() if given is not None else [0] * len(self.heads)
            found = gold_path(self.heads.tolist(), self.starts.tolist(), preset, every, reach)
            # What is given may change with every update; what was before it isn't needed again.
            self.paths.clear()
            self.paths[key] = found
        return found

    @classmethod
    def unknown(cls, n: int) -> Gold:
        """Of a document of n tokens, of which nothing is known."""
        nothing = np.full(n, -1, dtype=np.int64)
        return cls(nothing, nothing, np.zeros(n, dtype=np.int8))

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
