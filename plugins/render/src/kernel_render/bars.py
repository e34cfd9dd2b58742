"""The bars of spans under words: what each looks like, and which of them lie under each word."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from kernel_render.colors import Colors, Pair, pair
from kernel_render.links import web_address
from kernel_render.markup import template
from kernel_render.rows import rows

# How a span compares with the gold annotation -> (sign before its label, style of its bar, colour, what it says).
KINDS: dict[str, tuple[str, str, str | None, str]] = {
    "right": ("✓", "solid", "#dddddd", "right"),
    "missed": ("−", "dashed", "#ee8866", "missed: in the gold annotation only"),
    "wrong": ("+", "double", "#77aadd", "wrong: predicted only"),
    "unknown": ("?", "dotted", "#eedd88", "unknown: predicted where the gold annotation says nothing"),
}
PLAIN: tuple[str, str, str | None, str] = ("", "solid", None, "")


@dataclass
class Bar:
    """The bar of a span, from token `start` to before token `end`."""

    start: int
    end: int
    label: str
    sign: str
    style: str
    says: str
    colors: Pair
    id: str
    url: str | None
    inside: Markup
    """What lies under each of its words but the first one and the last one."""
    ending: Markup
    """What lies under the last one."""
    floats: bool = False
    """Whether its label reaches over the words after the first one."""
    is_long: bool = False
    """Whether its label may have several lines."""


@dataclass
class Piece:
    """A token with the bars under it, row by row; None where a row is free."""

    place: int
    text: str
    is_line_end: bool = False
    bars: list[Bar | None] = field(default_factory=list)


def pieces(
    tokens: Sequence[str],
    spaces: Sequence[bool],
    spans: Sequence[Mapping[str, Any]],
    colors: Colors,
    row_height: str,
) -> Iterator[Piece]:
    """Each token with its bars."""
    where = rows([(span["start_token"], span["end_token"]) for span in spans])
    ending: dict[int, list[int]] = {}
    starting: dict[int, list[int]] = {}
    for index, span in enumerate(spans):
        starting.setdefault(span["start_token"], []).append(index)
        ending.setdefault(span["end_token"], []).append(index)
    looks: dict[tuple[Pair, str], tuple[Markup, Markup]] = {}
    open_: dict[int, Bar] = {}
    for place, token in enumerate(tokens):
        for index in ending.get(place, ()):
            open_.pop(where[index], None)
        for index in starting.get(place, ()):
            open_[where[index]] = _bar(spans[index], colors, looks, row_height)
        text = token + (" " if spaces[place] else "")
        bars = [open_.get(row) for row in range(max(open_) + 1)] if open_ else []
        yield Piece(place, text, "\n" in token and not token.strip(), bars)


def _bar(
    span: Mapping[str, Any],
    colors: Colors,
    looks: dict[tuple[Pair, str], tuple[Markup, Markup]],
    row_height: str,
) -> Bar:
    sign, style, own, says = KINDS.get(str(span.get("kind")), PLAIN)
    label = str(span["label"])
    look = colors.of(label) if own is None else pair(own, label)
    found = looks.get((look, style))
    if found is None:
        # Most of a drawing consists of these, so each is made once.
        made = template("_bars.html.jinja").module.slice
        found = looks[look, style] = made(look, style, row_height, False), made(look, style, row_height, True)
    return Bar(
        start=span["start_token"],
        end=span["end_token"],
        label=label,
        sign=sign,
        style=style,
        says=says,
        colors=look,
        id=str(span.get("kb_id") or ""),
        url=web_address(span.get("kb_url")),
        inside=found[0],
        ending=found[1],
    )
