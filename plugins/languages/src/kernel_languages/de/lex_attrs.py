"""German number words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kernel.vocab.attrs import LIKE_NUM
from kernel_languages.base.numbers import looks_like_number
from kernel_languages.base.words import words

_CARDINALS = """
    null eins zwei zwo drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn
    siebzehn achtzehn neunzehn zwanzig dreißig dreissig vierzig fünfzig sechzig siebzig achtzig neunzig hundert einhundert
    tausend eintausend million millionen milliarde milliarden billion billionen trillion trillionen dutzend
"""
_ORDINALS = """
    erste ersten erster erstes zweite zweiten zweiter zweites dritte dritten dritter drittes vierte vierten fünfte fünften
    sechste sechsten siebte siebten siebente achte achten neunte neunten zehnte zehnten elfte elften zwölfte zwölften dreizehnte
    zwanzigste zwanzigsten dreißigste hundertste tausendste millionste
"""

NUMBER_WORDS = frozenset(words(_CARDINALS + _ORDINALS))
_DIGIT_ORDINAL = re.compile(r"[0-9]+\.")


def like_num(text: str) -> bool:
    """Digits, number words, and ordinals of both."""
    return looks_like_number(text, NUMBER_WORDS, _DIGIT_ORDINAL)


LEX_ATTRS: dict[int, Callable[[str], Any]] = {LIKE_NUM: like_num}
