"""Dependency trees as SVG: words in a line, arcs above them, each from a head to a word that depends on it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kernel.errors import UsageError
from kernel.visible import visible_line
from kernel_render.arcs import levels
from kernel_render.css import checked_color, checked_font, checked_number
from kernel_render.markup import Drawing, filled
from kernel_render.settings import direction_of, language_of
from kernel_render.tree_layout import SMALL, WORD, Style, arc_of, feet_of, places_of, word_of

_MARGIN = 12.0


def style_of(options: Mapping[str, Any]) -> Style:
    """The style that options name, with the defaults of the rest. `UsageError` for a value that is none."""
    compact = bool(options.get("compact", False))

    def number(name: str, default: float) -> float:
        return checked_number(options.get(name, default), f"the option {name}")

    return Style(
        compact=compact,
        distance=None if options.get("distance") is None else max(1.0, number("distance", 0)),
        word_spacing=number("word_spacing", 34),
        arrow_spacing=number("arrow_spacing", 8 if compact else 10),
        arrow_width=number("arrow_width", 5 if compact else 7),
        arrow_stroke=number("arrow_stroke", 1.5),
        offset_x=number("offset_x", 24),
        color=checked_color(options.get("color", "currentColor"), "the option color"),
        bg=checked_color(options.get("bg", "transparent"), "the option bg"),
        font=checked_font(options.get("font", "system-ui, sans-serif"), "the option font"),
    )


def draw_tree(parsed: Mapping[str, Any], options: Mapping[str, Any]) -> Drawing:
    """A tree as SVG, from the data that `parse_deps` gives.

    parsed: "words", a list of dicts with "text", "tag" and perhaps "lemma"; "arcs", a list of dicts with "start" and "end" (words, the
    left one first), "label" and "dir" ("left": the head is at the end), which may have "kind" (a key of `bars.KINDS`); "title";
    "settings". options: see `Style`. `UsageError` if an arc lies outside of the words.
    """
    style = style_of(options)
    words = [word_of(word) for word in parsed["words"]]
    arcs = list(_checked(parsed["arcs"], len(words)))
    heights = levels([(arc["start"], arc["end"]) for arc in arcs])
    feet = feet_of(arcs, len(words))
    places = places_of(words, arcs, feet, style)
    width = (places[-1] + words[-1].width / 2 if words else 0) + style.offset_x
    bottom = _MARGIN + SMALL + max(heights, default=0) * style.level
    line = style.word_spacing * 0.6
    is_mirrored = direction_of(parsed) == "rtl"

    def across(x: float) -> float:
        return round(width - x if is_mirrored else x, 1)

    for word, x in zip(words, places, strict=True):
        word.x = across(x)
    return filled(
        "tree.svg.jinja",
        words=words,
        arcs=[
            arc_of(arc, number, bottom - height * style.level, bottom, places, feet, style, across)
            for number, (arc, height) in enumerate(zip(arcs, heights, strict=True))
        ],
        style=style,
        width=round(width, 1),
        height=round(
            bottom + style.word_spacing + WORD + line * any(word.lemma is not None for word in words) + line,
            1,
        ),
        first_line=round(bottom + style.word_spacing * 0.8, 1),
        line=round(line, 1),
        direction="rtl" if is_mirrored else "ltr",
        language=language_of(parsed),
        title=parsed.get("title"),
    )


def _checked(arcs: Iterable[Mapping[str, Any]], length: int) -> Iterator[Mapping[str, Any]]:
    for arc in arcs:
        start, end, label = arc["start"], arc["end"], visible_line(str(arc.get("label")))
        if not 0 <= start < end < length:
            raise UsageError(
                f"the arc {label} from word {start} to word {end} doesn't lie within the {length} words, the left one first"
            )
        if arc["dir"] not in ("left", "right"):
            direction = visible_line(str(arc["dir"]))
            raise UsageError(
                f"the direction of the arc {label} is {direction!r}, and can be 'left' or 'right'"
            )
        yield arc
