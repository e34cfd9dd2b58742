"""Text of others in HTML and SVG: what can't be shown there is an escape. And in which direction a text runs."""

import re
from unicodedata import bidirectional, combining, east_asian_width

from markupsafe import Markup, escape

# Control characters, halves of surrogate pairs and what XML can't hold; marks that turn the direction of what follows them. The marks
# that only stand for a letter (U+200E, U+200F, U+061C) stay: texts from right to left need them.
_NOT_SHOWN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_WRITTEN_OTHERWISE = re.compile(rf"[&<>\"'\n\r]|{_NOT_SHOWN.pattern}")
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
# A text that begins with so many characters without a direction has none.
_LOOKED_AT = 10_000
# Of the height of a font: Chinese characters and the like, and the average of others in a wide usual font.
_WIDE, _NARROW = 1.05, 0.62


def readable(text: object) -> str:
    """A text as a page can hold it: what isn't shown, or turns the text around it, is an escape: `\\x1b`. Lines end in `\\n`."""
    lines = str(text).replace("\r\n", "\n").replace("\r", "\n")
    return _NOT_SHOWN.sub(lambda match: match[0].encode("unicode_escape").decode(), lines)


def shown(text: object) -> Markup:
    """A text as it stands in markup: readable, escaped, and its ends of lines written so that they are no ends of lines of the markup."""
    plain = str(text)
    # Most words have nothing that would have to be written otherwise.
    if not _WRITTEN_OTHERWISE.search(plain):
        return Markup(plain)
    return Markup(str(escape(readable(plain))).replace("\n", "&#10;"))


def strong_direction(text: str) -> str | None:
    """ "rtl" or "ltr", by the first letter (rule P2 of Unicode's annex 9); None for a text without letters."""
    for character in text[:_LOOKED_AT]:
        kind = bidirectional(character)
        if kind in _RIGHT_TO_LEFT:
            return "rtl"
        if kind == "L":
            return "ltr"
    return None


def text_width(text: str, size: float) -> float:
    """About how wide a text is, in pixels, in a font of a size."""
    wide = sum(1 for character in text if east_asian_width(character) in "WF")
    none = sum(1 for character in text if combining(character))
    return size * (_WIDE * wide + _NARROW * (len(text) - wide - none))
