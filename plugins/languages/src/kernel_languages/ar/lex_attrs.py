"""Arabic number words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kernel.vocab.attrs import LIKE_NUM
from kernel_languages.base.numbers import looks_like_number
from kernel_languages.base.words import words

_CARDINALS = """
    صفر واحد واحدة اثنان اثنين اثنتان اثنتين ثلاث ثلاثة أربع أربعة خمس خمسة ست ستة سبع سبعة ثمان ثماني ثمانية تسع
    تسعة عشر عشرة عشرون عشرين ثلاثون ثلاثين أربعون أربعين خمسون خمسين ستون ستين سبعون سبعين ثمانون ثمانين تسعون
    تسعين مئة مائة مئتان مئتين مائتان مائتين ثلاثمئة ثلاثمائة أربعمئة أربعمائة خمسمئة خمسمائة ستمئة ستمائة سبعمئة
    سبعمائة ثمانمئة ثمانمائة تسعمئة تسعمائة ألف ألفان ألفين آلاف مليون مليونان مليونين ملايين مليار ملياران
    مليارين مليارات تريليون
"""
_ORDINALS = """
    أول الأول أولى الأولى ثان ثاني الثاني ثانية الثانية ثالث الثالث ثالثة الثالثة رابع الرابع رابعة الرابعة خامس
    الخامس خامسة الخامسة سادس السادس سادسة السادسة سابع السابع سابعة السابعة ثامن الثامن ثامنة الثامنة تاسع التاسع
    تاسعة التاسعة عاشر العاشر عاشرة العاشرة
"""

NUMBER_WORDS = frozenset(words(_CARDINALS + _ORDINALS))
# With the separators of Arabic: 2٫4 and 1٬000.
_DIGITS = re.compile(r"[0-9\u0660-\u0669]+(?:[٫٬.,][0-9\u0660-\u0669]+)*")


def like_num(text: str) -> bool:
    """Digits with the separators of Arabic, and number words."""
    return looks_like_number(text, NUMBER_WORDS, _DIGITS)


LEX_ATTRS: dict[int, Callable[[str], Any]] = {LIKE_NUM: like_num}
