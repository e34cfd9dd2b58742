"""English."""

from __future__ import annotations

from typing import Any, ClassVar

from kernel.language import Language
from kernel_languages.base.defaults import SpacedDefaults
from kernel_languages.en.exceptions import EXCEPTIONS
from kernel_languages.en.lex_attrs import LEX_ATTRS
from kernel_languages.en.punctuation import INFIXES, PREFIXES, SUFFIXES
from kernel_languages.en.stop_words import STOP_WORDS
from kernel_languages.en.syntax_iterators import SYNTAX_ITERATORS

__all__ = ["English"]


class EnglishDefaults(SpacedDefaults):
    tokenizer_exceptions = EXCEPTIONS
    prefixes = PREFIXES
    suffixes = SUFFIXES
    infixes = INFIXES
    stop_words = STOP_WORDS
    lex_attr_getters: ClassVar[dict[int, Any]] = LEX_ATTRS
    syntax_iterators = SYNTAX_ITERATORS


class English(Language):
    """English text: contractions are split, abbreviations and addresses are not."""

    lang = "en"
    Defaults = EnglishDefaults
