"""Finnish number words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kernel.vocab.attrs import LIKE_NUM
from kernel_languages.base.numbers import looks_like_number
from kernel_languages.base.words import words

_CARDINALS = """
    nolla yksi yhden yhtä kaksi kahden kahta kolme kolmen kolmea neljä neljän neljää viisi viiden viittä kuusi kuuden kuutta
    seitsemän kahdeksan yhdeksän kymmenen kymmentä yksitoista kaksitoista kolmetoista neljätoista viisitoista kuusitoista
    seitsemäntoista kahdeksantoista yhdeksäntoista kaksikymmentä kolmekymmentä neljäkymmentä viisikymmentä kuusikymmentä
    seitsemänkymmentä kahdeksankymmentä yhdeksänkymmentä sata sataa kaksisataa tuhat tuhatta miljoona miljoonaa miljardi
    miljardia biljoona tusina
"""
_ORDINALS = """
    ensimmäinen ensimmäisen toinen toisen kolmas kolmannen neljäs viides kuudes seitsemäs kahdeksas yhdeksäs kymmenes
    yhdestoista kahdestoista kahdeskymmenes sadas tuhannes miljoonas
"""

NUMBER_WORDS = frozenset(words(_CARDINALS + _ORDINALS))
_DIGIT_ORDINAL = re.compile(r"[0-9]+(?:\.|:(?:s|nnen|tta|nneksi|nnessa|nnella))")


def like_num(text: str) -> bool:
    """Digits, number words, and ordinals of both."""
    return looks_like_number(text, NUMBER_WORDS, _DIGIT_ORDINAL)


LEX_ATTRS: dict[int, Callable[[str], Any]] = {LIKE_NUM: like_num}
