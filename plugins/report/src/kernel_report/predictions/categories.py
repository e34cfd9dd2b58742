"""Categories of whole documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import zip_longest

from kernel.training import Example
from kernel_report.predictions.kind import Error, Outcome, Sides

Cats = dict[str, float]
# Of predicted categories, in a text beside another.
_MOST_SHOWN = 5


class Categories:
    """Counted as `kernel.scores.cats.score_cats` does.

    labels: of the component. is_exclusive: whether one of them holds, or any number; those whose score reaches the threshold are
    predicted then.
    """

    name = "cats"
    title = "Categories"
    unit = "documents"
    lacks = "categories"

    def __init__(self, labels: Sequence[str], *, is_exclusive: bool, threshold: float | None = None) -> None:
        self.labels = labels
        self._known = frozenset(labels)
        self._is_exclusive = is_exclusive
        self._threshold = 0.5 if threshold is None else threshold

    def compare(self, example: Example) -> Outcome | None:
        gold, found = self._sides(example)
        if not gold:
            return None
        wanted, said = self._decided(gold, found)
        missed = [label for label in wanted if label not in said]
        extra = [label for label in said if label not in wanted]
        right = Counter(label for label in wanted if label in said)
        end = len(example.reference.text)
        errors = [
            Error("label" if a and b else "missed" if a else "extra", a, b, 0, end)
            for a, b in zip_longest(missed, extra)
        ]
        return Outcome(right, errors, gap=self._gap(gold, found, wanted) if errors else 0.0)

    def sides(self, example: Example) -> Sides:
        """The categories of both sides, with their scores."""
        gold, found = self._sides(example)
        wanted, said = self._decided(gold, found)
        shown = [*said, *(label for label in wanted if label not in said)]
        return Sides(
            gold_labels=wanted[:_MOST_SHOWN] or ["none"],
            predicted_labels=[
                f"{label} {found.get(label, 0.0):.2f}" + ("" if label in said else " (not predicted)")
                for label in shown[:_MOST_SHOWN]
            ]
            or ["none"],
        )

    def _sides(self, example: Example) -> tuple[Cats, Cats]:
        return self._own(example.reference.cats), self._own(example.predicted.cats)

    def _own(self, cats: Mapping[str, float]) -> Cats:
        return {label: score for label, score in cats.items() if label in self._known}

    def _decided(self, gold: Cats, found: Cats) -> tuple[list[str], list[str]]:
        """Categories that hold, and those that are predicted."""
        if self._is_exclusive:
            truth = _best(gold)
            return [label for label in truth if gold[label] > 0], _best(found)
        named = [label for label in self.labels if label in gold]
        return (
            [label for label in named if gold[label] > 0],
            [label for label in named if found.get(label, 0.0) >= self._threshold],
        )

    def _gap(self, gold: Cats, found: Cats, wanted: Sequence[str]) -> float:
        """How far the scores are from right: 0 to 1 for one category, for several their sum."""
        if self._is_exclusive:
            return max(found.values(), default=0.0) - max(
                (found.get(label, 0.0) for label in wanted), default=0.0
            )
        return sum(abs(float(truth > 0) - found.get(label, 0.0)) for label, truth in gold.items())


def _best(cats: Cats) -> list[str]:
    return [max(cats, key=cats.__getitem__)] if cats else []
