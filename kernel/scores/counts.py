"""Counts of right and wrong predictions and the figures made of them."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

Scores = dict[str, Any]


class Share(float):
    """A share that knows of what: `part` of `whole`, both of them counts. It is 0.0 where nothing was counted.

    Counts of several documents can be added up, shares can't: see `kernel benchmark accuracy`.
    """

    __slots__ = ("part", "whole")
    part: int
    whole: int

    def __new__(cls, part: int, whole: int) -> Self:
        made = super().__new__(cls, part / whole if part else 0.0)
        made.part, made.whole = part, whole
        return made

    def __reduce__(self) -> tuple[type[Share], tuple[int, int]]:
        return Share, (self.part, self.whole)


class PRFScore:
    """Precision, recall and F-score from counts of true positives, false positives and false negatives."""

    def __init__(self, *, tp: int = 0, fp: int = 0, fn: int = 0) -> None:
        self.tp, self.fp, self.fn = tp, fp, fn

    def __len__(self) -> int:
        return self.tp + self.fp + self.fn

    def __iadd__(self, other: PRFScore) -> Self:
        self.tp, self.fp, self.fn = self.tp + other.tp, self.fp + other.fp, self.fn + other.fn
        return self

    def __add__(self, other: PRFScore) -> PRFScore:
        return PRFScore(tp=self.tp + other.tp, fp=self.fp + other.fp, fn=self.fn + other.fn)

    def __repr__(self) -> str:
        return f"PRFScore(tp={self.tp}, fp={self.fp}, fn={self.fn})"

    def score_set(self, cand: set[Any], gold: set[Any]) -> None:
        """Count a set of predictions against the right ones."""
        right = len(cand & gold)
        self.tp += right
        self.fp += len(cand) - right
        self.fn += len(gold) - right

    @property
    def precision(self) -> Share:
        return Share(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> Share:
        return Share(self.tp, self.tp + self.fn)

    @property
    def fscore(self) -> Share:
        return Share(2 * self.tp, 2 * self.tp + self.fp + self.fn)

    def to_dict(self) -> dict[str, float]:
        return {"p": self.precision, "r": self.recall, "f": self.fscore}


class ROCAUCScore:
    """Area under the ROC curve: how often a positive case is scored above a negative one, ties counting half."""

    def __init__(self) -> None:
        self.golds: list[bool] = []
        self.candidates: list[float] = []

    def score_set(self, cand: float, gold: float) -> None:
        """Add one case: the score it was given, and 1 for a positive case or 0 for a negative one."""
        self.candidates.append(cand)
        self.golds.append(gold > 0)

    def is_binary(self) -> bool:
        """Whether there are both positive and negative cases; without them no area is defined."""
        return len(set(self.golds)) == 2

    @property
    def score(self) -> float:
        if not self.is_binary():
            raise ValueError("the area under the ROC curve needs positive and negative cases")
        gold = np.asarray(self.golds)
        _, place, count = np.unique(np.asarray(self.candidates), return_inverse=True, return_counts=True)
        # Equal scores share the mean of the ranks they take up.
        ranks = (np.cumsum(count) - (count - 1) / 2)[place]
        positive = int(gold.sum())
        above = float(ranks[gold].sum()) - positive * (positive + 1) / 2
        return above / (positive * (len(gold) - positive))


def figures(score: PRFScore) -> dict[str, float | None]:
    """`p`, `r` and `f`; all None if nothing was counted."""
    return {**score.to_dict()} if len(score) else {"p": None, "r": None, "f": None}


def prefixed(name: str, score: PRFScore) -> Scores:
    """`{name}_p`, `{name}_r` and `{name}_f`; all None if nothing was counted."""
    return {f"{name}_{key}": value for key, value in figures(score).items()}


def by_type(table: dict[str, PRFScore]) -> dict[str, dict[str, float]] | None:
    """The figures of every label, sorted; None if there is no label."""
    return {label: table[label].to_dict() for label in sorted(table)} or None
