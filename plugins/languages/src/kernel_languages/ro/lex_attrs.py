"""Romanian number words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kernel.vocab.attrs import LIKE_NUM
from kernel_languages.base.numbers import looks_like_number
from kernel_languages.base.words import words

_CARDINALS = """
    zero un una unu o doi două trei patru cinci șase şase șapte şapte opt nouă zece unsprezece doisprezece douăsprezece
    treisprezece paisprezece cincisprezece șaisprezece șaptesprezece optsprezece nouăsprezece douăzeci treizeci patruzeci
    cincizeci șaizeci șaptezeci optzeci nouăzeci sută sute mie mii milion milioane miliard miliarde bilion bilioane duzină
"""
_ORDINALS = """
    primul prima primii primele doilea doua treilea treia patrulea patra cincilea cincea șaselea șasea șaptelea șaptea optulea
    opta nouălea noua zecelea zecea douăzecilea sutălea miilea
"""

NUMBER_WORDS = frozenset(words(_CARDINALS + _ORDINALS))
_DIGIT_ORDINAL = re.compile(r"[0-9]+(?:-lea|-a)")


def like_num(text: str) -> bool:
    """Digits, number words, and ordinals of both."""
    return looks_like_number(text, NUMBER_WORDS, _DIGIT_ORDINAL)


LEX_ATTRS: dict[int, Callable[[str], Any]] = {LIKE_NUM: like_num}
