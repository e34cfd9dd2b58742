"""The counts of one kind of annotation over many documents, and the errors that are worth a look. Memory is bounded."""

from __future__ import annotations

from collections import Counter, defaultdict
from heapq import heappush, heappushpop
from typing import Any

from kernel.training import Example
from kernel_report.predictions.excerpts import LENGTH, excerpt
from kernel_report.predictions.kind import Error, Kind, Outcome

# What is told of: labels, groups of equal errors, and those of them that are shown with documents.
LABELS = 1000
GROUPS = 200
TYPICAL = 20
# Documents of each of those, and groups of which documents are kept meanwhile.
_SHOWN = 2
_KEPT_GROUPS = 5000
# Rows and columns of the table of confusions.
MATRIX = 12
# A part of a worst document is longer.
_WORST_LENGTH = 600

Group = tuple[str, str | None, str | None]


class Tally:
    """kind: what is counted. worst: number of documents with most errors to keep."""

    def __init__(self, kind: Kind, worst: int = 10) -> None:
        self._kind = kind
        self._number = worst
        self._documents = self._annotated = self._lost = 0
        self._right: Counter[str] = Counter()
        self._missed: Counter[str] = Counter()
        self._extra: Counter[str] = Counter()
        self._groups: Counter[Group] = Counter()
        self._examples: dict[Group, list[tuple[Example, Error]]] = defaultdict(list)
        self._worst: list[tuple[float, int, Example, list[Error]]] = []

    def add(self, example: Example) -> None:
        """Count a document."""
        self._documents += 1
        outcome = self._kind.compare(example)
        if outcome is None:
            return
        self._annotated += 1
        self._lost += outcome.lost
        self._right.update(outcome.right)
        if not outcome.errors:
            return
        # What the document is now: an evaluation gives it back as it was.
        now = Example(example.predicted, example.reference, origin=example.origin)
        for error in outcome.errors:
            self._note(now, error)
        self._note_document(now, outcome)

    def _note(self, example: Example, error: Error) -> None:
        if error.gold is not None:
            self._missed[error.gold] += 1
        if error.predicted is not None:
            self._extra[error.predicted] += 1
        group = error[:3]
        self._groups[group] += 1
        if group not in self._examples and len(self._examples) >= _KEPT_GROUPS:
            return
        shown = self._examples[group]
        if len(shown) < _SHOWN and (not shown or shown[-1][0] is not example):
            shown.append((example, error))

    def _note_document(self, example: Example, outcome: Outcome) -> None:
        if self._number < 1:
            return
        gap = len(outcome.errors) if outcome.gap is None else outcome.gap
        # Of equally bad ones the first.
        row = (gap, -self._documents, example, list(outcome.errors))
        if len(self._worst) < self._number:
            heappush(self._worst, row)
        else:
            heappushpop(self._worst, row)

    def result(self) -> dict[str, Any]:
        """What was counted, as plain data: see `docs`."""
        kind = self._kind
        right, wrong = self._right.total(), self._groups.total()
        missed, extra = self._missed.total(), self._extra.total() + self._lost
        found: dict[str, Any] = {
            "name": kind.name,
            "title": kind.title,
            "unit": kind.unit,
            "documents": self._documents,
            "annotated": self._annotated,
            "no_gold": self._why_no_gold(),
            "total": [right + missed, right + extra, right, extra, missed],
        }
        labels = sorted(
            {*self._right, *self._missed, *self._extra, *kind.labels},
            key=lambda label: (-self._gold(label), -self._said(label), label),
        )
        found["labels"] = [
            [
                label,
                self._gold(label),
                self._said(label),
                self._right[label],
                self._extra[label],
                self._missed[label],
            ]
            for label in labels[:LABELS]
        ]
        found["labels_left_out"] = max(0, len(labels) - LABELS)
        groups = self._groups.most_common()
        found["errors"] = wrong
        found["confusions"] = [[*group, count] for group, count in groups[:GROUPS]]
        found["confusions_left_out"] = [len(groups[GROUPS:]), sum(count for _, count in groups[GROUPS:])]
        found["matrix"] = self._matrix()
        found["typical"] = [
            {
                "how": group[0],
                "gold": group[1],
                "predicted": group[2],
                "count": count,
                "examples": [
                    excerpt(kind, example, [error], length=LENGTH)
                    for example, error in self._examples.get(group, ())
                ],
            }
            for group, count in groups[:TYPICAL]
        ]
        found["worst"] = [
            excerpt(kind, example, errors, length=_WORST_LENGTH)
            for _, _, example, errors in sorted(self._worst, key=lambda row: row[:2], reverse=True)
        ]
        return found

    def _why_no_gold(self) -> str | None:
        if self._annotated:
            return None
        if not self._documents:
            return "There are no documents."
        if self._documents == 1:
            return f"The document has no {self._kind.lacks}."
        return f"None of the {self._documents:,} documents has {self._kind.lacks}."

    def _gold(self, label: str) -> int:
        return self._right[label] + self._missed[label]

    def _said(self, label: str) -> int:
        return self._right[label] + self._extra[label]

    def _matrix(self) -> dict[str, Any]:
        """Which gold label was predicted as which: of the labels with most confusions, those of all others together.

        labels: of rows (gold) and columns (predicted); after them come all others, and nothing. borders: by row, of those predicted with
        the right label and other borders or another head.
        """
        involved: Counter[str] = Counter()
        for (_, gold, predicted), count in self._groups.items():
            if gold != predicted:
                involved.update({label: count for label in (gold, predicted) if label is not None})
        ranked = [label for label, _ in involved.most_common()]
        others = sorted(
            {*self._right, *self._missed, *self._extra} - set(ranked), key=lambda one: (-self._gold(one), one)
        )
        labels = (ranked + others)[:MATRIX]
        places = {label: place for place, label in enumerate(labels)}
        rest, nothing = len(labels), len(labels) + 1
        cells = [[0] * (nothing + 1) for _ in range(nothing + 1)]
        borders = [0] * (nothing + 1)

        def place_of(label: str | None) -> int:
            return nothing if label is None else places.get(label, rest)

        for label, count in self._right.items():
            cells[place_of(label)][place_of(label)] += count
        for (_, gold, predicted), count in self._groups.items():
            if gold == predicted:
                borders[place_of(gold)] += count
            else:
                cells[place_of(gold)][place_of(predicted)] += count
        return {
            "labels": labels,
            "others": len(ranked) + len(others) - len(labels),
            "cells": cells,
            "borders": borders,
        }
