"""Hindi."""

from __future__ import annotations

from typing import Any, ClassVar

from kernel.language import Language
from kernel_languages.base.defaults import SpacedDefaults
from kernel_languages.hi.exceptions import EXCEPTIONS
from kernel_languages.hi.lex_attrs import LEX_ATTRS
from kernel_languages.hi.punctuation import INFIXES, PREFIXES, SUFFIXES
from kernel_languages.hi.stop_words import STOP_WORDS

__all__ = ["Hindi"]


class HindiDefaults(SpacedDefaults):
    tokenizer_exceptions = EXCEPTIONS
    prefixes = PREFIXES
    suffixes = SUFFIXES
    infixes = INFIXES
    stop_words = STOP_WORDS
    lex_attr_getters: ClassVar[dict[int, Any]] = LEX_ATTRS
    writing_system: ClassVar[dict[str, Any]] = {"direction": "ltr", "has_case": False, "has_letters": True}


class Hindi(Language):
    """Hindi text: a danda ends the sentence, compounds are cut at their hyphen."""

    lang = "hi"
    Defaults = HindiDefaults
