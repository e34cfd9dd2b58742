"""What templates show of kept predictions. Files may be damaged: what isn't as it should be is a KeyError, ValueError or TypeError."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from kernel.scores.counts import PRFScore

# Rows that are shown at once; the others are folded.
ROWS = 25
# A group of equal errors, in words. What is put in is a label.
_WORDS = {
    "missed": ("", " missed"),
    "extra": ("", " where there is none"),
    "borders": ("", " with other borders"),
    "head": ("", " with another head"),
    "tokens": ("", ", on tokens with other borders"),
}
_SWAPPED = {"label": "", "label and borders": ", with other borders", "label and head": ", with another head"}
NO_VALUE = "(no value)"
_LONGEST = 200


class Row(NamedTuple):
    """A label of a table. figures: precision, recall, F, None where they can't be had; why: says why."""

    label: str
    gold: int
    predicted: int
    right: int
    wrong: int
    missed: int
    figures: tuple[float | None, float | None, float | None]
    why: str


def row(values: Sequence[Any]) -> Row:
    """A row of counts: label, gold, predicted, right, wrong, missed."""
    label, gold, predicted, right, wrong, missed = values
    score = PRFScore(tp=int(right), fp=int(wrong), fn=int(missed))
    precision = float(score.precision) if predicted else None
    recall = float(score.recall) if gold else None
    f = float(score.fscore) if gold else None
    why = (
        ""
        if gold and predicted
        else "no gold, not predicted"
        if not (gold or predicted)
        else "no gold"
        if not gold
        else "never predicted"
    )
    return Row(named(label), gold, predicted, right, wrong, missed, (precision, recall, f), why)


def named(label: str | None) -> str:
    """A label as it is shown: the empty one has a name, and of a very long one it is the beginning."""
    if label is None:
        return "none"
    return (label if len(label) <= _LONGEST else label[:_LONGEST] + "…") or NO_VALUE


def phrase(how: str, gold: str | None, predicted: str | None) -> list[tuple[str, bool]]:
    """What is wrong in a group of errors, as pieces of a sentence: text, and whether it is a label."""
    if how in _SWAPPED:
        return [(named(gold), True), (" taken for ", False), (named(predicted), True), (_SWAPPED[how], False)]
    before, after = _WORDS.get(how, ("", f": {how}"))
    return [(before, False), (named(predicted if gold is None else gold), True), (after, False)]


class Piece(NamedTuple):
    """A piece of a text, with a label if it is marked. is_right: whether both sides have it; is_meant: whether it is what is shown."""

    text: str
    label: str | None = None
    is_right: bool = True
    is_meant: bool = True

    @property
    def css(self) -> str:
        return ("right" if self.is_right else "wrong") + ("" if self.is_right or self.is_meant else " beside")


@dataclass(frozen=True)
class Side:
    """A text in pieces; or whole, with `listed`, where marks lie over each other."""

    pieces: Sequence[Piece]
    listed: Sequence[Piece] = ()


@dataclass(frozen=True)
class Excerpt:
    """A part of a document with both sides; labels, of the whole document, where it has such."""

    origin: str
    errors: int
    is_cut: tuple[bool, bool]
    sides: Sequence[tuple[str, Side, Sequence[str]]]


def excerpt(kept: Mapping[str, Any]) -> Excerpt:
    """See `kernel_report.predictions.excerpts`."""
    text, cut = str(kept["text"]), kept["is_cut"]
    gold, predicted = side(text, kept["gold"]), side(text, kept["predicted"])
    labels = [
        [named(str(label)) for label in kept.get(key, ())] for key in ("gold_labels", "predicted_labels")
    ]
    return Excerpt(
        str(kept["origin"] or ""),
        int(kept["errors"]),
        (bool(cut[0]), bool(cut[1])),
        [("Gold", gold, labels[0]), ("Predicted", predicted, labels[1])],
    )


def side(text: str, marks: Sequence[Sequence[Any]]) -> Side:
    """A text with marks: (start, end, label, is_right, is_meant)."""
    at: dict[tuple[int, int, bool], Piece] = {}
    for start, end, label, right, meant in marks:
        key, known = (int(start), int(end), bool(right)), named(label)
        same = at.get(key)
        # Several labels of one part: of tokens that are one on the other side, or of spans.
        at[key] = Piece(
            text[key[0] : key[1]],
            known if same is None else f"{same.label} + {known}",
            key[2],
            bool(meant) or (same is not None and same.is_meant),
        )
    ordered = sorted((start, end, piece) for (start, end, _), piece in at.items())
    if any(one[1] > other[0] for one, other in pairwise(ordered)):
        return Side([Piece(text)], [piece for _, _, piece in ordered])
    pieces, place = [], 0
    for start, end, piece in ordered:
        if start > place:
            pieces.append(Piece(text[place:start]))
        pieces.append(piece)
        place = max(place, end)
    if place < len(text):
        pieces.append(Piece(text[place:]))
    return Side(pieces)


@dataclass(frozen=True)
class Matrix:
    """Which gold label was predicted as which. rows: label of the row, cells (number, tenths of
    the row, whether it is right), and the number with other borders."""

    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[tuple[int, int, bool]], int]]
    has_borders: bool


def matrix(kept: Mapping[str, Any]) -> Matrix | None:
    """None if there is nothing to confuse: one label at most."""
    labels = [named(str(label)) for label in kept["labels"]]
    if len(labels) < 2:
        return None
    names = [*labels, f"{int(kept['others']):,} others", "none"]
    cells, borders = kept["cells"], kept["borders"]
    used = [place for place in range(len(names)) if place < len(labels) or _is_used(cells, borders, place)]
    rows = []
    for place in used:
        line = [int(cells[place][column]) for column in used]
        wholes = [sum(line) + int(borders[place])] * len(used)
        if place == len(names) - 1:
            # Nothing was there: of all that was predicted as the label.
            wholes = [sum(int(row[column]) for row in cells) for column in used]
        shares = [
            -(-10 * number // whole) if number else 0 for number, whole in zip(line, wholes, strict=True)
        ]
        is_right = [place == column for column in used]
        rows.append((names[place], list(zip(line, shares, is_right, strict=True)), int(borders[place])))
    return Matrix([names[place] for place in used], rows, any(borders))


def _is_used(cells: Sequence[Sequence[int]], borders: Sequence[int], place: int) -> bool:
    return bool(any(cells[place]) or any(row[place] for row in cells) or borders[place])
