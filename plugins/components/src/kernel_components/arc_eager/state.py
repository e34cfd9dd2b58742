"""One state of the transition system (arc-eager, non-monotonic).

Nivre 2003 has the system, Honnibal and Johnson 2015 the actions that undo what was wrong before: a token that has no
head yet goes back to the buffer when it is reduced, and LEFT may replace a head.
"""

from __future__ import annotations

from kernel_components.arc_eager.moves import BREAK, LEFT, REDUCE, RIGHT, SHIFT


class State:
    """A stack, a buffer and the arcs between the `n` tokens of one document, numbered from 0."""

    def __init__(self, n: int, sent_start: list[int] | None = None) -> None:
        self.n = n
        self.stack: list[int] = []
        self.back: list[int] = []
        """Tokens that were on the stack and are in the buffer again, the next one last."""
        self.next = 0
        """The first token that has never left the buffer."""
        self.heads = [-1] * n
        self.labels = [-1] * n
        self.left: list[list[int]] = [[] for _ in range(n)]
        """The children of each token that come before it, the latest last; `right` those that come after it."""
        self.right: list[list[int]] = [[] for _ in range(n)]
        self.preset = sent_start or [0] * n
        self.starts = [each == 1 for each in self.preset]
        self.unshiftable = [False] * n

    @property
    def final(self) -> bool:
        return not self.stack and self.buffered == 0

    @property
    def buffered(self) -> int:
        return len(self.back) + self.n - self.next

    def s(self, k: int) -> int:
        """The token k below the top of the stack, -1 if there is none."""
        return self.stack[-1 - k] if k < len(self.stack) else -1

    def b(self, k: int) -> int:
        """The token at place k of the buffer, -1 if there is none."""
        if k < len(self.back):
            return self.back[-1 - k]
        at = self.next + k - len(self.back)
        return at if at < self.n else -1

    def buffer(self) -> list[int]:
        return [self.b(k) for k in range(self.buffered)]

    def valid(self) -> list[bool]:
        """Which of the five actions are allowed."""
        b0, b1, depth, left = self.b(0), self.b(1), len(self.stack), self.buffered
        begins = b0 >= 0 and self.starts[b0]
        arc = depth > 0 and left > 0 and not begins
        found = [False] * 5
        found[SHIFT] = left > 0 and (depth == 0 or (left >= 2 and not begins and not self.unshiftable[b0]))
        found[REDUCE] = depth > 0 and (left == 0 or not (depth == 1 and self.preset[b0] == -1))
        found[LEFT] = found[RIGHT] = arc
        found[BREAK] = left >= 2 and b1 == b0 + 1 and not self.starts[b1] and self.preset[b1] != -1
        return found

    def apply(self, action: int, label: int = -1) -> None:
        s0, b0 = self.s(0), self.b(0)
        if action == SHIFT:
            self._push()
        elif action == REDUCE:
            back = self.heads[s0] < 0 and len(self.stack) > 1
            self.stack.pop()
            if back:
                self.back.append(s0)
                self.unshiftable[s0] = True
        elif action == LEFT:
            if self.heads[s0] >= 0:
                # The head is the token below on the stack, and this its latest child.
                self.right[self.heads[s0]].remove(s0)
            self.heads[s0], self.labels[s0] = b0, label
            self.left[b0].append(s0)
            self.unshiftable[b0] = False
            self.stack.pop()
        elif action == RIGHT:
            self.heads[b0], self.labels[b0] = s0, label
            self.right[s0].append(b0)
            self._push()
        else:
            self.starts[self.b(1)] = True

    def _push(self) -> None:
        self.stack.append(self.b(0))
        if self.back:
            self.back.pop()
        else:
            self.next += 1

    def slots(self, n_slots: int) -> list[int]:
        """The tokens whose vectors make up the state; -1 where there is none."""
        b0, b1, s0, s1, s2 = self.b(0), self.b(1), self.s(0), self.s(1), self.s(2)
        found = [b0, b1, s0, s1, s2, _last(self.left, b0), _last(self.left, s0), _last(self.right, s0)]
        if n_slots == 13:
            found += [_last(self.left, s0, 2), _last(self.right, s0, 2)]
            found += [_last(self.left, s1), _last(self.right, s1), _last(self.left, s1, 2)]
        return found


def _last(children: list[list[int]], token: int, k: int = 1) -> int:
    """The k-th latest of a token's children, -1 if there are fewer."""
    return children[token][-k] if token >= 0 and len(children[token]) >= k else -1
