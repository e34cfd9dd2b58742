"""States on the way to the gold tree, from which exploring paths start.

The way is gone once per document, in plain Python and in time linear in its length, and states are kept at regular distances:
their stacks, what has gone back to the buffer, and what is attached. A stack may be as deep as the document is long. So of
each state no more is kept than a path of limited length can reach, and of the rest how much it matters for costs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel_components.arc_eager.actions import BREAK, LEFT, REDUCE, RIGHT, SHIFT
from kernel_components.arc_eager.validity import BEGINS, HELD, UNSHIFTABLE

Numbers = NDArray[np.int32]

ITEM = 9
"""Rows of `GoldPath.items`: the token, its head, the sentence start in its place, and two each of its latest children to the
left, to the right, and of what its head had to the right before it came. -1: none. Tokens count from the document's first."""
NEVER = np.iinfo(np.int32).max
REACH = 3
"""Tokens beyond those that as many actions as a path has can move: a state has up to three in its slots."""


@dataclass(slots=True)
class GoldPath:
    """States of the gold path of one document, `every` actions apart; the first one is its beginning."""

    every: int
    items: Numbers
    """(ITEM, items): by state, what is on top of the stack (`n_stack`, lowest first), then what has gone back to the buffer
    (`n_back`), then the first two tokens that have not left the buffer yet, as far as there are any."""
    start: Numbers
    """By state, its first item; one more at the end."""
    n_stack: Numbers
    n_back: Numbers
    unread: Numbers
    """By state, the first token that has not left the buffer yet."""
    between: Numbers
    """By state, the number of gold arcs between the stack and the buffer up to the next sentence start."""
    deep: dict[int, NDArray[np.int32]]
    """Of states with more on the stack than is kept: how many gold children below what is kept an item of the stack and of
    what has gone back has, then each token from `unread` on."""
    gone: Numbers
    """By token, after how many actions it left the stack for good; NEVER."""
    usable: NDArray[np.bool_]
    """Whether all that has gone back to the buffer is kept."""


def gold_path(heads: list[int], starts: list[int], preset: list[int], every: int, reach: int) -> GoldPath:
    """Go the way to the gold tree of a document, by actions of the lowest cost.

    heads: by token, its gold head; its own number for a root, -1 where nothing is known. starts: gold sentence starts, and
    preset: given ones (1, -1, 0). every: actions from one kept state to the next, 0 keeps the first alone. reach: how many
    actions paths from these states have at most.
    """
    walk = Walk(heads, starts, preset)
    kept = _Kept(walk, reach + REACH)
    kept.add()
    if every:
        while walk.b0 >= 0 or walk.s0 >= 0:
            if walk.step() < 0:
                break
            if walk.steps % every == 0 and (walk.b0 >= 0 or walk.s0 >= 0):
                kept.add()
    return kept.path(every)


class Walk:
    """A state, with what its costs are made of kept up to date."""

    def __init__(self, heads: list[int], starts: list[int], preset: list[int]) -> None:
        n = len(heads)
        self.n, self.gold_starts = n, starts
        self.gold = [-1 if head == i else head for i, head in enumerate(heads)]
        """Gold heads; -1 for roots too, which lose no arc."""
        self.open = [head < 0 for head in heads]
        """Nothing is known of the head."""
        self.children: list[Sequence[int]] = [()] * n
        children: dict[int, list[int]] = {}
        for child, head in enumerate(self.gold):
            if head >= 0:
                children.setdefault(head, []).append(child)
        for head, found in children.items():
            self.children[head] = found
        self.link = [*range(1, n), -1, -1] if n else [-1]
        self.held = [*(each == -1 for each in preset), False]
        """It is given that the first token of what hangs on it so far starts no sentence."""
        self.begins = [*(each == 1 for each in preset), False]
        self.unshiftable = [False] * (n + 1)
        self.head = [-1] * n
        self.lefts, self.rights, self.before = [(-1, -1)] * n, [(-1, -1)] * n, [(-1, -1)] * n
        self.b0, self.s0, self.unread, self.depth, self.steps = (0 if n else -1), -1, 0, 0, 0
        self.on_stack = [False] * n
        self.gone = [NEVER] * n
        self.below = [0] * n
        """By token, the number of its gold children on the stack."""
        self.next_start = [n] * (n + 1)
        """By sentence start in the buffer, the next one."""
        self.limit = n
        """The first sentence start in the buffer, n if there is none."""
        for token in range(n - 1, -1, -1):
            if self.begins[token]:
                self.next_start[token], self.limit = self.limit, token
        self.up_to: dict[int, int] = {}
        """By token that has gone back to the buffer, the next sentence start after it."""
        self.back: defaultdict[tuple[int, int], int] = defaultdict(int)
        """By sentence start and token, the number of its gold children that have gone back and are followed by that start."""
        self.between = 0

    def _ahead(self, token: int, limit: int) -> int:
        """Gold arcs from a token to the buffer, up to the sentence start `limit`."""
        head, children, found = self.gold[token], self.children[token], 0
        if head >= 0 and head < limit and not self.on_stack[head] and self.gone[head] == NEVER:
            found = 1
        if children and children[-1] >= self.unread:
            found += max(bisect_left(children, limit) - bisect_left(children, self.unread), 0)
        return found + self.back.get((limit, token), 0) if self.back else found

    def _behind(self, token: int) -> int:
        """Gold arcs from a token to the stack."""
        head = self.gold[token]
        return self.below[token] + int(head >= 0 and self.on_stack[head])

    def step(self) -> int:
        """Take the action of the lowest cost, and say which; -1 if none is valid."""
        b0, s0, n, gold = self.b0, self.s0, self.n, self.gold
        b1, s1 = self.link[b0], self.link[s0]
        begins = b0 >= 0 and self.begins[b0]
        can_break = b1 >= 0 and b1 == b0 + 1 and not self.begins[b1] and not self.held[b1]
        push = self._behind(b0) if b0 >= 0 else 0
        in_stack = push
        if can_break and self.gold_starts[b1] == 1:
            push += 1
        best: tuple[int, int, int] | None = None
        if b0 >= 0 and (s0 < 0 or (b1 >= 0 and not begins and not self.unshiftable[b0])):
            best = (push, 1, SHIFT)
        if s0 >= 0:
            limit = min(self.limit, n)
            pop, below = self._ahead(s0, limit), self._behind(s0)
            headless = self.head[s0] < 0
            if b0 < 0 or not (s1 < 0 and self.held[b0]):
                cost = 0 if begins else pop - (below if headless else 0)
                # What stays alone is done with at once, so that no stack of roots comes together.
                rank = 2 if not headless else 0 if s1 < 0 else 5
                best = min(best or (cost, rank, REDUCE), (cost, rank, REDUCE))
            if b0 >= 0 and not begins:
                wanted = gold[s0] == b0
                cost = pop - int(wanted) + (below if headless else int(s1 >= 0 and gold[s0] == s1))
                rank = 3 if wanted or self.open[s0] else 7
                best = min(best or (cost, rank, LEFT), (cost, rank, LEFT))
                wanted = gold[b0] == s0
                cost = push - int(wanted)
                head = gold[b0]
                if not wanted and head >= 0 and head < limit and not self.unshiftable[b0]:
                    cost += int(not self.on_stack[head] and self.gone[head] == NEVER)
                rank = 4 if wanted or self.open[b0] else 8
                best = min(best or (cost, rank, RIGHT), (cost, rank, RIGHT))
        if can_break:
            cost = self.between - in_stack + int(self.gold_starts[b1] == -1)
            best = min(best or (cost, 6, BREAK), (cost, 6, BREAK))
        if best is None:
            return -1
        self._apply(best[2], b0, b1, s0, s1)
        self.steps += 1
        return best[2]

    def _apply(self, action: int, b0: int, b1: int, s0: int, s1: int) -> None:
        if action == SHIFT:
            self._push(b0, b1, s0)
        elif action == RIGHT:
            self.before[b0] = self.rights[s0]
            self.rights[s0] = (b0, self.rights[s0][0])
            self.head[b0] = s0
            self._push(b0, b1, s0)
        elif action == BREAK:
            self.begins[b1] = True
            if self.begins[b0]:
                self.next_start[b1], self.next_start[b0] = self.next_start[b0], b1
            else:
                self.next_start[b1], self.limit = self.limit, b1
                self.between = self._behind(b0)
            if b0 in self.up_to:
                self._leave_back(b0)
                self._go_back(b0, b1)
        else:
            back = action == REDUCE and self.head[s0] < 0 and s1 >= 0
            self.between -= self._ahead(s0, self.limit)
            self.on_stack[s0] = False
            self.depth -= 1
            if self.gold[s0] >= 0:
                self.below[self.gold[s0]] -= 1
            self.s0 = s1
            if action == LEFT:
                if self.head[s0] >= 0:
                    self.rights[s1] = self.before[s0]
                self.lefts[b0] = (s0, self.lefts[b0][0])
                self.unshiftable[b0], self.held[b0] = False, self.held[s0]
                self.head[s0] = b0
            if back:
                self.link[s0] = b0
                self.unshiftable[s0] = True
                self.b0 = s0
                self.between += self._behind(s0)
                self._go_back(s0, self.limit)
            else:
                self.gone[s0] = self.steps + 1

    def _push(self, b0: int, b1: int, s0: int) -> None:
        in_stack = self._behind(b0)
        if self.up_to:
            self._leave_back(b0)
        self.unread = max(self.unread, b0 + 1)
        if b0 == self.limit:
            self.limit = self.next_start[b0]
        self.on_stack[b0] = True
        self.depth += 1
        if self.gold[b0] >= 0:
            self.below[self.gold[b0]] += 1
        self.link[b0] = s0
        self.s0, self.b0 = b0, b1
        self.between += self._ahead(b0, self.limit) - in_stack

    def _go_back(self, token: int, limit: int) -> None:
        self.up_to[token] = limit
        if self.gold[token] >= 0:
            self.back[limit, self.gold[token]] += 1

    def _leave_back(self, token: int) -> None:
        limit = self.up_to.pop(token, -1)
        if limit >= 0 and self.gold[token] >= 0:
            self.back[limit, self.gold[token]] -= 1


class _Kept:
    """The states of a walk that are kept."""

    def __init__(self, walk: Walk, most: int) -> None:
        """most: items of the stack, and of what has gone back, that are kept of a state."""
        self.walk, self.most = walk, most
        self.items: list[Numbers] = []
        self.start = [0]
        self.n_stack: list[int] = []
        self.n_back: list[int] = []
        self.unread: list[int] = []
        self.between: list[int] = []
        self.usable: list[bool] = []
        self.deep: dict[int, NDArray[np.int32]] = {}

    def add(self) -> None:
        walk, most = self.walk, self.most
        stack: list[int] = []
        back: list[int] = []
        token = walk.s0
        while token >= 0 and len(stack) < most:
            stack.append(token)
            token = walk.link[token]
        stack.reverse()
        token = walk.b0
        while 0 <= token < walk.unread and len(back) <= most:
            back.append(token)
            token = walk.link[token]
        usable = len(back) <= most
        if not usable:
            stack, back = [], []
        elif walk.depth > most:
            self.deep[len(self.n_stack)] = self._deep(stack, back)
        first = range(walk.unread, min(walk.unread + 2, walk.n)) if usable else ()
        items = []
        for token in (*stack, *back, *first):
            flags = (
                BEGINS * walk.begins[token] + UNSHIFTABLE * walk.unshiftable[token] + HELD * walk.held[token]
            )
            ways = (*walk.lefts[token], *walk.rights[token], *walk.before[token])
            items.append((token, walk.head[token], flags, *ways))
        self.items.append(np.array(items, dtype=np.int32).reshape(-1, ITEM))
        self.start.append(self.start[-1] + len(items))
        self.n_stack.append(len(stack))
        self.n_back.append(len(back))
        self.unread.append(walk.unread)
        self.between.append(walk.between)
        self.usable.append(usable)

    def _deep(self, stack: list[int], back: list[int]) -> NDArray[np.int32]:
        walk = self.walk
        tokens = [*stack, *back, *range(walk.unread, min(walk.unread + self.most, walk.n))]
        place = {token: at for at, token in enumerate(tokens)}
        found = np.array([walk.below[token] for token in tokens], dtype=np.int32)
        for token in stack:
            if walk.gold[token] in place:
                found[place[walk.gold[token]]] -= 1
        return found

    def path(self, every: int) -> GoldPath:
        def column(values: list[Any]) -> Numbers:
            return np.array(values, dtype=np.int32)

        return GoldPath(
            every,
            np.concatenate(self.items).T.copy(),
            column(self.start),
            column(self.n_stack),
            column(self.n_back),
            column(self.unread),
            column(self.between),
            self.deep,
            column(self.walk.gone),
            np.array(self.usable, dtype=np.bool_),
        )
