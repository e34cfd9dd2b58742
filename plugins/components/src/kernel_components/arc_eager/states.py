"""Many states of the transition system side by side (arc-eager, non-monotonic).

Nivre 2003 has the system, Honnibal and Johnson 2015 the actions that undo what was wrong before: a token that has no
head yet goes back to the buffer when it is reduced, and LEFT may replace a head.

What makes this short and linear in time and memory:

- Every token on the stack comes before every token of the buffer, and both are in the order of the text. So a state is a
  place in a list: `link` leads from a token of the stack to the one below, and from a token of the buffer to the next.
  An action moves one token across, or takes one out.
- The head that LEFT replaces is always the token below on the stack, of which the child is the latest on the right: once a
  token is pushed, nothing is attached to the one below it. So what that head had before is noted with the child.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kernel_components.arc_eager.actions import BREAK, LEFT, REDUCE, RIGHT
from kernel_components.arc_eager.scores import Layout
from kernel_components.arc_eager.validity import (
    APART,
    BEGINS,
    DISTANT,
    FLAG_BITS,
    HELD,
    NO_STACK,
    NONE,
    SHALLOW,
    TABLE,
    UNSHIFTABLE,
)

Places = NDArray[np.intp]

B0, B1, S0, S1, S2 = range(5)
PUSHES = np.array([True, False, False, True, False])


class Cells:
    """What is known of each token of some states. Each state has tokens of its own, which lie side by side.

    A last cell stands for no token, so that index -1 finds it. Children are numbers of whatever the caller counts.
    """

    def __init__(self, n: int, seconds: bool) -> None:
        """n: how many tokens. seconds: whether the second latest children are wanted too."""
        self.n = n
        self.link: Places = np.full(n + 1, -1, dtype=np.intp)
        self.flags: Places = np.zeros(n + 1, dtype=np.intp)
        self.flags[n] = NONE
        self.lefts: Places = np.full((2 if seconds else 1, n + 1), -1, dtype=np.intp)
        """The latest child to the left, and the one before it; `rights` likewise."""
        self.rights: Places = np.full_like(self.lefts, -1)
        self.before: Places = np.full_like(self.lefts, -1)
        """By child, what `rights` of its head was before it came."""
        self.heads: Places = np.full(n + 1, -1, dtype=np.intp)
        self.labels: Places = np.full(n + 1, -1, dtype=np.intp)


class States:
    """States in one place of their paths each: what they have in their slots, what is valid, and the way on.

    slots: (layout.n, n) the tokens in the slots of n states, -1 where there is none. Row 0 is the first token of the
    buffer, row 2 the top of the stack; the others follow from these.
    """

    def __init__(self, cells: Cells, tops: Places, firsts: Places, layout: Layout, *, held: bool) -> None:
        """tops, firsts: by state, the top of the stack and the first token of the buffer, -1 for none.

        held: whether there may be tokens that are given to start no sentence.
        """
        self.cells = cells
        self.slots: Places = np.full((layout.n, len(tops)), -1, dtype=np.intp)
        self.slots[B0], self.slots[S0] = firsts, tops
        self.held, self._layout = held, layout
        self._fill()

    def __len__(self) -> int:
        return len(self.slots[B0])

    def _fill(self) -> None:
        """Follow the links from rows 0 and 2 to the other rows."""
        cells, slots = self.cells, self.slots
        b0, s0, s1 = slots[B0], slots[S0], slots[S1]
        cells.link.take(b0, out=slots[B1], mode="wrap")
        cells.link.take(s0, out=s1, mode="wrap")
        cells.link.take(s1, out=slots[S2], mode="wrap")
        cells.lefts[0].take(b0, out=slots[5], mode="wrap")
        cells.lefts[0].take(s0, out=slots[6], mode="wrap")
        cells.rights[0].take(s0, out=slots[7], mode="wrap")
        if self._layout.seconds:
            if self._layout.second_right:
                cells.rights[1].take(s1, out=slots[8], mode="wrap")
            else:
                cells.lefts[1].take(s0, out=slots[8], mode="wrap")
            cells.rights[1].take(s0, out=slots[9], mode="wrap")
            cells.lefts[0].take(s1, out=slots[10], mode="wrap")
            cells.rights[0].take(s1, out=slots[11], mode="wrap")
            cells.lefts[1].take(s1, out=slots[12], mode="wrap")

    def allowed(
        self, apart: NDArray[np.bool_] | None = None, distant: NDArray[np.bool_] | None = None
    ) -> Places:
        """By state, an entry of `validity.TABLE`.

        apart, distant: where neighbouring numbers are not neighbours in the text; see `validity`.
        """
        flags, slots = self.cells.flags, self.slots
        b0, b1, s0 = slots[B0], slots[B1], slots[S0]
        packed = flags.take(b1, mode="wrap")
        packed <<= FLAG_BITS
        packed += flags.take(b0, mode="wrap")
        packed += (s0 < 0) * NO_STACK
        if self.held:
            packed += (slots[S1] < 0) * SHALLOW
        packed += ((b1 - b0) != 1 if apart is None else apart) * APART
        packed += ((b0 - s0) != 1 if distant is None else distant) * DISTANT
        found: Places = TABLE.take(packed)
        return found

    def advance(self, actions: Places, labels: Places) -> None:
        """Take an action, a valid one, in every state. labels: what an arc that it makes is labelled with."""
        cells, slots = self.cells, self.slots
        b0, b1, s0, s1 = slots[B0], slots[B1], slots[S0], slots[S1]
        right = (actions == RIGHT).nonzero()[0]
        if len(right):
            self._attach_right(s0[right], b0[right], labels[right])
        left = (actions == LEFT).nonzero()[0]
        if len(left):
            self._attach_left(b0[left], s0[left], s1[left], labels[left])
        push = PUSHES.take(actions)
        pushed = push.nonzero()[0]
        cells.link[b0[pushed]] = s0[pushed]
        top = np.where(push, b0, s1)
        back = (actions == REDUCE).nonzero()[0]
        if len(back):
            back = back[(cells.heads[s0[back]] < 0) & (s1[back] >= 0)]
        ended = (actions == BREAK).nonzero()[0]
        if len(ended):
            top[ended] = s0[ended]
            cells.flags[b1[ended]] |= BEGINS
        first = np.where(push, b1, b0)
        if len(back):
            token = s0[back]
            cells.link[token] = b0[back]
            cells.flags[token] |= UNSHIFTABLE
            first[back] = token
        slots[B0], slots[S0] = first, top
        self._fill()

    def _attach_right(self, heads: Places, children: Places, labels: Places) -> None:
        cells, latest = self.cells, children
        for rights, before in zip(cells.rights, cells.before, strict=True):
            before[children] = rights[heads]
            rights[heads], latest = latest, before[children]
        cells.heads[children] = heads
        cells.labels[children] = labels

    def _attach_left(self, heads: Places, children: Places, below: Places, labels: Places) -> None:
        cells, latest = self.cells, children
        had = (cells.heads[children] >= 0).nonzero()[0]
        if len(had):
            cells.rights[:, below[had]] = cells.before[:, children[had]]
        for lefts in cells.lefts:
            earlier = lefts[heads]
            lefts[heads], latest = latest, earlier
        # What the head begins with now is what the child begins with.
        cells.flags[heads] &= ~(UNSHIFTABLE | HELD)
        cells.flags[heads] |= cells.flags[children] & HELD
        cells.heads[children] = heads
        cells.labels[children] = labels

    def running(self) -> NDArray[np.bool_]:
        """Which states are not final: there is a token on the stack or in the buffer."""
        found: NDArray[np.bool_] = self.slots[B0] + self.slots[S0] != -2
        return found

    def keep(self, which: NDArray[np.bool_]) -> None:
        """Go on with some of the states."""
        self.slots = np.ascontiguousarray(self.slots[:, which])


def sentence_flags(sent_start: NDArray[np.int8]) -> Places:
    """The flags of tokens with these sentence starts: 1 given, -1 given that none, 0 unknown."""
    found: Places = np.where(sent_start > 0, BEGINS, np.where(sent_start < 0, HELD, 0))
    return found
