"""The transition system in plain Python, one token at a time: what the columnar code is compared with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass
class Token:
    space: bool = False
    sent_start: bool = False
    iob: str = ""  # "", "B", "I", "O"
    preset: int = -1  # label number, -1: no label
    gold: str = "M"
    gold_label: int = -1


@dataclass
class State:
    tokens: list[Token]
    at: int = 0
    open_at: int = -1
    label: int = -1

    @property
    def left(self) -> int:
        return len(self.tokens) - self.at

    def ahead(self, k: int) -> Token:
        return self.tokens[self.at + k] if k < self.left else Token()

    def valid(self, letter: str, label: int) -> bool:
        b0, b1, is_open = self.ahead(0), self.ahead(1), self.open_at >= 0
        if letter == "O":
            return not is_open and b0.iob not in ("B", "I")
        if letter == "U" and label == -1:
            return not is_open and b0.iob == "B" and b0.preset == -1
        if letter == "B":
            if is_open or self.left < 2 or b0.iob == "I":
                return False
            if b0.iob == "B":
                return label == b0.preset and b1.iob == "I"
            return b1.iob != "B" and not b1.sent_start and not b0.space
        if letter == "U":
            if is_open or b1.iob == "I":
                return False
            return label == b0.preset if b0.iob == "B" else not b0.space
        if not is_open:
            return False
        if letter == "I":
            if label != self.label or self.left < 2 or b0.iob == "B" or b1.iob == "B":
                return False
            if b0.iob == "I":
                return b1.iob == "I" and label == b0.preset
            return not b1.sent_start
        if b0.iob == "I" and b1.iob != "I":
            return label == b0.preset
        return label == self.label and b1.iob != "I"

    def cost(self, letter: str, label: int, negative: set[tuple[int, int, int]]) -> int:
        b0 = self.ahead(0)
        g, following = b0.gold, self.ahead(1).gold if self.left > 1 else "O"
        extra = 0
        if letter == "B" and self.left < 3:
            extra = int(any(start == self.at and x == label for start, _, x in negative))
        if letter == "L":
            extra = int((self.open_at, self.at + 1, label) in negative)
        if letter == "U":
            extra = int((self.at, self.at + 1, label) in negative)
        if g == "M":
            return extra
        if letter in "BU":
            return extra + int(not (g == letter and b0.gold_label == label))
        if letter == "O":
            return extra + int(g in "BU")
        first = self.tokens[self.open_at]
        sunk = first.gold not in ("B", "U") or first.gold_label != self.label
        if letter == "L":
            return extra + int(g == "I" and not sunk)
        if g in "BI":
            return extra
        if g == "L":
            return extra + int(not (sunk and following in "OM"))
        if g == "U":
            return extra + int(following != "O")
        return extra + int(following not in "OM")

    def slots(self, n_slots: int, offset: int) -> list[int]:
        ids = [-1] * n_slots
        ids[0] = offset + self.at
        if self.open_at >= 0 and n_slots == 3:
            ids[1], ids[2] = offset + self.open_at, offset + self.at - 1
        elif self.open_at >= 0:
            for slot, token in enumerate(range(self.open_at, self.at)[: n_slots - 1], start=1):
                ids[slot] = offset + token
        return ids


@dataclass
class Result:
    entities: list[tuple[int, int, int]] = field(default_factory=list)
    tokens: list[int] = field(default_factory=list)
    ids: list[list[int]] = field(default_factory=list)
    costs: list[list[int]] = field(default_factory=list)
    taken: list[tuple[str, int]] = field(default_factory=list)


def run(
    docs: list[list[Token]],
    negative: set[tuple[int, int, int]],
    scores: Any,
    classes: list[tuple[str, int]],
    extra: int,
) -> Result:
    """Decode greedily. `classes` are (letter, label number) in class order.

    `extra` more labels are unknown to the model: only preset entities carry them.
    """
    result, offset = Result(), 0
    n_labels = 1 + max([label for _, label in classes], default=-1)
    unknown = [(letter, n_labels + k) for letter in "BILU" for k in range(extra)]
    order = {letter: place for place, letter in enumerate("OBILU")}
    preference = sorted(range(len(classes)), key=lambda c: (order[classes[c][0]], classes[c][1]))
    for tokens in docs:
        state = State(tokens)
        here = {(s - offset, e - offset, x) for s, e, x in negative if offset <= s < offset + len(tokens)}
        while state.left:
            ids = state.slots(scores.n_slots, offset)
            row = scores.score(np.array([ids], dtype=np.int32))[0]
            best = None
            for c in preference:
                if state.valid(*classes[c]) and (best is None or row[c] > row[best]):
                    best = c
            choice = classes[best] if best is not None else None
            held = tokens[state.at]
            if choice is None and (held.iob == "B" or state.open_at >= 0):
                choice = next((x for x in unknown if x[1] == held.preset and state.valid(*x)), None)
            if choice is None:
                break
            result.tokens.append(offset + state.at)
            result.ids.append(ids)
            result.costs.append([state.cost(*pair, here) if state.valid(*pair) else 9000 for pair in classes])
            result.taken.append(choice)
            letter, label = choice
            if letter == "U" and label >= 0:
                result.entities.append((offset + state.at, offset + state.at + 1, label))
            if letter == "B":
                state.open_at, state.label = state.at, label
            if letter == "L":
                result.entities.append((offset + state.open_at, offset + state.at + 1, state.label))
                state.open_at = state.label = -1
            state.at += 1
        offset += len(tokens)
    return result
