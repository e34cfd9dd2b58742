"""Portuguese."""

from __future__ import annotations

from typing import Any, ClassVar

from kernel.language import Language
from kernel_languages.base.defaults import SpacedDefaults
from kernel_languages.pt.exceptions import EXCEPTIONS
from kernel_languages.pt.lex_attrs import LEX_ATTRS
from kernel_languages.pt.punctuation import INFIXES, PREFIXES, SUFFIXES
from kernel_languages.pt.stop_words import STOP_WORDS

__all__ = ["Portuguese"]


class PortugueseDefaults(SpacedDefaults):
    tokenizer_exceptions = EXCEPTIONS
    prefixes = PREFIXES
    suffixes = SUFFIXES
    infixes = INFIXES
    stop_words = STOP_WORDS
    lex_attr_getters: ClassVar[dict[int, Any]] = LEX_ATTRS


class Portuguese(Language):
    """Portuguese text: abbreviations and compounds with a hyphen stay whole."""

    lang = "pt"
    Defaults = PortugueseDefaults
