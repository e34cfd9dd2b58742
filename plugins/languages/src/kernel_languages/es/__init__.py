"""Spanish."""

from __future__ import annotations

from typing import Any, ClassVar

from kernel.language import Language
from kernel_languages.base.defaults import SpacedDefaults
from kernel_languages.es.exceptions import EXCEPTIONS
from kernel_languages.es.lex_attrs import LEX_ATTRS
from kernel_languages.es.punctuation import INFIXES, PREFIXES, SUFFIXES
from kernel_languages.es.stop_words import STOP_WORDS
from kernel_languages.es.syntax_iterators import SYNTAX_ITERATORS

__all__ = ["Spanish"]


class SpanishDefaults(SpacedDefaults):
    tokenizer_exceptions = EXCEPTIONS
    prefixes = PREFIXES
    suffixes = SUFFIXES
    infixes = INFIXES
    stop_words = STOP_WORDS
    lex_attr_getters: ClassVar[dict[int, Any]] = LEX_ATTRS
    syntax_iterators = SYNTAX_ITERATORS


class Spanish(Language):
    """Spanish text: abbreviations and compounds with a hyphen stay whole."""

    lang = "es"
    Defaults = SpanishDefaults
