"""Catalan."""

from __future__ import annotations

from typing import Any, ClassVar

from kernel.language import Language
from kernel_languages.base.defaults import SpacedDefaults
from kernel_languages.ca.exceptions import EXCEPTIONS
from kernel_languages.ca.lex_attrs import LEX_ATTRS
from kernel_languages.ca.punctuation import INFIXES, PREFIXES, SUFFIXES
from kernel_languages.ca.stop_words import STOP_WORDS

__all__ = ["Catalan"]


class CatalanDefaults(SpacedDefaults):
    tokenizer_exceptions = EXCEPTIONS
    prefixes = PREFIXES
    suffixes = SUFFIXES
    infixes = INFIXES
    stop_words = STOP_WORDS
    lex_attr_getters: ClassVar[dict[int, Any]] = LEX_ATTRS


class Catalan(Language):
    """Catalan text: elided words come off, as in l'aigua."""

    lang = "ca"
    Defaults = CatalanDefaults
