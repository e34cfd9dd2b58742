"""Sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kernel.tokens import Doc, Span
from kernel.training import Example
from kernel_report.predictions.kind import Mark, Outcome, Sides
from kernel_report.predictions.pairing import Key, offsets, pair

LABEL = "sentence"


class Sentences:
    """Counted as `kernel.scores.spans.score_spans` does: the first and the last token must be right."""

    name = "sents"
    title = "Sentences"
    unit = "sentences"
    lacks = "annotated sentences"
    labels: Sequence[str] = ()

    def compare(self, example: Example) -> Outcome | None:
        if not example.reference.has_annotation("SENT_START"):
            return None
        gold, found = _keys(example)
        right = {LABEL: len(gold & found)}
        return Outcome(right, pair(example.reference, gold - found, found - gold))

    def sides(self, example: Example) -> Sides:
        """The first token of each sentence is marked: what is between two marks is one."""
        gold, found = _keys(example)
        doc = example.reference
        return Sides(_starts(doc, gold, found), _starts(doc, found, gold))


def _keys(example: Example) -> tuple[set[Key], set[Key]]:
    doc = example.predicted
    sents = doc.sents if doc.has_annotation("SENT_START") else ()
    aligned = example.get_aligned_spans_x2y(sents, allow_overlap=False)
    return _spans(example.reference.sents), _spans(aligned)


def _spans(spans: Iterable[Span]) -> set[Key]:
    return {(LABEL, span.start, span.end) for span in spans}


def _starts(doc: Doc, keys: set[Key], others: set[Key]) -> list[Mark]:
    places = offsets(doc)
    begun = {start for _, start, _ in others}
    return [
        Mark(*places[start], "start", start in begun) for start in sorted({start for _, start, _ in keys})
    ]
