"""Portuguese number words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kernel.vocab.attrs import LIKE_NUM
from kernel_languages.base.numbers import looks_like_number
from kernel_languages.base.words import words

_CARDINALS = """
    zero um dois duas três quatro cinco seis sete oito nove dez onze doze treze catorze quatorze quinze dezesseis dezasseis
    dezessete dezassete dezoito dezenove dezanove vinte trinta quarenta cinquenta sessenta setenta oitenta noventa cem cento
    duzentos duzentas trezentos trezentas quatrocentos quatrocentas quinhentos quinhentas seiscentos seiscentas setecentos
    setecentas oitocentos oitocentas novecentos novecentas mil milhar milhão milhões bilhão bilhões bilião biliões trilhão
    trilhões
"""
_ORDINALS = """
    primeiro primeira primeiros primeiras segundo segunda terceiro terceira quarto quarta quinto quinta sexto sexta sétimo
    sétima oitavo oitava nono nona décimo décima vigésimo vigésima trigésimo trigésima centésimo centésima milésimo milésima
"""

NUMBER_WORDS = frozenset(words(_CARDINALS + _ORDINALS))
_DIGIT_ORDINAL = re.compile(r"[0-9]+(?:\.?[ºª]|o|a)")


def like_num(text: str) -> bool:
    """Digits, number words, and ordinals of both."""
    return looks_like_number(text, NUMBER_WORDS, _DIGIT_ORDINAL)


LEX_ATTRS: dict[int, Callable[[str], Any]] = {LIKE_NUM: like_num}
