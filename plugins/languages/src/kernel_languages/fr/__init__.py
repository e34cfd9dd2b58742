"""French."""

from __future__ import annotations

from typing import Any, ClassVar

from kernel.language import Language
from kernel_languages.base.defaults import SpacedDefaults
from kernel_languages.fr.exceptions import EXCEPTIONS
from kernel_languages.fr.lex_attrs import LEX_ATTRS
from kernel_languages.fr.punctuation import INFIXES, PREFIXES, SUFFIXES
from kernel_languages.fr.stop_words import STOP_WORDS
from kernel_languages.fr.syntax_iterators import SYNTAX_ITERATORS

__all__ = ["French"]


class FrenchDefaults(SpacedDefaults):
    tokenizer_exceptions = EXCEPTIONS
    prefixes = PREFIXES
    suffixes = SUFFIXES
    infixes = INFIXES
    stop_words = STOP_WORDS
    lex_attr_getters: ClassVar[dict[int, Any]] = LEX_ATTRS
    syntax_iterators = SYNTAX_ITERATORS


class French(Language):
    """French text: elided words come off, as in l'eau; compounds with a hyphen stay whole."""

    lang = "fr"
    Defaults = FrenchDefaults
