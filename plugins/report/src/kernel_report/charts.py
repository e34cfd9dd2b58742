"""Charts as SVG in the page, drawn by pygal; the colours are those of the page's style sheet, by class."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from markupsafe import Markup
from pygal import XY
from pygal.style import Style

from kernel_report.axes import Axis, Mark

# It leaves a finder of modules behind that speaks a protocol which Python has given up, with a warning for every later import.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]

COLOURS = 8
# Units of the drawing: on a phone they are pixels.
WIDTH, HEIGHT = 300, 170
_LABEL = 11
# At most, of the labels; and the least that is left for the lines.
_CHARACTER = 7
_LEAST = 150
_MARGIN = 6
_FRACTION = re.compile(r"-?\d+\.\d+")
_SVG = "http://www.w3.org/2000/svg"
# What pygal writes for a script of its own, which the page does without.
_UNUSED = {"defs", "title", "desc"}
_FOR_SCRIPTS = {"plot text-overlay", "plot tooltip-overlay"}


@dataclass(frozen=True)
class Drawn:
    """A line of a chart. points: (x, y). colour: its number. faint: it is what another line is the mean of."""

    points: Sequence[tuple[float, float]]
    colour: int
    faint: bool = False


def lines(drawn: Sequence[Drawn], x: Axis, y: Axis, *, dots: bool = False) -> Markup:
    """A chart of lines. Screen readers pass it over: the words and the table beside it say the same.

    dots: whether each point is seen.
    """
    chart = XY(
        width=WIDTH,
        height=HEIGHT,
        css=[],
        js=[],
        style=Style(label_font_size=_LABEL, major_label_font_size=_LABEL),
        margin=_MARGIN,
        margin_right=_beyond(x.marks),
        spacing=6,
        # Numbers of any size are places between 0 and 1.
        xrange=(0, 1),
        range=(0, 1),
        x_labels=[{"value": mark.place, "label": mark.label} for mark in x.marks],
        y_labels=[{"value": mark.place, "label": mark.label} for mark in y.marks],
        show_dots=dots,
        dots_size=2,
        show_legend=False,
        show_x_guides=False,
        truncate_label=-1,
    )
    for line in drawn:
        chart.add("", [(x.place(one), y.place(other)) for one, other in line.points])
    return drawing(chart.render_tree(), [_classes(line) for line in drawn])


def _beyond(marks: Sequence[Mark]) -> float:
    """The room that half of the last label takes beyond the end of its axis."""
    last = marks[-1]
    return max(_MARGIN, _MARGIN + _CHARACTER * len(last.label) / 2 - (1 - last.place) * _LEAST)


def _classes(line: Drawn) -> str:
    return f"series color-{line.colour % COLOURS}{' faint' if line.faint else ''}"


def drawing(root: ElementTree.Element, classes: Sequence[str]) -> Markup:
    """What a chart of pygal draws, without script and styles; classes: of its series, in their order."""
    for parent in list(root.iter()):
        for child in list(parent):
            is_drawn = isinstance(child.tag, str) and child.tag not in _UNUSED
            if not is_drawn or child.get("class") in _FOR_SCRIPTS:
                parent.remove(child)
    for element in root.iter():
        if element.get("class", "").startswith("series serie-"):
            number = int(element.attrib["class"].split()[1].removeprefix("serie-"))
            element.set("class", classes[number])
        for name in ("d", "x", "y", "cx", "cy", "width", "height", "transform"):
            if name in element.attrib:
                element.set(name, _FRACTION.sub(_short, element.attrib[name]))
    root.attrib.pop("id", None)
    root.set("xmlns", _SVG)
    root.set("aria-hidden", "true")
    root.set("focusable", "false")
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _short(match: re.Match[str]) -> str:
    return f"{float(match[0]):.1f}".removesuffix(".0")
