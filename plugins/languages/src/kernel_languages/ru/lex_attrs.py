"""Russian number words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kernel.vocab.attrs import LIKE_NUM
from kernel_languages.base.numbers import looks_like_number
from kernel_languages.base.words import words

_CARDINALS = """
    ноль нуль один одна одно одного одной два две двух двое три трёх трех трое четыре четырёх четырех четверо пять пяти пятеро
    шесть шести семь семи восемь восьми девять девяти десять десяти одиннадцать двенадцать тринадцать четырнадцать пятнадцать
    шестнадцать семнадцать восемнадцать девятнадцать двадцать двадцати тридцать тридцати сорок сорока пятьдесят пятидесяти
    шестьдесят семьдесят восемьдесят девяносто сто ста двести двухсот триста четыреста пятьсот шестьсот семьсот восемьсот
    девятьсот тысяча тысячи тысяч миллион миллиона миллионов миллиард миллиарда миллиардов триллион триллионов
"""
_ORDINALS = """
    первый первая первое первого первой второй вторая второе второго третий третья третье третьего четвёртый четвертый четвёртая
    пятый пятая пятое шестой шестая шестое седьмой седьмая восьмой восьмая девятый девятая десятый десятая двадцатый двадцатого
    сотый тысячный миллионный
"""

NUMBER_WORDS = frozenset(words(_CARDINALS + _ORDINALS))
_DIGIT_ORDINAL = re.compile(r"[0-9]+-(?:й|я|е|го|му|м|х|ый|ой|ая|ое|ого|ые|ых|ти|ю)")


def like_num(text: str) -> bool:
    """Digits, number words, and ordinals of both."""
    return looks_like_number(text, NUMBER_WORDS, _DIGIT_ORDINAL)


LEX_ATTRS: dict[int, Callable[[str], Any]] = {LIKE_NUM: like_num}
