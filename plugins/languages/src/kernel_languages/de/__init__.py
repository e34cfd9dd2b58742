"""German."""

from __future__ import annotations

from typing import Any, ClassVar

from kernel.language import Language
from kernel_languages.base.defaults import SpacedDefaults
from kernel_languages.de.exceptions import EXCEPTIONS
from kernel_languages.de.lex_attrs import LEX_ATTRS
from kernel_languages.de.punctuation import INFIXES, PREFIXES, SUFFIXES
from kernel_languages.de.stop_words import STOP_WORDS
from kernel_languages.de.syntax_iterators import SYNTAX_ITERATORS

__all__ = ["German"]


class GermanDefaults(SpacedDefaults):
    tokenizer_exceptions = EXCEPTIONS
    prefixes = PREFIXES
    suffixes = SUFFIXES
    infixes = INFIXES
    stop_words = STOP_WORDS
    lex_attr_getters: ClassVar[dict[int, Any]] = LEX_ATTRS
    syntax_iterators = SYNTAX_ITERATORS


class German(Language):
    """German text: abbreviations, ordinals and compounds with a hyphen stay whole."""

    lang = "de"
    Defaults = GermanDefaults
