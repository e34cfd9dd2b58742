"""Hebrew number words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kernel.vocab.attrs import LIKE_NUM
from kernel_languages.base.numbers import looks_like_number
from kernel_languages.base.words import words

_CARDINALS = """
    אפס אחד אחת שניים שתיים שני שתי שלוש שלושה ארבע ארבעה חמש חמישה שש שישה שבע שבעה שמונה תשע תשעה עשר עשרה עשרים
    שלושים ארבעים חמישים שישים שבעים שמונים תשעים מאה מאתיים מאות אלף אלפיים אלפים מיליון מיליונים מיליארד
    מיליארדים טריליון
"""
_ORDINALS = """
    ראשון ראשונה שנייה שניה שלישי שלישית רביעי רביעית חמישי חמישית שישי שישית שביעי שביעית שמיני שמינית תשיעי
    תשיעית עשירי עשירית הראשון הראשונה השני השנייה השלישי השלישית הרביעי הרביעית
"""

NUMBER_WORDS = frozenset(words(_CARDINALS + _ORDINALS))
# On the first digit may be the article or a preposition: ב-2019.
_WITH_PREPOSITION = re.compile(r"[והבכלמש]{1,2}[-\u05be]?[0-9]+(?:[.,][0-9]+)*")


def like_num(text: str) -> bool:
    """Digits, those with a preposition on them, and number words."""
    return looks_like_number(text, NUMBER_WORDS, _WITH_PREPOSITION)


LEX_ATTRS: dict[int, Callable[[str], Any]] = {LIKE_NUM: like_num}
