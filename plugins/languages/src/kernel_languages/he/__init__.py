"""Hebrew."""

from __future__ import annotations

from typing import Any, ClassVar

from kernel.language import Language
from kernel_languages.base.defaults import SpacedDefaults
from kernel_languages.he.exceptions import EXCEPTIONS
from kernel_languages.he.lex_attrs import LEX_ATTRS
from kernel_languages.he.punctuation import INFIXES, PREFIXES, SUFFIXES
from kernel_languages.he.stop_words import STOP_WORDS

__all__ = ["Hebrew"]


class HebrewDefaults(SpacedDefaults):
    tokenizer_exceptions = EXCEPTIONS
    prefixes = PREFIXES
    suffixes = SUFFIXES
    infixes = INFIXES
    stop_words = STOP_WORDS
    lex_attr_getters: ClassVar[dict[int, Any]] = LEX_ATTRS
    writing_system: ClassVar[dict[str, Any]] = {"direction": "rtl", "has_case": False, "has_letters": True}


class Hebrew(Language):
    """Hebrew text: the article and prepositions that are written onto a word stay there, and so do the quotes inside an abbreviation."""

    lang = "he"
    Defaults = HebrewDefaults
