"""Values that go into style attributes: parsed as CSS, so that nothing but a colour, a font or a number gets there."""

import math
from collections.abc import Iterable, Iterator
from typing import Any

import tinycss2
from tinycss2 import color4

from kernel.errors import UsageError
from kernel.visible import visible_line

Rgb = tuple[float, float, float]
"""Red, green, blue, from 0 to 1 each."""

_GRADIENTS = frozenset(
    f"{repeating}{kind}-gradient"
    for repeating in ("", "repeating-")
    for kind in ("linear", "radial", "conic")
)
_IN_GRADIENTS = frozenset({"whitespace", "ident", "number", "percentage", "dimension", "hash"})
_IN_FONTS = frozenset({"whitespace", "ident", "string"})


def checked_color(value: Any, what: str) -> str:
    """A colour that needs no other one behind it to be seen, or a gradient, as CSS. `UsageError` if it is something else.

    what: has the colour, for the message.
    """
    text = str(value).strip()
    if not _is_keyword(text):
        rgb_of(text, what)
    return text


def _is_keyword(text: str) -> bool:
    return text.lower() in ("currentcolor", "transparent", "inherit")


def rgb_of(value: Any, what: str) -> list[Rgb]:
    """The colour of a value of CSS, or all that are in a gradient, as they are on white. `UsageError` if it is something else."""
    text = str(value).strip()
    found = _rgb(color4.parse_color(text))
    if found is not None:
        return [found]
    nodes = tinycss2.parse_component_value_list(text)
    if len(nodes) == 1 and nodes[0].type == "function" and nodes[0].lower_name in _GRADIENTS:
        colors = list(_colors_in(nodes[0].arguments))
        if colors and None not in colors:
            return [color for color in colors if color is not None]
    raise UsageError(
        f"{what}: {visible_line(text)!r} is no colour",
        hint="Write it as #rrggbb, as a name of CSS, as rgb(...), hsl(...), or as linear-gradient(...) of such colours.",
    )


def _colors_in(nodes: Iterable[Any]) -> Iterator[Rgb | None]:
    """The colours among the arguments of a gradient; None for what may not be there."""
    for node in nodes:
        color = _rgb(color4.parse_color(tinycss2.serialize([node])))
        if color is not None:
            yield color
        elif node.type not in _IN_GRADIENTS and not (node.type == "literal" and node.value == ","):
            yield None


def _rgb(color: Any) -> Rgb | None:
    try:
        found = color.to("srgb")
    except (AttributeError, NotImplementedError):
        # No colour, or one of which the library doesn't know how it looks on a screen.
        return None
    values = [part or 0.0 for part in found.coordinates]
    alpha = 1.0 if found.alpha is None else found.alpha
    red, green, blue = (min(1.0, max(0.0, alpha * part + 1 - alpha)) for part in values)
    return red, green, blue


def hexadecimal(color: Rgb) -> str:
    """A colour as `#rrggbb`."""
    return "#" + "".join(f"{round(255 * part):02x}" for part in color)


def checked_font(value: Any, what: str) -> str:
    """A list of names of fonts. `UsageError` if it is something else."""
    text = str(value).strip()
    nodes = tinycss2.parse_component_value_list(text)
    if (
        text
        and visible_line(text) == text
        and all(n.type in _IN_FONTS or (n.type == "literal" and n.value == ",") for n in nodes)
    ):
        return text
    raise UsageError(f"{what}: {visible_line(text)!r} is no list of names of fonts")


def checked_number(value: Any, what: str) -> float:
    """A number of pixels, from 0 to 10,000. `UsageError` if it is something else."""
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0 <= number <= 10_000:
        raise UsageError(
            f"{what}: {visible_line(str(value))!r} is no number of pixels", hint="Give one from 0 to 10,000."
        )
    return number
