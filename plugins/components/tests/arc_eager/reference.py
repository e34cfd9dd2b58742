"""The transition system as its definition reads, one state at a time: what the quick code is compared with."""

from __future__ import annotations

import numpy as np
from kernel_components.arc_eager import BREAK, LEFT, REDUCE, RIGHT, SHIFT
from kernel_components.arc_eager.scores import Layout

INVALID = 9000


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
        self.held = [each == -1 for each in self.preset]
        """It is given that the first token of what hangs on it so far starts no sentence."""
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
        found[REDUCE] = depth > 0 and (left == 0 or not (depth == 1 and self.held[b0]))
        found[LEFT] = found[RIGHT] = arc
        found[BREAK] = left >= 2 and b1 == b0 + 1 and not self.starts[b1] and not self.held[b1]
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
            self.unshiftable[b0], self.held[b0] = False, self.held[s0]
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

    def slots(self, layout: Layout) -> list[int]:
        """The tokens whose vectors make up the state; -1 where there is none."""
        b0, b1, s0, s1, s2 = self.b(0), self.b(1), self.s(0), self.s(1), self.s(2)
        found = [b0, b1, s0, s1, s2, _last(self.left, b0), _last(self.left, s0), _last(self.right, s0)]
        if layout.n == 13:
            ninth = _last(self.right, s1, 2) if layout.second_right else _last(self.left, s0, 2)
            found += [ninth, _last(self.right, s0, 2)]
            found += [_last(self.left, s1), _last(self.right, s1), _last(self.left, s1, 2)]
        return found


def _last(children: list[list[int]], token: int, k: int = 1) -> int:
    """The k-th latest of a token's children, -1 if there are fewer."""
    return children[token][-k] if token >= 0 and len(children[token]) >= k else -1


def state_costs(state: State, heads: list[int], labels: list[int], starts: list[int], moves):
    """The cost of every class in one state. heads, labels, starts: gold columns of its document, numbered from 0."""
    stack = set(state.stack)
    buffer: list[int] = []
    for token in state.buffer():
        if state.starts[token]:
            break
        buffer.append(token)
    near = set(buffer)
    s0, s1, b0, b1 = state.s(0), state.s(1), state.b(0), state.b(1)
    valid = state.valid()

    def head_in(token: int, where: set[int]) -> int:
        return int(heads[token] != token and heads[token] in where)

    def children_in(token: int, where: set[int]) -> int:
        return sum(heads[each] == token for each in where if each != token)

    costs = [INVALID] * 5
    push = pop = lost_below = 0
    if b0 >= 0:
        push = head_in(b0, stack) + children_in(b0, stack) + int(valid[BREAK] and starts[b1] == 1)
    if s0 >= 0:
        pop = head_in(s0, near) + children_in(s0, near)
        lost_below = head_in(s0, stack) + children_in(s0, stack)
    if valid[SHIFT]:
        costs[SHIFT] = push
    if valid[REDUCE]:
        costs[REDUCE] = pop - (lost_below if state.heads[s0] < 0 else 0)
        if b0 >= 0 and state.starts[b0]:
            costs[REDUCE] = 0
    if valid[LEFT]:
        kept = s1 >= 0 and heads[s0] == s1
        costs[LEFT] = pop + (int(kept) if state.heads[s0] >= 0 else lost_below) - int(heads[s0] == b0)
    if valid[RIGHT]:
        costs[RIGHT] = push
        if heads[b0] == s0:
            costs[RIGHT] -= 1
        elif head_in(b0, near) and not state.unshiftable[b0]:
            costs[RIGHT] += 1
    if valid[BREAK]:
        lost = sum(head_in(each, near) + children_in(each, near) for each in stack)
        lost -= sum((heads[each] == b0) + (heads[b0] == each) for each in stack)
        costs[BREAK] = lost + int(starts[b1] == -1)
    found = np.array(costs, dtype=np.int16)[moves.action]
    if valid[LEFT]:
        for child, action, by_label, reached in (
            (s0, LEFT, moves.left, heads[s0] == b0),
            (b0, RIGHT, moves.right, heads[b0] == s0),
        ):
            wanted = labels[child]
            if reached and wanted >= 0 and by_label[wanted] >= 0:
                found[moves.action == action] += 1
                found[by_label[wanted]] -= 1
        if s0 != b0 - 1:
            found[moves.subtoken] = INVALID
    return found


def allowed(state, moves):
    """By class, whether it is valid."""
    valid = np.array(state.valid())[moves.action]
    if state.s(0) != state.b(0) - 1:
        valid &= ~moves.subtoken
    return valid


def slots(state, layout, offset):
    return [token + offset if token >= 0 else -1 for token in state.slots(layout)]


def decode(scores, lengths, sent_start, moves):
    """The final states of documents, gone through one after the other."""
    found, offset = [], 0
    for n in lengths:
        state = State(n, sent_start[offset : offset + n])
        while not state.final:
            row = scores.score(np.array([slots(state, Layout.of(scores), offset)]))[0]
            valid = allowed(state, moves)
            if not valid.any():
                break
            best = int(np.where(valid, row, -np.inf).argmax())
            state.apply(int(moves.action[best]), int(moves.label[best]))
        found.append(state)
        offset += n
    return found
