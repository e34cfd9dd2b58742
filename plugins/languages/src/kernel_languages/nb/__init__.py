"""Norwegian."""

from __future__ import annotations

from typing import Any, ClassVar

from kernel.language import Language
from kernel_languages.base.defaults import SpacedDefaults
from kernel_languages.nb.exceptions import EXCEPTIONS
from kernel_languages.nb.lex_attrs import LEX_ATTRS
from kernel_languages.nb.punctuation import INFIXES, PREFIXES, SUFFIXES
from kernel_languages.nb.stop_words import STOP_WORDS

__all__ = ["Norwegian"]


class NorwegianDefaults(SpacedDefaults):
    tokenizer_exceptions = EXCEPTIONS
    prefixes = PREFIXES
    suffixes = SUFFIXES
    infixes = INFIXES
    stop_words = STOP_WORDS
    lex_attr_getters: ClassVar[dict[int, Any]] = LEX_ATTRS


class Norwegian(Language):
    """Norwegian text in Bokmål: compounds with a hyphen stay whole."""

    lang = "nb"
    Defaults = NorwegianDefaults
