"""Text of others as text that a terminal shows: nothing in it moves the cursor, sets a colour or turns the direction.

Names and texts come from files and packages of strangers. Errors, warnings and notes of kernel are visible from the start
(`kernel.errors`), what commands print becomes so in `kernel.cli.say`; a plugin that prints takes the functions here.
"""

from __future__ import annotations

import re
import shlex

# Control characters, separators of lines, marks that change the direction of text, halves of surrogate pairs.
_OBEYED = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def visible(text: str) -> str:
    """A text with what a terminal would obey, not show, as escapes: `\\x1b`. Tabs and ends of lines stay."""
    return _OBEYED.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def visible_line(text: str) -> str:
    """The same on one line, for names and values inside a line of ours: an end of a line in them is `\\n`."""
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")


def visible_json(text: str) -> str:
    """A JSON text of the same value: where a terminal would obey, it has the escapes of JSON."""
    return _OBEYED.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def columns(text: str) -> int:
    """The columns of a terminal that a visible text on one line takes: two for wide characters, none for marks on others."""
    return len(text) if text.isascii() else sum(map(_width, text))


def _width(character: str) -> int:
    from unicodedata import category, east_asian_width

    if category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(character) in ("W", "F") else 1


def padded(text: str, width: int, *, right: bool = False) -> str:
    """A text with blanks up to a width in columns of a terminal; they come first with `right`, for numbers."""
    blanks = " " * (width - columns(text))
    return blanks + text if right else text + blanks


def shell_word(text: str) -> str:
    """A text as one word of a command that people may paste into a shell, with nothing in it that a terminal would obey."""
    return shlex.quote(visible(text))
