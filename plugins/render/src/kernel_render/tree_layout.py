"""Where the words of a tree stand, and how its arcs run: in pixels, from the left."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kernel_render.bars import KINDS, PLAIN
from kernel_render.text import readable, text_width

# The heights of the two fonts, and the room between words.
WORD, SMALL = 16.0, 12.0
_GAP = 18.0
_DASHES = {"solid": "", "dashed": "6 4", "dotted": "1 4", "double": "12 3 3 3"}
# Colours of arcs that differ from the gold tree: lines have a contrast of at least 3 to a white page and to a black one.
OF_KINDS = {"missed": "#cc6600", "wrong": "#3388bb", "unknown": "#888800"}


@dataclass(frozen=True)
class Style:
    """How a tree is drawn: the options of style "dep", checked. Lengths are in pixels."""

    compact: bool
    distance: float | None
    """From word to word; None where it goes by the widths of words and labels."""
    word_spacing: float
    arrow_spacing: float
    arrow_width: float
    arrow_stroke: float
    offset_x: float
    color: str
    bg: str
    font: str

    @property
    def level(self) -> float:
        """From an arc to the next one above it."""
        if self.distance is not None:
            return self.distance / (6 if self.compact else 4)
        return 20.0 if self.compact else 26.0


@dataclass
class Word:
    """A word, with what is written under it; x: its middle."""

    text: str
    tag: str
    lemma: str | None
    width: float
    x: float = 0.0


@dataclass
class Arc:
    """An arc as the template takes it: its path, the head of its arrow, and the place of its label."""

    label: str
    sign: str
    says: str
    color: str
    dashes: str
    path: str
    tip: str
    x: float
    y: float
    head: int
    dependent: int


def word_of(given: Mapping[str, Any]) -> Word:
    """A word, as wide as the widest thing that is written."""
    text, tag, lemma = str(given["text"]), str(given.get("tag") or ""), given.get("lemma")
    below = [tag] if lemma is None else [tag, str(lemma)]
    width = max(text_width(readable(text), WORD), *(text_width(readable(each), SMALL) for each in below))
    return Word(text, tag, None if lemma is None else str(lemma), width)


Feet = list[dict[int, int]]
"""Of each word: arc -> its place among those that stand on that side of it, 0 next to the middle."""


def feet_of(arcs: Sequence[Mapping[str, Any]], length: int) -> tuple[Feet, Feet]:
    """Where arcs stand on words: those that lie before a word on its one side, those after it on the other, the widest in the middle.

    So arcs that don't cross don't touch either.
    """
    before: Feet = [{} for _ in range(length)]
    after: Feet = [{} for _ in range(length)]
    for index in sorted(range(len(arcs)), key=lambda i: (arcs[i]["start"] - arcs[i]["end"], -i)):
        for side, word in ((after, arcs[index]["start"]), (before, arcs[index]["end"])):
            side[word][index] = len(side[word])
    return before, after


def places_of(
    words: Sequence[Word], arcs: Sequence[Mapping[str, Any]], feet: tuple[Feet, Feet], style: Style
) -> list[float]:
    """The middle of each word, so far from the one before that neither words nor the label of an arc between them overlap."""
    if not words:
        return []
    if style.distance is not None:
        first = style.offset_x + words[0].width / 2
        return [first + style.distance * place for place in range(len(words))]
    before, after = feet
    ending: list[list[Mapping[str, Any]]] = [[] for _ in words]
    for arc in arcs:
        ending[arc["end"]].append(arc)
    places: list[float] = []
    reach = style.offset_x - _GAP
    for place, word in enumerate(words):
        # Feet of arcs stand beside each other over their word.
        own = max(word.width / 2, style.arrow_spacing * max(len(before[place]), len(after[place])))
        x = reach + _GAP + own
        for arc in ending[place]:
            beside = 2 + len(after[arc["start"]]) + len(before[place])
            x = max(x, places[arc["start"]] + text_width(_written(arc), SMALL) + style.arrow_spacing * beside)
        places.append(x)
        reach = x + own
    return places


def _written(arc: Mapping[str, Any]) -> str:
    """What stands on an arc."""
    sign = KINDS[arc["kind"]][0] + " " if arc.get("kind") in KINDS else ""
    return sign + readable(arc["label"])


def arc_of(
    arc: Mapping[str, Any],
    number: int,
    y: float,
    bottom: float,
    places: Sequence[float],
    feet: tuple[Feet, Feet],
    style: Style,
    across: Callable[[float], float],
) -> Arc:
    """An arc as it is drawn. y: its height; bottom: where it ends; across: from a place in the text to one on the page."""
    start, end, is_left = arc["start"], arc["end"], arc["dir"] == "left"
    before, after = feet
    left = places[start] + _foot(after[start], number, style)
    right = places[end] - _foot(before[end], number, style)
    radius = min((right - left) / 2, bottom - y, 4.0 if style.compact else 14.0)
    x1, x2 = across(left), across(right)
    turn = radius if x1 < x2 else -radius
    path = (
        f"M{x1} {bottom:.1f} V{y + radius:.1f} Q{x1} {y:.1f} {x1 + turn:.1f} {y:.1f} "
        f"H{x2 - turn:.1f} Q{x2} {y:.1f} {x2} {y + radius:.1f} V{bottom:.1f}"
    )
    tip, half, top = x1 if is_left else x2, style.arrow_width / 2, bottom - style.arrow_width
    sign, line, _, says = KINDS.get(str(arc.get("kind")), PLAIN)
    return Arc(
        label=str(arc["label"]),
        sign=sign,
        says=says,
        color=OF_KINDS.get(str(arc.get("kind"))) or style.color,
        dashes=_DASHES[line],
        path=path,
        tip=f"M{tip} {bottom + 2:.1f} L{tip - half:.1f} {top:.1f} {tip + half:.1f} {top:.1f} Z",
        x=round((x1 + x2) / 2, 1),
        y=round(y, 1),
        head=end if is_left else start,
        dependent=start if is_left else end,
    )


def _foot(side: Mapping[int, int], number: int, style: Style) -> float:
    """How far from the middle of its word an arc stands: no further than half of the way to the next word."""
    room = style.arrow_spacing if style.distance is None else style.distance / 2 / (len(side) + 0.5)
    return min(style.arrow_spacing, room) * (side[number] + 0.5)
