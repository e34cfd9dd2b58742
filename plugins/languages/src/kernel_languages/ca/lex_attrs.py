"""Catalan number words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kernel.vocab.attrs import LIKE_NUM
from kernel_languages.base.numbers import looks_like_number
from kernel_languages.base.words import words

_CARDINALS = """
    zero un dos dues tres quatre cinc sis set vuit nou deu onze dotze tretze catorze quinze setze disset divuit dinou vint
    trenta quaranta cinquanta seixanta setanta vuitanta noranta cent cents dos-cents dues-centes tres-cents mil milió milions
    bilió bilions trilió trilions
"""
_ORDINALS = """
    primer primera primers primeres segon segona tercer tercera quart quarta cinquè cinquena sisè sisena setè setena vuitè
    vuitena novè novena desè desena onzè onzena dotzè dotzena vintè vintena centè mil·lèsim
"""

NUMBER_WORDS = frozenset(words(_CARDINALS + _ORDINALS))
_DIGIT_ORDINAL = re.compile(r"[0-9]+(?:r|n|t|è|a|rs|ns|es)")


def like_num(text: str) -> bool:
    """Digits, number words, and ordinals of both."""
    return looks_like_number(text, NUMBER_WORDS, _DIGIT_ORDINAL)


LEX_ATTRS: dict[int, Callable[[str], Any]] = {LIKE_NUM: like_num}
