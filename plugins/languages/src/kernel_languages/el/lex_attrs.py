"""Greek number words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kernel.vocab.attrs import LIKE_NUM
from kernel_languages.base.numbers import looks_like_number
from kernel_languages.base.words import words

_CARDINALS = """
    μηδέν ένας μία μια ένα δύο δυο τρεις τρία τέσσερις τέσσερα πέντε έξι επτά εφτά οκτώ οχτώ εννέα εννιά δέκα έντεκα δώδεκα
    δεκατρία δεκατρείς δεκατέσσερα δεκαπέντε δεκαέξι δεκαεπτά δεκαεφτά δεκαοκτώ δεκαοχτώ δεκαεννέα δεκαεννιά είκοσι τριάντα
    σαράντα πενήντα εξήντα εβδομήντα ογδόντα ενενήντα εκατό εκατόν διακόσια διακόσιοι τριακόσια τετρακόσια πεντακόσια εξακόσια
    επτακόσια οκτακόσια εννιακόσια χίλια χίλιοι χίλιες χιλιάδα χιλιάδες εκατομμύριο εκατομμύρια δισεκατομμύριο δισεκατομμύρια
    τρισεκατομμύριο τρισεκατομμύρια
"""
_ORDINALS = """
    πρώτος πρώτη πρώτο δεύτερος δεύτερη δεύτερο τρίτος τρίτη τρίτο τέταρτος τέταρτη τέταρτο πέμπτος πέμπτη πέμπτο έκτος έκτη
    έκτο έβδομος έβδομη έβδομο όγδοος όγδοη όγδοο ένατος ένατη ένατο δέκατος δέκατη δέκατο εικοστός εικοστή εικοστό εκατοστός
    χιλιοστός
"""

NUMBER_WORDS = frozenset(words(_CARDINALS + _ORDINALS))
_DIGIT_ORDINAL = re.compile(r"[0-9]+(?:ος|η|ο|ου|ης|α|οι|ες)")


def like_num(text: str) -> bool:
    """Digits, number words, and ordinals of both."""
    return looks_like_number(text, NUMBER_WORDS, _DIGIT_ORDINAL)


LEX_ATTRS: dict[int, Callable[[str], Any]] = {LIKE_NUM: like_num}
