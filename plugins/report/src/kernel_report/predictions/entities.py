"""Entities."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from kernel.training import Example
from kernel_report.predictions.kind import Outcome, Sides
from kernel_report.predictions.pairing import Key, marks, pair


class Entities:
    """Counted as `kernel.scores.spans.score_ents` does: label, first and last token must be right."""

    name = "ents"
    title = "Entities"
    unit = "entities"
    lacks = "annotated entities"

    def __init__(self, labels: Sequence[str] = ()) -> None:
        self.labels = labels

    def compare(self, example: Example) -> Outcome | None:
        if not example.reference.has_annotation("ENT_IOB"):
            return None
        gold, found = _gold(example), _found(example)
        left, right, extra = set(gold), Counter[str](), list[Key]()
        for key in found:
            if key in left:
                left.discard(key)
                right[key[0]] += 1
            else:
                extra.append(key)
        return Outcome(right, pair(example.reference, left, extra))

    def sides(self, example: Example) -> Sides:
        gold, found = _gold(example), _found(example)
        doc = example.reference
        return Sides(marks(doc, gold, set(found)), marks(doc, found, gold))


def _gold(example: Example) -> set[Key]:
    return {(span.label_, span.start, span.end) for span in example.reference.ents}


def _found(example: Example) -> list[Key]:
    """Those on gold tokens whose annotation is known."""
    annotated = np.asarray(example.reference.to_array("ENT_IOB")) != 0
    align = example.alignment.x2y
    found = []
    for span in example.predicted.ents:
        tokens = align[span.start : span.end]
        if len(tokens) and annotated[tokens[0] : tokens[-1] + 1].all():
            found.append((span.label_, int(tokens[0]), int(tokens[-1]) + 1))
    return found
