"""What looks like a number, in any language that says which words do."""

from __future__ import annotations

import re
from collections.abc import Container

from kernel.vocab.lex_attrs import like_num as looks_like_digits


def looks_like_number(text: str, words: Container[str], ordinal: re.Pattern[str]) -> bool:
    """Digits, one of some words in whatever case, or digits with the ending of an ordinal.

    words: in lower case. ordinal: fits a whole form in lower case.
    """
    if looks_like_digits(text):
        return True
    lower = text.lower()
    return lower in words or ordinal.fullmatch(lower) is not None
