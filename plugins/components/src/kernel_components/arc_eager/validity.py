"""Which actions are allowed in a state.

What decides is packed into a number of 12 bits, and looked up. A token has four flags; those of the first two tokens of
the buffer count, and whether there are one or two tokens on the stack.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kernel_components.arc_eager.actions import BREAK, LEFT, REDUCE, RIGHT, SHIFT

BEGINS, UNSHIFTABLE, HELD, NONE = 1, 2, 4, 8
"""Flags of a token: it starts a sentence; it was on the stack and is in the buffer again; it is given that the first token of
what hangs on it so far, itself at first, starts no sentence; there is no such token."""
FLAG_BITS = 4
NO_STACK, SHALLOW, APART, DISTANT = (1 << (2 * FLAG_BITS + bit) for bit in range(4))
"""Of a state: the stack is empty; it has fewer than two tokens; the first two of the buffer are no neighbours; the tokens
that LEFT and RIGHT connect are none."""
NEIGHBOURS = 1 << 5
"""In what is looked up, beside a bit for each action: the tokens that LEFT and RIGHT connect are neighbours."""


def allowed(b0: int, b1: int, no_stack: bool, shallow: bool, apart: bool) -> list[bool]:
    """By action, whether it is valid. b0, b1: the flags of the first two tokens of the buffer."""
    empty, several, begins = bool(b0 & NONE), not b1 & NONE, bool(b0 & BEGINS)
    found = [False] * 5
    found[SHIFT] = not empty and (no_stack or (several and not begins and not b0 & UNSHIFTABLE))
    found[REDUCE] = not no_stack and (empty or not (shallow and bool(b0 & HELD)))
    found[LEFT] = found[RIGHT] = not no_stack and not empty and not begins
    found[BREAK] = not empty and several and not apart and not b1 & (BEGINS | HELD)
    return found


def _table() -> NDArray[np.intp]:
    table = np.zeros(DISTANT << 1, dtype=np.intp)
    for packed in range(len(table)):
        b0, b1 = packed & 15, packed >> FLAG_BITS & 15
        state = [bool(packed & bit) for bit in (NO_STACK, SHALLOW, APART)]
        bits = [1 << action for action, valid in enumerate(allowed(b0, b1, *state)) if valid]
        table[packed] = sum(bits) + (0 if packed & DISTANT else NEIGHBOURS)
    return table


TABLE = _table()
"""What is allowed, by what decides: a bit for each action, and NEIGHBOURS."""


@dataclass(slots=True, frozen=True)
class Masks:
    """What each entry of TABLE means for the classes of a model."""

    add: NDArray[np.float32]
    """(entries, classes): 0 for valid classes and minus infinity for others, to be added to scores."""
    valid: NDArray[np.bool_]
    """(entries, classes)."""
    any: NDArray[np.bool_]
    """(entries,): is anything valid?"""
    first: NDArray[np.intp]
    """(entries,): the first valid class; what is taken where scores are no numbers, which would choose anything."""

    def checked(
        self, best: NDArray[np.intp], actions: NDArray[np.intp], allowed: NDArray[np.intp]
    ) -> NDArray[np.intp]:
        """The classes `best`, with valid ones for those that are not. actions: what they do."""
        valid = allowed >> actions & 1
        return best if valid.all() else np.where(valid, best, self.first.take(allowed))


def masks(action: NDArray[np.int8], subtoken: NDArray[np.bool_]) -> Masks:
    """The masks of classes with these actions. subtoken: which of them connect neighbours only."""
    entries = np.arange(NEIGHBOURS << 1)
    valid = (entries[:, None] >> action & 1).astype(np.bool_)
    valid[entries < NEIGHBOURS] &= ~subtoken
    add = np.where(valid, np.float32(0), np.float32(-np.inf))
    return Masks(add, valid, np.logical_or.reduce(valid, axis=1), valid.argmax(axis=1))
