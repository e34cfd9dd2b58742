"""Polish number words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kernel.vocab.attrs import LIKE_NUM
from kernel_languages.base.numbers import looks_like_number
from kernel_languages.base.words import words

_CARDINALS = """
    zero jeden jedna jedno jednego jednej dwa dwie dwóch dwaj dwoje trzy trzej trzech troje cztery czterej czterech czworo pięć
    pięciu sześć sześciu siedem siedmiu osiem ośmiu dziewięć dziewięciu dziesięć dziesięciu jedenaście jedenastu dwanaście
    dwunastu trzynaście trzynastu czternaście czternastu piętnaście piętnastu szesnaście siedemnaście osiemnaście dziewiętnaście
    dwadzieścia dwudziestu trzydzieści trzydziestu czterdzieści czterdziestu pięćdziesiąt pięćdziesięciu sześćdziesiąt
    siedemdziesiąt osiemdziesiąt dziewięćdziesiąt sto stu dwieście trzysta czterysta pięćset sześćset siedemset osiemset
    dziewięćset tysiąc tysiące tysięcy milion miliony milionów miliard miliardy miliardów bilion biliony bilionów
"""
_ORDINALS = """
    pierwszy pierwsza pierwsze pierwszego drugi druga drugie drugiego trzeci trzecia trzecie czwarty czwarta czwarte piąty piąta
    piąte szósty szósta szóste siódmy siódma siódme ósmy ósma ósme dziewiąty dziewiąta dziewiąte dziesiąty dziesiąta dziesiąte
    setny tysięczny milionowy
"""

NUMBER_WORDS = frozenset(words(_CARDINALS + _ORDINALS))
_DIGIT_ORDINAL = re.compile(r"[0-9]+\.?(?:-?(?:go|mu|my|szy|ego|tych))?")


def like_num(text: str) -> bool:
    """Digits, number words, and ordinals of both."""
    return looks_like_number(text, NUMBER_WORDS, _DIGIT_ORDINAL)


LEX_ATTRS: dict[int, Callable[[str], Any]] = {LIKE_NUM: like_num}
