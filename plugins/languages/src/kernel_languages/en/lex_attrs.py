"""English number words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kernel.vocab.attrs import LIKE_NUM
from kernel.vocab.lex_attrs import like_num as looks_like_digits
from kernel_languages.base.words import words

_ONES = words("one two three four five six seven eight nine")
_TENS = words("twenty thirty forty fifty sixty seventy eighty ninety")
_TEENS = words("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
_LARGE = words(
    "hundred thousand million billion trillion quadrillion quintillion sextillion septillion octillion nonillion decillion "
    "gajillion gazillion bazillion zillion dozen"
)
_FIRST = words("first second third fourth fifth sixth seventh eighth ninth")
_TENTHS = words(
    "tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
)
_TWENTIETHS = words("twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth")
_LARGE_ORDINALS = [f"{large}th" for large in _LARGE if large not in ("gazillion", "zillion", "dozen")]

NUMBER_WORDS = frozenset(
    ("zero", *_ONES, *_TEENS, *_TENS, *_LARGE, *_FIRST, *_TENTHS, *_TWENTIETHS, *_LARGE_ORDINALS)
    + tuple(f"{ten}-{one}" for ten in _TENS for one in (*_ONES, *_FIRST))
)
# Misspelt ones, such as "22th", are meant as numbers too.
_DIGIT_ORDINAL = re.compile(r"[0-9]+(?:,[0-9]{3})*(?:st|nd|rd|th)")


def like_num(text: str) -> bool:
    """Digits, number words, and ordinals of both: "1,000", "twelve", "twenty-first", "22nd"."""
    if looks_like_digits(text):
        return True
    lower = text.lower()
    return lower in NUMBER_WORDS or _DIGIT_ORDINAL.fullmatch(lower) is not None


LEX_ATTRS: dict[int, Callable[[str], Any]] = {LIKE_NUM: like_num}
