"""Turkish number words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kernel.vocab.attrs import LIKE_NUM
from kernel_languages.base.numbers import looks_like_number
from kernel_languages.base.words import words

_CARDINALS = """
    sıfır bir iki üç dört beş altı yedi sekiz dokuz on onbir oniki yirmi otuz kırk elli altmış yetmiş seksen doksan yüz ikiyüz
    bin milyon milyar trilyon katrilyon düzine buçuk yarım
"""
_ORDINALS = """
    birinci ikinci üçüncü dördüncü beşinci altıncı yedinci sekizinci dokuzuncu onuncu yirminci otuzuncu kırkıncı ellinci yüzüncü
    bininci
"""

NUMBER_WORDS = frozenset(words(_CARDINALS + _ORDINALS))
_DIGIT_ORDINAL = re.compile(r"[0-9]+(?:\.|['’]?(?:inci|ıncı|uncu|üncü|nci|ncı|ncu|ncü))")


def like_num(text: str) -> bool:
    """Digits, number words, and ordinals of both."""
    return looks_like_number(text, NUMBER_WORDS, _DIGIT_ORDINAL)


LEX_ATTRS: dict[int, Callable[[str], Any]] = {LIKE_NUM: like_num}
