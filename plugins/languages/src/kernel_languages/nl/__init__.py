"""Dutch."""

from __future__ import annotations

from typing import Any, ClassVar

from kernel.language import Language
from kernel_languages.base.defaults import SpacedDefaults
from kernel_languages.nl.exceptions import EXCEPTIONS
from kernel_languages.nl.lex_attrs import LEX_ATTRS
from kernel_languages.nl.punctuation import INFIXES, PREFIXES, SUFFIXES
from kernel_languages.nl.stop_words import STOP_WORDS

__all__ = ["Dutch"]


class DutchDefaults(SpacedDefaults):
    tokenizer_exceptions = EXCEPTIONS
    prefixes = PREFIXES
    suffixes = SUFFIXES
    infixes = INFIXES
    stop_words = STOP_WORDS
    lex_attr_getters: ClassVar[dict[int, Any]] = LEX_ATTRS


class Dutch(Language):
    """Dutch text: clitics such as 's, and compounds with a hyphen stay whole."""

    lang = "nl"
    Defaults = DutchDefaults
