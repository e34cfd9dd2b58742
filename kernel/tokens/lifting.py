"""Lifting arcs until none crosses another, without looking at all tokens for every arc.

Around each token lies a run of tokens that hang on it, however far down. An arc crosses others if it leads out of the run
of its head, and only if it does: the first token beyond hangs elsewhere. When an arc is lifted, its old head loses what
hangs on the arc, nobody else does; so one run may become shorter, and never does a crossing arc cease to cross.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from heapq import heapify, heappop, heappush

from kernel.errors import DataError


def lift(heads: list[int]) -> list[int]:
    """The heads (positions) after lifting: the shortest crossing arc first, the leftmost of equals. DataError for a cycle.

    Arcs from a root can't be lifted.
    """
    trees = _Trees(heads)
    waiting = [(abs(token - head), token) for token, head in enumerate(heads) if not trees.fits(token, head)]
    heapify(waiting)
    is_waiting = [False] * len(heads)
    for _, token in waiting:
        is_waiting[token] = True
    while waiting:
        _, token = heappop(waiting)
        for child in trees.lift(token):
            if not is_waiting[child]:
                is_waiting[child] = True
                heappush(waiting, (abs(child - trees.heads[child]), child))
        head = trees.heads[token]
        if trees.fits(token, head):
            is_waiting[token] = False
        else:
            heappush(waiting, (abs(token - head), token))
    return trees.heads


class _Trees:
    """Trees whose arcs are lifted.

    left, right: for each token, the nearest ones on either side that do not hang on it. size: number of tokens that do, with
    itself. mixed: whether anything in the run around a token hangs on it by way of a token outside of the run; nothing that
    is lifted shortens the run of others. So the arc from such a token to one in its run stays, and what is lifted to the
    lower end of a chain of these arcs will go up the chain, until it comes into a run. top: the upper end of that chain, depth: number
    of arcs to it, jump: a token on the way there, so chosen that few jumps lead to any (Myers 1983, "An applicative
    random-access stack").
    """

    def __init__(self, heads: list[int]) -> None:
        n = len(heads)
        self.heads = list(heads)
        self.children: list[list[int]] = [[] for _ in heads]
        self.size = [1] * n
        self.left, self.right, self.mixed = [0] * n, [0] * n, [False] * n
        waiting: list[int] = []
        for token, head in enumerate(heads):
            (waiting if token == head else self.children[head]).append(token)
        order: list[int] = []
        place = [0] * n
        while waiting:
            token = waiting.pop()
            place[token] = len(order)
            order.append(token)
            waiting += self.children[token]
        if len(order) < n:
            raise DataError("the heads form a cycle")
        order.reverse()
        for token in order:
            if heads[token] != token:
                self.size[heads[token]] += self.size[token]
        self._find_runs(order, place)
        self.top, self.jump, self.depth = list(range(n)), list(range(n)), [0] * n
        self._find_chains(order)

    def _find_runs(self, order: list[int], place: list[int]) -> None:
        """order: every token after all that hang on it. place: where a token comes in the reverse of it."""
        n, heads = len(order), self.heads
        # The lowest and the highest head in the run, on each side.
        sides = (
            (1, n, self.right, list(range(n)), list(range(n))),
            (-1, -1, self.left, list(range(n)), list(range(n))),
        )
        for token in order:
            first, end = place[token], place[token] + self.size[token]
            for step, stop, borders, lowest, highest in sides:
                at, low, high = token + step, token, token
                # What hangs on this token has its own run, which belongs to this one.
                while at != stop and first <= place[at] < end:
                    low, high = min(low, heads[at], lowest[at]), max(high, heads[at], highest[at])
                    at = borders[at]
                borders[token], lowest[token], highest[token] = at, low, high
            left, right = self.left[token], self.right[token]
            self.mixed[token] = any(
                lowest[token] <= left or highest[token] >= right for _, _, _, lowest, highest in sides
            )

    def _find_chains(self, order: list[int]) -> None:
        for token in reversed(order):
            head = self.heads[token]
            is_root = self.heads[head] == head
            if (
                head == token
                or self.mixed[token]
                or self.mixed[head]
                and not is_root
                or not self.fits(token, head)
            ):
                continue
            self.top[token], self.depth[token] = self.top[head], self.depth[head] + 1
            once = self.jump[head]
            twice = self.jump[once]
            as_far = self.depth[head] - self.depth[once] == self.depth[once] - self.depth[twice]
            self.jump[token] = twice if as_far else head

    def fits(self, token: int, head: int) -> bool:
        """Whether an arc from a head to a token that hangs on it stays, as things are."""
        return self.left[head] < token < self.right[head] or self.heads[head] == head

    def lift(self, token: int) -> list[int]:
        """Hang a token on the head of its head, or as far up as is certain. Returns what has to be lifted from the old one now."""
        head = self.heads[token]
        siblings = self.children[head]
        del siblings[bisect_left(siblings, token)]
        crossing = []
        if not self.mixed[head] and self.fits(token, self.top[head]):
            above = head
            while not self.fits(token, above):
                further = self.jump[above]
                above = self.heads[above] if self.fits(token, further) else further
        else:
            above = self.heads[head]
            self.size[head] -= self.size[token]
            if self.mixed[head]:
                crossing = self._shorten(head, token)
        self.heads[token] = above
        # Nobody asks what hangs on a root.
        if self.heads[above] != above:
            insort(self.children[above], token)
        return crossing

    def _shorten(self, head: int, lost: int) -> list[int]:
        """End the run around a token where something begins that hangs on `lost`. Returns its children between old and new ends."""
        old_left, old_right = self.left[head], self.right[head]
        left, right = old_left, old_right
        if self.size[lost] <= self.size[head]:
            for each in self._below(lost):
                if head < each < right:
                    right = each
                elif left < each < head:
                    left = each
        else:
            rest = set(self._below(head))
            left, right = head - 1, head + 1
            while right in rest:
                right += 1
            while left in rest:
                left -= 1
        self.left[head], self.right[head] = left, right
        children = self.children[head]
        lefts = children[bisect_left(children, old_left) : bisect_left(children, left)]
        return lefts + children[bisect_left(children, right) : bisect_left(children, old_right)]

    def _below(self, token: int) -> list[int]:
        """A token and all that hangs on it."""
        found = [token]
        for each in found:
            found += self.children[each]
        return found
