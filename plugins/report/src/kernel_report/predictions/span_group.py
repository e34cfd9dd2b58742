"""Spans of a group of `doc.spans`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kernel.tokens import Doc, Span
from kernel.training import Example
from kernel_report.predictions.kind import Outcome, Sides
from kernel_report.predictions.pairing import Key, marks, pair

# Of spans whose labels don't count.
UNLABELLED = "span"


class SpanGroup:
    """Counted as `kernel.scores.spans.score_spans` does, where spans may overlap. is_labelled: whether labels count."""

    unit = "spans"

    def __init__(self, key: str, labels: Sequence[str] = (), *, is_labelled: bool = True) -> None:
        self.name = f"spans_{key}"
        self.title = f"Spans “{key}”"
        self.lacks = f"spans of the group '{key}'"
        self.labels = labels if is_labelled else ()
        self._key = key
        self._is_labelled = is_labelled

    def compare(self, example: Example) -> Outcome | None:
        if self._key not in example.reference.spans:
            return None
        gold, found = self._keys(example)
        right = Counter(label for label, _, _ in gold & found)
        return Outcome(right, pair(example.reference, gold - found, found - gold))

    def sides(self, example: Example) -> Sides:
        gold, found = self._keys(example)
        doc = example.reference
        return Sides(marks(doc, gold, found), marks(doc, found, gold))

    def _keys(self, example: Example) -> tuple[set[Key], set[Key]]:
        spans = self._spans(example.predicted)
        aligned = example.get_aligned_spans_x2y(spans, allow_overlap=True)
        gold = {self._as_key(span) for span in self._spans(example.reference)}
        return gold, {self._as_key(span) for span in aligned}

    def _spans(self, doc: Doc) -> list[Span]:
        return list(doc.spans[self._key]) if self._key in doc.spans else []

    def _as_key(self, span: Span) -> Key:
        return (span.label_ if self._is_labelled else UNLABELLED, span.start, span.end)
