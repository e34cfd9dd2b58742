"""Chinese."""

from __future__ import annotations

from typing import Any, ClassVar

from kernel.language import Language
from kernel_languages.base.defaults import SpacedDefaults
from kernel_languages.zh.exceptions import EXCEPTIONS
from kernel_languages.zh.lex_attrs import LEX_ATTRS
from kernel_languages.zh.punctuation import INFIXES, PREFIXES, SUFFIXES
from kernel_languages.zh.stop_words import STOP_WORDS

__all__ = ["Chinese"]


class ChineseDefaults(SpacedDefaults):
    tokenizer_exceptions = EXCEPTIONS
    prefixes = PREFIXES
    suffixes = SUFFIXES
    infixes = INFIXES
    stop_words = STOP_WORDS
    lex_attr_getters: ClassVar[dict[int, Any]] = LEX_ATTRS
    writing_system: ClassVar[dict[str, Any]] = {"direction": "ltr", "has_case": False, "has_letters": False}


class Chinese(Language):
    """Chinese text: each Han character is a token; numbers and words of other scripts stay whole."""

    lang = "zh"
    Defaults = ChineseDefaults
