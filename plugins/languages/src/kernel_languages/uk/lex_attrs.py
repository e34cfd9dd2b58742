"""Ukrainian number words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kernel.vocab.attrs import LIKE_NUM
from kernel_languages.base.numbers import looks_like_number
from kernel_languages.base.words import words

_CARDINALS = """
    нуль один одна одне одного однієї два дві двох двоє три трьох троє чотири чотирьох четверо п'ять п’ять п'яти п’яти шість
    шести сім семи вісім восьми дев'ять дев’ять десять десяти одинадцять дванадцять тринадцять чотирнадцять п'ятнадцять
    п’ятнадцять шістнадцять сімнадцять вісімнадцять дев'ятнадцять дев’ятнадцять двадцять двадцяти тридцять сорок п'ятдесят
    п’ятдесят шістдесят сімдесят вісімдесят дев'яносто дев’яносто сто ста двісті триста чотириста п'ятсот п’ятсот шістсот сімсот
    вісімсот дев'ятсот дев’ятсот тисяча тисячі тисяч мільйон мільйона мільйонів мільярд мільярда мільярдів трильйон трильйонів
"""
_ORDINALS = """
    перший перша перше першого другий друга друге другого третій третя третє третього четвертий четверта п'ятий п’ятий шостий
    сьомий восьмий дев'ятий дев’ятий десятий двадцятий сотий тисячний мільйонний
"""

NUMBER_WORDS = frozenset(words(_CARDINALS + _ORDINALS))
_DIGIT_ORDINAL = re.compile(r"[0-9]+-(?:й|я|е|го|му|м|х|ий|ої|ого|ті|та|те|ту)")


def like_num(text: str) -> bool:
    """Digits, number words, and ordinals of both."""
    return looks_like_number(text, NUMBER_WORDS, _DIGIT_ORDINAL)


LEX_ATTRS: dict[int, Callable[[str], Any]] = {LIKE_NUM: like_num}
