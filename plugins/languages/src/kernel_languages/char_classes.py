"""Characters for rules of one's own: the module `kernel.lang.char_classes`.

`ALPHA`, `ALPHA_LOWER`, `ALPHA_UPPER`, `COMBINING_DIACRITICS`, `CONCAT_ICONS` and `CONCAT_QUOTES` stand between brackets:
`f"[{ALPHA}]"`. `CURRENCY`, `HYPHENS`, `PUNCT` and `UNITS` are alternatives: `f"(?:{UNITS})"`. The lists are rules to be added
to others.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from kernel_languages.base.chars import (
    CLOSING,
    DASHES,
    DOUBLE_QUOTES,
    LOWER,
    OPENING,
    PICTURE,
    SINGLE_QUOTES,
    STOPS,
    UPPER,
    ranges,
)
from kernel_languages.base.chars import CURRENCY as _CURRENCY
from kernel_languages.base.punctuation import EMOJI
from kernel_languages.base.units import UNITS

__all__ = [
    "ALPHA",
    "ALPHA_LOWER",
    "ALPHA_UPPER",
    "COMBINING_DIACRITICS",
    "CONCAT_ICONS",
    "CONCAT_QUOTES",
    "CURRENCY",
    "HYPHENS",
    "LIST_CURRENCY",
    "LIST_ELLIPSES",
    "LIST_HYPHENS",
    "LIST_ICONS",
    "LIST_PUNCT",
    "LIST_QUOTES",
    "LIST_UNITS",
    "PUNCT",
    "UNITS",
    "group_chars",
    "merge_chars",
    "split_chars",
]


def split_chars(char_string: str) -> list[str]:
    """Words of a text, split at spaces."""
    return char_string.strip().split(" ")


def merge_chars(char_string: str) -> str:
    """Words of a text as alternatives."""
    return char_string.strip().replace(" ", "|")


def group_chars(char_string: str) -> str:
    """Characters of a text without the spaces between them."""
    return char_string.strip().replace(" ", "")


def _escaped(characters: Iterable[str]) -> list[str]:
    return ["\\" + char if char in r"\]^-[()?*+.|${}" else char for char in characters]


# Letters of scripts without case count as both.
_NO_CASE = ranges(
    char
    for char in map(chr, range(min(sys.maxunicode, 0x323AF)))
    if char.isalpha() and char.lower() == char.upper()
)
ALPHA_LOWER = LOWER + _NO_CASE
ALPHA_UPPER = UPPER + _NO_CASE
ALPHA = LOWER + UPPER + _NO_CASE
COMBINING_DIACRITICS = "\\u0300-\\u036f"

LIST_PUNCT = _escaped(STOPS + OPENING + CLOSING)
LIST_QUOTES = ["''", "’’", *_escaped(DOUBLE_QUOTES + SINGLE_QUOTES)]
LIST_HYPHENS = [*_escaped(DASHES), "--", "---", "~", r"\-"]
LIST_CURRENCY = [r"\$", f"[{_CURRENCY}]"]
LIST_ELLIPSES = [r"\.\.+", "…"]
LIST_ICONS = [EMOJI]
LIST_UNITS = UNITS.split("|")

CONCAT_QUOTES = "".join(_escaped(DOUBLE_QUOTES + SINGLE_QUOTES))
CONCAT_ICONS = PICTURE
PUNCT, HYPHENS, CURRENCY = "|".join(LIST_PUNCT), "|".join(LIST_HYPHENS), "|".join(LIST_CURRENCY)
