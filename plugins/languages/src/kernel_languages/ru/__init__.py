"""Russian."""

from __future__ import annotations

from typing import Any, ClassVar

from kernel.language import Language
from kernel_languages.base.defaults import SpacedDefaults
from kernel_languages.ru.exceptions import EXCEPTIONS
from kernel_languages.ru.lex_attrs import LEX_ATTRS
from kernel_languages.ru.punctuation import INFIXES, PREFIXES, SUFFIXES
from kernel_languages.ru.stop_words import STOP_WORDS

__all__ = ["Russian"]


class RussianDefaults(SpacedDefaults):
    tokenizer_exceptions = EXCEPTIONS
    prefixes = PREFIXES
    suffixes = SUFFIXES
    infixes = INFIXES
    stop_words = STOP_WORDS
    lex_attr_getters: ClassVar[dict[int, Any]] = LEX_ATTRS


class Russian(Language):
    """Russian text: abbreviations and words with a hyphen stay whole."""

    lang = "ru"
    Defaults = RussianDefaults
