"""Italian."""

from __future__ import annotations

from typing import Any, ClassVar

from kernel.language import Language
from kernel_languages.base.defaults import SpacedDefaults
from kernel_languages.it.exceptions import EXCEPTIONS
from kernel_languages.it.lex_attrs import LEX_ATTRS
from kernel_languages.it.punctuation import INFIXES, PREFIXES, SUFFIXES
from kernel_languages.it.stop_words import STOP_WORDS

__all__ = ["Italian"]


class ItalianDefaults(SpacedDefaults):
    tokenizer_exceptions = EXCEPTIONS
    prefixes = PREFIXES
    suffixes = SUFFIXES
    infixes = INFIXES
    stop_words = STOP_WORDS
    lex_attr_getters: ClassVar[dict[int, Any]] = LEX_ATTRS


class Italian(Language):
    """Italian text: elided articles and prepositions come off, as in dell'acqua."""

    lang = "it"
    Defaults = ItalianDefaults
