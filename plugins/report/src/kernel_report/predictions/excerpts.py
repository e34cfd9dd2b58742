"""A part of a text around errors, with both sides, as plain data that JSON can hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kernel.training import Example
from kernel_report.predictions.kind import Error, Kind, Mark

# Characters of a part, those before the first error of it, and how far it is moved to begin with a word.
LENGTH = 320
_BEFORE = 100
_MOVED = 20
_MOST_MARKS = 60
_LONGEST_LABEL = 120


def excerpt(kind: Kind, example: Example, errors: Sequence[Error], *, length: int = LENGTH) -> dict[str, Any]:
    """The part of a document where most errors are.

    origin: where the document comes from. text, is_cut (before, after): the part. gold, predicted: parts of it as (start, end, label, is_right, is_meant): a
    wrong part is not meant if it is another error than the only one that was asked for.
    gold_labels, predicted_labels: of the whole document, where annotations are.
    """
    text = example.reference.text
    start, end = window(text, errors, length)
    sides = kind.sides(example)
    found: dict[str, Any] = {
        "origin": example.origin,
        "errors": len(errors),
        "text": text[start:end],
        "is_cut": [start > 0, end < len(text)],
        "gold": _inside(sides.gold, start, end, errors),
        "predicted": _inside(sides.predicted, start, end, errors),
    }
    if sides.gold_labels or sides.predicted_labels:
        found["gold_labels"] = [_short(label) for label in sides.gold_labels]
        found["predicted_labels"] = [_short(label) for label in sides.predicted_labels]
    return found


def window(text: str, errors: Sequence[Error], length: int) -> tuple[int, int]:
    """Where a part of a text begins and ends that has as many errors as a part of this length can have."""
    if len(text) <= length:
        return 0, len(text)
    room = max(1, length - 2 * min(_BEFORE, length // 3))
    starts = sorted(error.start for error in errors)
    most, first, last = 0, 0, 0
    for begin, place in enumerate(starts):
        while last < len(starts) and starts[last] < place + room:
            last += 1
        if last - begin > most:
            most, first = last - begin, place
    start = max(0, min(first - min(_BEFORE, length // 3), len(text) - length))
    return _at_blank(text, start), _at_blank(text, min(len(text), start + length))


def _at_blank(text: str, place: int) -> int:
    """The beginning of a word near a place, or the place itself: not all languages have blanks."""
    if place in (0, len(text)):
        return place
    blank = text.find(" ", place, place + _MOVED)
    return place if blank < 0 else blank + 1


def _inside(marks: Iterable[Mark], start: int, end: int, errors: Sequence[Error]) -> list[list[Any]]:
    first, last = (errors[0].start, errors[0].end) if len(errors) == 1 else (start, end)
    found = []
    for mark in marks:
        if mark.start < end and mark.end > start:
            is_meant = mark.start < last and mark.end > first
            place = [max(mark.start, start) - start, min(mark.end, end) - start]
            found.append([*place, _short(mark.label), mark.is_right, is_meant])
    return found[:_MOST_MARKS]


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else label[:_LONGEST_LABEL] + "…"
