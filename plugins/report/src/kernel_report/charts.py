"""Charts as SVG in the page, drawn by pygal; the colours are those of the page's style sheet, by class."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from xml.etree import ElementTree

from markupsafe import Markup
from pygal import XY
from pygal.style import Style

# Units of the drawing: at the width of a phone they are pixels.
WIDTH, HEIGHT = 300, 180
_LABEL = 11
_NUMBER = re.compile(r"-?\d+\.\d+")
_SVG = "http://www.w3.org/2000/svg"


def lines(
    series: Mapping[str, Sequence[tuple[float, float]]],
    *,
    show_x: Callable[[float], str],
    show_y: Callable[[float], str],
    dots: bool = False,
) -> Markup:
    """A chart of lines, the n-th in the colour of class `color-n`; hidden from screen readers, which get the text beside it.

    series: name -> points. show_x, show_y: a number as the axes say it. dots: whether each point is seen.
    """
    chart = XY(
        width=WIDTH,
        height=HEIGHT,
        css=[],
        js=[],
        style=Style(label_font_size=_LABEL, major_label_font_size=_LABEL),
        margin=4,
        spacing=6,
        min_scale=3,
        max_scale=5,
        show_dots=dots,
        show_legend=False,
        show_x_guides=False,
        x_value_formatter=show_x,
        value_formatter=show_y,
    )
    for name, points in series.items():
        chart.add(name, list(points))
    return _drawing(chart.render_tree())


def _drawing(root: ElementTree.Element) -> Markup:
    """What is drawn, without the library's script, styles and texts for its script."""
    for parent in list(root.iter()):
        for child in list(parent):
            if not isinstance(child.tag, str) or child.tag in _UNUSED or child.get("class") in _FOR_SCRIPTS:
                parent.remove(child)
    for element in root.iter():
        for name, value in element.items():
            if name in ("d", "x", "y", "cx", "cy", "transform"):
                element.set(name, _NUMBER.sub(_short, value))
    root.attrib.pop("id", None)
    root.set("xmlns", _SVG)
    root.set("aria-hidden", "true")
    root.set("focusable", "false")
    return Markup(ElementTree.tostring(root, encoding="unicode"))


_UNUSED = ("defs", "title", "desc")
_FOR_SCRIPTS = ("text-overlay", "tooltip-overlay")


def _short(match: re.Match[str]) -> str:
    return f"{float(match[0]):.1f}".removesuffix(".0")
