"""The colours of labels: those of a palette, those that packages and callers give, and for all others one derived from the name.

The palette is "light" of Paul Tol, Colour Schemes, technical note SRON/EPS/TN/09-002 issue 3.2 (2021), made so that people with each
kind of colour blindness tell its colours apart, and as a background of black text.
"""

import colorsys
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from kernel import registry
from kernel.errors import KernelError, UsageError, warn
from kernel.visible import visible_line
from kernel_render.contrast import ink
from kernel_render.css import checked_color, hexadecimal, rgb_of

PALETTE = {
    "blue": "#77aadd",
    "orange": "#ee8866",
    "yellow": "#eedd88",
    "pink": "#ffaabb",
    "cyan": "#99ddff",
    "mint": "#44bb99",
    "pear": "#bbcc33",
    "olive": "#aaaa00",
    "grey": "#dddddd",
}
# Labels that often stand together have different colours; kinds of numbers share one, and so do dates and times.
_OF_LABELS = {
    "blue": ("PERSON", "PER"),
    "orange": ("GPE", "LOC", "LOCATION"),
    "mint": ("ORG", "ORGANIZATION"),
    "yellow": ("DATE", "TIME"),
    "pink": ("WORK_OF_ART", "CREATIVE-WORK", "LAW", "LANGUAGE"),
    "cyan": ("PRODUCT", "MISC", "NORP"),
    "pear": ("FAC", "EVENT"),
    "grey": ("CARDINAL", "ORDINAL", "PERCENT", "MONEY", "QUANTITY"),
}
LABELS = {label: PALETTE[name] for name, labels in _OF_LABELS.items() for label in labels}
KIND = "displacy_colors"
"""The registry of tables of colours, which is there once a package has one."""
_HUES, _LIGHTS = 24, (0.66, 0.75, 0.84)


class Pair(NamedTuple):
    """A background, and the colour of the text on it, as CSS."""

    background: str
    ink: str


class Colors:
    """The colours of labels, whatever the case of their letters. given: label -> colour of CSS, before those of packages."""

    def __init__(self, given: Mapping[str, Any] | None = None) -> None:
        self._given = {**LABELS, **of_packages(), **_table(given or {}, "the option colors")}
        self._pairs: dict[str, Pair] = {}

    def of(self, label: str) -> Pair:
        """The colours of a label: the same in every drawing."""
        known = self._pairs.get(label)
        if known is None:
            given = self._given.get(label.upper())
            background = derived(label) if given is None else given
            known = self._pairs[label] = pair(background, f"the colour of {visible_line(label)}")
        return known


def pair(background: Any, what: str) -> Pair:
    """A background and black or white, whichever is read better on it. `UsageError` if the background is no colour."""
    found = rgb_of(background, what)
    # A colour that lets others through would make the text unreadable on a dark page.
    shown = hexadecimal(found[0]) if len(found) == 1 else checked_color(background, what)
    return Pair(shown, ink(found))


def derived(label: str) -> str:
    """A colour for any label: hue and lightness by its name, light enough for black text."""
    drawn = int.from_bytes(sha256(label.upper().encode("utf8", "surrogatepass")).digest()[:8], "big")
    hue, light = (drawn % _HUES) / _HUES, _LIGHTS[drawn // _HUES % len(_LIGHTS)]
    return hexadecimal(colorsys.hls_to_rgb(hue, light, 0.65))


def of_packages() -> dict[str, Any]:
    """What the registry `displacy_colors` has: label -> colour. A package whose table can't be used is told of and passed over."""
    found: dict[str, Any] = {}
    for name in registry.names(KIND) if KIND in registry.kinds() else ():
        try:
            found.update(_table(registry.get(KIND, name)(), f"{KIND} {name}"))
        except KernelError as error:
            warn(f"the colours {name} are not used: {error}")
    return found


def _table(table: Any, what: str) -> dict[str, Any]:
    if not isinstance(table, Mapping):
        raise UsageError(f"{what}: a table of labels and colours is needed, not {type(table).__name__}")
    for label, color in table.items():
        rgb_of(color, f"{what}: {visible_line(str(label))}")
    return {str(label).upper(): color for label, color in table.items()}


def upper(labels: Iterable[str] | None) -> frozenset[str] | None:
    """Labels that are to be drawn, without the case of their letters; None for all."""
    return None if labels is None else frozenset(str(label).upper() for label in labels)
