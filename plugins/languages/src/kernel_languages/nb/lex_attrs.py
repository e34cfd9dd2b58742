"""Norwegian number words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kernel.vocab.attrs import LIKE_NUM
from kernel_languages.base.numbers import looks_like_number
from kernel_languages.base.words import words

_CARDINALS = """
    null en ei ett to tre fire fem seks sju syv åtte ni ti elleve tolv tretten fjorten femten seksten sytten atten nitten tjue
    tyve tretti tredve førti femti seksti sytti åtti nitti hundre tohundre tusen million millioner milliard milliarder billion
    billioner dusin
"""
_ORDINALS = """
    første annen annet andre tredje fjerde femte sjette sjuende syvende åttende niende tiende ellevte tolvte trettende fjortende
    femtende sekstende syttende attende nittende tjuende tyvende trettiende førtiende femtiende hundrede tusende
"""

NUMBER_WORDS = frozenset(words(_CARDINALS + _ORDINALS))
_DIGIT_ORDINAL = re.compile(r"[0-9]+\.")


def like_num(text: str) -> bool:
    """Digits, number words, and ordinals of both."""
    return looks_like_number(text, NUMBER_WORDS, _DIGIT_ORDINAL)


LEX_ATTRS: dict[int, Callable[[str], Any]] = {LIKE_NUM: like_num}
