"""Hindi number words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kernel.vocab.attrs import LIKE_NUM
from kernel_languages.base.numbers import looks_like_number
from kernel_languages.base.words import words

_CARDINALS = """
    शून्य एक दो तीन चार पाँच पांच छह छः छे सात आठ नौ दस ग्यारह बारह तेरह चौदह पंद्रह पन्द्रह सोलह सत्रह अठारह
    उन्नीस बीस इक्कीस बाईस तेईस चौबीस पच्चीस छब्बीस सत्ताईस अट्ठाईस उनतीस तीस इकतीस बत्तीस तैंतीस चौंतीस पैंतीस
    छत्तीस सैंतीस अड़तीस उनतालीस चालीस इकतालीस बयालीस तैंतालीस चौवालीस पैंतालीस छियालीस सैंतालीस अड़तालीस उनचास
    पचास इक्यावन बावन तिरपन चौवन पचपन छप्पन सत्तावन अट्ठावन उनसठ साठ इकसठ बासठ तिरसठ चौंसठ पैंसठ छियासठ सड़सठ
    अड़सठ उनहत्तर सत्तर इकहत्तर बहत्तर तिहत्तर चौहत्तर पचहत्तर छिहत्तर सतहत्तर अठहत्तर उनासी अस्सी इक्यासी बयासी
    तिरासी चौरासी पचासी छियासी सत्तासी अट्ठासी नवासी नब्बे इक्यानवे बानवे तिरानवे चौरानवे पचानवे छियानवे सत्तानवे
    अट्ठानवे निन्यानवे सौ हज़ार हजार लाख करोड़ अरब खरब डेढ़ ढाई आधा पौने
"""
_ORDINALS = """
    पहला पहली पहले दूसरा दूसरी दूसरे तीसरा तीसरी तीसरे चौथा चौथी चौथे पाँचवाँ पाँचवीं पाँचवें पांचवां पांचवीं
    पांचवें छठा छठी छठे सातवाँ सातवीं सातवें सातवां आठवाँ आठवीं आठवें आठवां नौवाँ नौवीं नौवें नौवां दसवाँ दसवीं
    दसवें दसवां
"""

NUMBER_WORDS = frozenset(words(_CARDINALS + _ORDINALS))
_DIGIT_ORDINAL = re.compile(r"[0-9\u0966-\u096f]+(?:वाँ|वां|वीं|वें)")


def like_num(text: str) -> bool:
    """Digits, number words, and ordinals of both."""
    return looks_like_number(text, NUMBER_WORDS, _DIGIT_ORDINAL)


LEX_ATTRS: dict[int, Callable[[str], Any]] = {LIKE_NUM: like_num}
