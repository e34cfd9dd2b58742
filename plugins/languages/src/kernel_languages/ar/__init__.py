"""Arabic."""

from __future__ import annotations

from typing import Any, ClassVar

from kernel.language import Language
from kernel_languages.ar.exceptions import EXCEPTIONS
from kernel_languages.ar.lex_attrs import LEX_ATTRS
from kernel_languages.ar.punctuation import INFIXES, PREFIXES, SUFFIXES
from kernel_languages.ar.stop_words import STOP_WORDS
from kernel_languages.base.defaults import SpacedDefaults

__all__ = ["Arabic"]


class ArabicDefaults(SpacedDefaults):
    tokenizer_exceptions = EXCEPTIONS
    prefixes = PREFIXES
    suffixes = SUFFIXES
    infixes = INFIXES
    stop_words = STOP_WORDS
    lex_attr_getters: ClassVar[dict[int, Any]] = LEX_ATTRS
    writing_system: ClassVar[dict[str, Any]] = {"direction": "rtl", "has_case": False, "has_letters": True}


class Arabic(Language):
    """Arabic text: prepositions, the conjunction and pronouns that are written onto a word stay there."""

    lang = "ar"
    Defaults = ArabicDefaults
