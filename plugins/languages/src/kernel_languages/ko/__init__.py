"""Korean."""

from __future__ import annotations

from typing import Any, ClassVar

from kernel.language import Language
from kernel_languages.base.defaults import SpacedDefaults
from kernel_languages.ko.exceptions import EXCEPTIONS
from kernel_languages.ko.lex_attrs import LEX_ATTRS
from kernel_languages.ko.punctuation import INFIXES, PREFIXES, SUFFIXES
from kernel_languages.ko.stop_words import STOP_WORDS

__all__ = ["Korean"]


class KoreanDefaults(SpacedDefaults):
    tokenizer_exceptions = EXCEPTIONS
    prefixes = PREFIXES
    suffixes = SUFFIXES
    infixes = INFIXES
    stop_words = STOP_WORDS
    lex_attr_getters: ClassVar[dict[int, Any]] = LEX_ATTRS
    writing_system: ClassVar[dict[str, Any]] = {"direction": "ltr", "has_case": False, "has_letters": True}


class Korean(Language):
    """Korean text: words end at spaces and punctuation; particles stay on their word."""

    lang = "ko"
    Defaults = KoreanDefaults
