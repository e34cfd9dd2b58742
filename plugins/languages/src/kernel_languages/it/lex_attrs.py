"""Italian number words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kernel.vocab.attrs import LIKE_NUM
from kernel_languages.base.numbers import looks_like_number
from kernel_languages.base.words import words

_CARDINALS = """
    zero due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici
    diciassette diciotto diciannove venti ventuno ventuna trenta quaranta cinquanta sessanta settanta ottanta novanta cento
    duecento trecento quattrocento cinquecento seicento settecento ottocento novecento mille mila duemila milione milioni
    miliardo miliardi bilione bilioni
"""
_ORDINALS = """
    primo prima primi prime secondo seconda terzo terza quarto quarta quinto quinta sesto sesta settimo settima ottavo ottava
    nono nona decimo decima undicesimo dodicesimo ventesimo ventesima trentesimo centesimo centesima millesimo milionesimo
"""

NUMBER_WORDS = frozenset(words(_CARDINALS + _ORDINALS))
_DIGIT_ORDINAL = re.compile(r"[0-9]+[°ºª]")


def like_num(text: str) -> bool:
    """Digits, number words, and ordinals of both."""
    return looks_like_number(text, NUMBER_WORDS, _DIGIT_ORDINAL)


LEX_ATTRS: dict[int, Callable[[str], Any]] = {LIKE_NUM: like_num}
