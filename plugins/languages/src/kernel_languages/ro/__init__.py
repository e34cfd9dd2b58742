"""Romanian."""

from __future__ import annotations

from typing import Any, ClassVar

from kernel.language import Language
from kernel_languages.base.defaults import SpacedDefaults
from kernel_languages.ro.exceptions import EXCEPTIONS
from kernel_languages.ro.lex_attrs import LEX_ATTRS
from kernel_languages.ro.punctuation import INFIXES, PREFIXES, SUFFIXES
from kernel_languages.ro.stop_words import STOP_WORDS

__all__ = ["Romanian"]


class RomanianDefaults(SpacedDefaults):
    tokenizer_exceptions = EXCEPTIONS
    prefixes = PREFIXES
    suffixes = SUFFIXES
    infixes = INFIXES
    stop_words = STOP_WORDS
    lex_attr_getters: ClassVar[dict[int, Any]] = LEX_ATTRS


class Romanian(Language):
    """Romanian text: words that a hyphen joins stay whole."""

    lang = "ro"
    Defaults = RomanianDefaults
