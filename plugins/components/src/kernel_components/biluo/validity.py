"""Which actions are allowed, from the tokens and from annotations that were there before.

Earlier annotations are honoured: an entity that is preset stays as it is, a preset `B` without a label blocks its token,
and a token that carries nothing is free. Sentence starts end entities, whitespace opens none, and the last token of a
document closes whatever is open.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from kernel_components.biluo.moves import BEGIN, UNIT

Value = TypeVar("Value", bound=np.generic)
Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]

_NOWHERE: Numbers = np.zeros(0, dtype=np.int64)
_NO_ACTIONS: NDArray[np.int8] = np.zeros(0, dtype=np.int8)
PRESET_NONE, PRESET_IN, PRESET_OUT, PRESET_BEGIN = range(4)


class Constraints:
    """The columns of a flat batch of documents that decide what is valid, one row a token.

    lengths: tokens in each document. space: the token is whitespace. sent_start: the token starts a sentence (1) or not.
    iob and preset: earlier entity annotation (0 none, 1 I, 2 O, 3 B) and its label number, -1 for no label; a label
    that the model lacks has a number beyond the model's. Columns that say nothing may be None, and cost nothing then.
    """

    def __init__(
        self,
        lengths: Sequence[int] | Numbers,
        *,
        space: Flags | None = None,
        sent_start: Flags | None = None,
        iob: NDArray[np.int8] | None = None,
        preset: Numbers | None = None,
    ) -> None:
        self.lengths = [int(length) for length in lengths]
        ends = [end for end, length in zip(accumulate(self.lengths), self.lengths, strict=True) if length]
        self.n = ends[-1] if ends else 0
        self.last: Flags = np.zeros(self.n, dtype=np.bool_)
        """The token is the last one of its document."""
        self.last[[end - 1 for end in ends]] = True
        self.space = space if space is not None and space.any() else None
        self.next_start: Flags | None = None
        if sent_start is not None and sent_start.any():
            self.next_start = self._following(sent_start)
        self.iob: NDArray[np.int8] | None = None
        if iob is not None and iob.any():
            self.iob = iob
            self.next_iob: NDArray[np.int8] = self._following(iob)
            self.preset: Numbers = preset if preset is not None else np.full(self.n, -1, dtype=np.int64)

    @cached_property
    def stops(self) -> Numbers:
        """By token, the first row after its document."""
        return np.repeat(np.cumsum(self.lengths, dtype=np.int64), self.lengths)

    def _following(self, column: NDArray[Value]) -> NDArray[Value]:
        """The next token's value, 0 at the end of a document."""
        shifted = np.zeros_like(column)
        shifted[:-1] = column[1:]
        shifted[self.last] = 0
        return shifted


class Closed(NamedTuple):
    """What is valid at each token when no entity is open; the labels are free except at `forced` tokens."""

    begin: Flags
    unit: Flags | None
    """None: everywhere."""
    outside: Flags | None
    """None: everywhere."""
    forced: Numbers
    """Tokens that a preset entity starts at or that are blocked: exactly one action is valid."""
    forced_action: NDArray[np.int8]
    forced_label: Numbers
    """-1 for a blocked token (the class `U-`)."""


def closed(c: Constraints) -> Closed:
    """Validity of B, U and O at every token of the batch, outside of entities."""
    begin = ~c.last
    unit = None
    if c.space is not None:
        unit = ~c.space
        begin &= unit
    if c.next_start is not None:
        begin &= ~c.next_start
    if c.iob is None:
        return Closed(begin, unit, None, _NOWHERE, _NO_ACTIONS, _NOWHERE)
    unit = np.ones(c.n, dtype=np.bool_) if unit is None else unit
    begin &= (c.iob != PRESET_IN) & (c.next_iob != PRESET_BEGIN)
    unit &= c.next_iob != PRESET_IN
    outside = (c.iob != PRESET_IN) & (c.iob != PRESET_BEGIN)
    forced = np.flatnonzero(c.iob == PRESET_BEGIN)
    label = c.preset[forced]
    several = (c.next_iob[forced] == PRESET_IN) & (label >= 0)
    action = np.where(several, BEGIN, UNIT).astype(np.int8)
    begin[forced] = unit[forced] = outside[forced] = False
    return Closed(begin, unit, outside, forced, action, label)


class Open(NamedTuple):
    """What is valid for states inside an entity."""

    inside: Flags
    """I with the entity's own label."""
    last: Flags
    """L with the label in `closing`."""
    closing: Numbers


def opened(c: Constraints, tokens: Numbers, labels: Numbers) -> Open:
    """Validity of I and L at `tokens` inside entities with `labels`."""
    inside = ~c.last[tokens]
    starts = c.next_start[tokens] if c.next_start is not None else None
    if c.iob is None:
        if starts is not None:
            inside &= ~starts
        return Open(inside, np.ones(len(tokens), dtype=np.bool_), labels)
    now, following, preset = c.iob[tokens], c.next_iob[tokens], c.preset[tokens]
    held = now == PRESET_IN
    free = np.ones(len(tokens), dtype=np.bool_) if starts is None else ~starts
    inside &= (now != PRESET_BEGIN) & (following != PRESET_BEGIN)
    inside &= np.where(held, (following == PRESET_IN) & (preset == labels), free)
    must_end = held & (following != PRESET_IN)
    last = np.where(must_end, preset >= 0, following != PRESET_IN)
    return Open(inside, last, np.where(must_end, preset, labels))
