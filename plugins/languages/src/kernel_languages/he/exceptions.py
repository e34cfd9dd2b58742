"""The special cases of Hebrew: abbreviations and letters that end in a geresh, which is often written as an apostrophe."""

from __future__ import annotations

from kernel.tokenizer import Special
from kernel_languages.base.exceptions import EXCEPTIONS as NEUTRAL
from kernel_languages.base.whole import whole
from kernel_languages.base.words import words

_ABBREVIATIONS = words("""
    א' א׳ ב' ב׳ ג' ג׳ ד' ד׳ ה' ה׳ ו' ו׳ ז' ז׳ ח' ח׳ ט' ט׳ י' י׳ כ' כ׳ ל' ל׳ מ' מ׳ נ' נ׳ ס' ס׳ ע' ע׳ פ' פ׳ צ' צ׳ ק'
    ק׳ ר' ר׳ ש' ש׳ ת' ת׳ גב' גב׳ פרופ' פרופ׳ רח' רח׳ שד' שד׳ עמ' עמ׳ מס' מס׳ טל' טל׳ וכו' וכו׳ וגו' וגו׳ אינג'
    אינג׳ סג' סג׳ הנ' הנ׳ צ' צ׳ קילומ' קילומ׳ מע' מע׳ ס' ס׳ נק' נק׳
""")

EXCEPTIONS: dict[str, list[Special]] = {**NEUTRAL, **whole(_ABBREVIATIONS)}
